"""Where somebody is told, and of what: his contacts, the codes that show that they are his, what he wants by each."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.kinds.fields import Field, may, must

from central.api.access import GuardedRoute, person_in
from central.api.context import Context, context_of, now_ms
from central.api.errors import ApiError, bad_field
from central.api.told import Told, body_of
from central.outbound.notify.events import CHANNELS, audience_of, told_to
from central.people.checking import DIGITS, TooManyCodes, ask, check
from central.people.contacts import (
    FORMS,
    MAX_CHARACTERS,
    is_contact,
    list_contacts,
    read_unwanted,
    set_contacts,
    set_unwanted,
)
from central.people.devices import PUSH, list_devices
from central.people.register import Person
from central.people.roles import MANAGE_OWN, SEE_OWN
from central.views.moments import iso

MAX_EVENTS = 40
CONTACTS = tuple(may(channel, "text", 0, MAX_CHARACTERS) for channel in FORMS)
CODE = must("code", "text", 1, 20)
EVENTS = must("events", "ids", 0, MAX_EVENTS)


async def show(request: Request) -> JSONResponse:
    return JSONResponse(await run_in_threadpool(contacts_of, context_of(request), person_in(request)))


async def change(request: Request) -> JSONResponse:
    return await _changed(request, CONTACTS, lambda body: keep_contacts(context_of(request), person_in(request), body))


async def ask_again(request: Request) -> JSONResponse:
    channel = request.path_params["channel"]
    return await _changed(request, (), lambda _: ask_for_code(context_of(request), person_in(request), channel))


async def show_code(request: Request) -> JSONResponse:
    channel = request.path_params["channel"]
    return await _changed(
        request, (CODE,), lambda body: take_code(context_of(request), person_in(request), channel, body["code"])
    )


async def choose_events(request: Request) -> JSONResponse:
    channel = request.path_params["channel"]
    return await _changed(
        request, (EVENTS,), lambda body: want(context_of(request), person_in(request), channel, body["events"])
    )


def contacts_of(context: Context, person: Person) -> dict[str, Any]:
    """`events` of each: what he is told by it. Those of all: what there is for him."""
    there_are = told_to(audience_of(person.role))
    with context.people.reader.connect() as connection:
        unwanted = read_unwanted(connection, person.person_id)
        contacts = list_contacts(connection, person.person_id)
        devices = list_devices(connection, person.person_id)

    def wanted(channel: str) -> list[str]:
        return [event for event in there_are if event not in unwanted.get(channel, ())]

    return {
        "contacts": [
            {
                "channel": each.channel, "address": each.address, "verified_at": iso(each.verified_at_ms),
                "code_asked_at": iso(each.asked_at_ms), "events": wanted(each.channel),
            }
            for each in contacts
        ],
        "devices": [
            {"device_id": each["device_id"], "label": each["label"], "set_at": iso(each["set_at_ms"])}
            for each in devices
        ],
        "device_events": wanted(PUSH),
        "events": list(there_are),
    }  # fmt: skip


def keep_contacts(context: Context, person: Person, addresses: Mapping[str, str]) -> None:
    """These and no others; a code goes to each that is new. Raises ApiError 400, 429."""
    contacts = {channel: address for channel in FORMS if (address := addresses.get(channel))}
    for channel, address in contacts.items():
        if not is_contact(channel, address):
            raise bad_field(channel, f"expected {FORMS[channel][1]}")
    _written(context, lambda connection: set_contacts(connection, person.person_id, contacts, now_ms()))


def ask_for_code(context: Context, person: Person, channel: str) -> None:
    """Raises ApiError 404, 429."""
    if not _written(context, lambda connection: ask(connection, person.person_id, channel, now_ms())):
        raise _unknown(channel)


def take_code(context: Context, person: Person, channel: str, code: str) -> None:
    """Raises ApiError 404, 409."""
    with context.people.reader.connect() as connection:
        mine = {each.channel: each for each in list_contacts(connection, person.person_id)}
    if channel not in mine or mine[channel].verified_at_ms is not None:
        raise _unknown(channel)
    if not _written(context, lambda connection: check(connection, person.person_id, channel, code.strip(), now_ms())):
        raise ApiError(409, "wrong_code", f"that is not the newest code of {DIGITS} digits, or it is too old", "code")


def want(context: Context, person: Person, channel: str, events: list[str]) -> None:
    """Of these events he is told by this channel, of no others there are now. Raises ApiError 400, 404."""
    there_are = told_to(audience_of(person.role))
    if channel not in CHANNELS:
        raise _unknown(channel)
    if strange := sorted(set(events) - set(there_are)):
        raise bad_field("events", f"there is no event {strange[0][:40]} for you; there are {', '.join(there_are)}")
    unwanted = set(there_are) - set(events)
    _written(context, lambda connection: set_unwanted(connection, person.person_id, channel, unwanted))


def _written(context: Context, write: Callable[[Connection], Any]) -> Any:
    """Raises ApiError 429."""
    try:
        with context.people.writer.begin() as connection:
            return write(connection)
    except TooManyCodes:
        text = "as many codes were asked for as are sent in a day; nothing was changed"
        raise ApiError(429, "too_many_codes", text) from None


def _unknown(channel: str) -> ApiError:
    return ApiError(404, "unknown_contact", f"there is no contact {channel[:40]} of yours for which this can be done")


async def _changed(
    request: Request, fields: tuple[Field, ...], act: Callable[[dict[str, Any]], None]
) -> JSONResponse:
    body = await body_of(request, fields)
    await run_in_threadpool(act, body)
    return await show(request)


_UNKNOWN, _TOO_MANY = (404, "unknown_contact"), (429, "too_many_codes")
ROUTES = [
    GuardedRoute(
        "GET", "/v1/me/contacts", show, SEE_OWN, Told("Where somebody is told, and of what.", "OwnContacts")
    ),
    GuardedRoute(
        "POST", "/v1/me/contacts", change, MANAGE_OWN,
        Told("Say where one is told: there and nowhere else. A code goes to each that is new, nothing else before it "
             "was shown.", "OwnContacts", CONTACTS, errors=(_TOO_MANY,)),
    ),
    GuardedRoute(
        "POST", "/v1/me/contacts/{channel}/ask", ask_again, MANAGE_OWN,
        Told("Ask for another code; those before count no more.", "OwnContacts", (), errors=(_UNKNOWN, _TOO_MANY)),
    ),
    GuardedRoute(
        "POST", "/v1/me/contacts/{channel}/check", show_code, MANAGE_OWN,
        Told("Show by its code that a contact is one's own.", "OwnContacts", (CODE,),
             errors=(_UNKNOWN, (409, "wrong_code"))),
    ),
    GuardedRoute(
        "POST", "/v1/me/contacts/{channel}/events", choose_events, MANAGE_OWN,
        Told("Say of which events one is told by a channel: of these, and of what is new after an upgrade.",
             "OwnContacts", (EVENTS,), errors=(_UNKNOWN,)),
    ),
]  # fmt: skip
