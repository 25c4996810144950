"""`/me`: what have I charged, and how do I sign in? One's charges, password, contacts, tokens; taking all along, or
being forgotten.
"""

from typing import Any

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from central.api.contacts import ask_for_code, contacts_of, keep_contacts, take_code, want
from central.api.context import context_of, now_ms
from central.api.errors import ApiError, bad_field
from central.api.own_data import all_of, forget
from central.api.paging import place_of
from central.api.sign_in import address_of, check_password, hashing
from central.outbound.notify.events import audience_of, told_to
from central.people.contacts import CHANNELS
from central.people.passwords import PASSWORD_RULE, hash_of, is_password
from central.people.push_key import read_push_key
from central.people.register import list_tokens, password_of, revoke, set_password
from central.people.roles import CHARGE, MANAGE_OWN, SEE_OWN
from central.people.wishes import read_wishes, set_wishes
from central.store.paging import After, cursor_of
from central.views.charge import charge_of
from central.views.moments import iso
from central.views.queries import page_charges, read_driver
from central.views.sites import zones_at
from central.web.access import PageRoute, person_at, read_form, see_other
from central.web.cookies import drop_session
from central.web.languages import language_of
from central.web.ops.words import EVENTS
from central.web.pages import page
from central.web.wishes import WISHED, shown, wishes_in

ON_A_PAGE = 20
MAX_TOKENS = 100


async def show(request: Request) -> Response:
    return await _page(request)


async def change_password(request: Request) -> Response:
    """Who has one already shows it: a phone that lies about gives nobody an account."""
    form, context, own = await read_form(request, "old", "password"), context_of(request), person_at(request).person_id
    password = form.get("password", "")
    try:
        if not is_password(password):
            raise bad_field("password", f"expected {PASSWORD_RULE}")
        if await run_in_threadpool(_has_password, request):
            await check_password(context, address_of(request), own, form.get("old", ""))
    except ApiError as error:
        return await _page(request, error)

    def write(stored: str) -> None:
        with context.people.writer.begin() as connection:
            set_password(connection, own, stored)

    async with hashing:
        stored = await run_in_threadpool(hash_of, password)
    await run_in_threadpool(write, stored)
    return see_other("/me?done=password")


async def change_contacts(request: Request) -> Response:
    """With the hours at which one is left alone; what is told is in the language of this page."""
    form, context, person = await read_form(request, *CHANNELS, *WISHED), context_of(request), person_at(request)
    try:
        wishes = wishes_in(form, language_of(request), is_driver=person.driver_id is not None)
        await run_in_threadpool(keep_contacts, context, person, form)
    except ApiError as error:
        return await _page(request, error, form)

    def write() -> None:
        with context.people.writer.begin() as connection:
            set_wishes(connection, person.person_id, wishes)

    await run_in_threadpool(write)
    return see_other("/me?done=contacts")


async def take_sent_code(request: Request) -> Response:
    """Or, where another one is wanted, ask for it."""
    form = await read_form(request, "channel", "code", "again")
    context, person = context_of(request), person_at(request)
    channel = form.get("channel", "")
    try:
        if "again" in form:
            await run_in_threadpool(ask_for_code, context, person, channel)
        else:
            await run_in_threadpool(take_code, context, person, channel, form.get("code", ""))
    except ApiError as error:
        return await _page(request, error)
    return see_other("/me?done=code")


async def choose_events(request: Request) -> Response:
    """Those that are ticked."""
    context, person = context_of(request), person_at(request)
    form = await read_form(request, "channel", *told_to(audience_of(person.role)))
    channel = form.pop("channel", "")
    await run_in_threadpool(want, context, person, channel, list(form))
    return see_other("/me?done=events")


async def sign_out_there(request: Request) -> Response:
    """Raises ApiError 404 for a token that is not one's own."""
    form, context, own = await read_form(request, "token_id"), context_of(request), person_at(request).person_id
    token_id = form.get("token_id", "")

    def write() -> bool:
        with context.people.writer.begin() as connection:
            mine = {each["token_id"] for each in list_tokens(connection, MAX_TOKENS, own).rows}
            return token_id in mine and revoke(connection, now_ms(), token_id=token_id)

    if not await run_in_threadpool(write):
        raise ApiError(404, "not_found", f"no token {token_id[:64]} of yours holds")
    return see_other("/me?done=token")


async def export(request: Request) -> Response:
    """A file, so that it can be kept."""
    told = await all_of(context_of(request), _driver(request))
    return JSONResponse(told, headers={"Content-Disposition": 'attachment; filename="wattline.json"'})


async def ask_to_erase(request: Request) -> Response:
    _driver(request)
    return page(request, "driver/erase.html", problem=None)


async def erase(request: Request) -> Response:
    driver_id = _driver(request)
    await read_form(request)
    try:
        await forget(context_of(request), driver_id)
    except ApiError as error:
        return page(request, "driver/erase.html", error.status, problem=error)
    answer = see_other("/")
    drop_session(request, answer)
    return answer


async def _page(request: Request, problem: ApiError | None = None, sent: dict[str, str] | None = None) -> Response:
    context, person = context_of(request), person_at(request)
    books: dict[str, Any] = {"name": None, "charges": [], "zones": {}, "older": None}
    if person.driver_id is not None:
        asked = {"cursor": request.query_params.get("after")}
        after = place_of(f"me {person.driver_id}", (int, str), asked)
        books = await context.read(lambda connection: _of_books(connection, request, after))
    kept = await run_in_threadpool(_of_people, request)
    told = await run_in_threadpool(contacts_of, context, person)
    addresses = {each["channel"]: each["address"] for each in told["contacts"]}
    return page(
        request, "driver/me.html", 200 if problem is None else problem.status, problem=problem, **books,
        person=person, done=request.query_params.get("done"), channels=CHANNELS, told=told, event_words=EVENTS,
        **{**kept, "contacts": addresses, **({} if sent is None else {"contacts": sent, "wishes": sent})},
    )  # fmt: skip


def _of_books(connection: Connection, request: Request, after: After | None) -> dict[str, Any]:
    """Name and charges. `older`: where the next page begins."""
    own = _driver(request)
    rows, last = page_charges(connection, own, False, ON_A_PAGE, after)
    charges = [charge_of(row, now_ms(), context_of(request).currency) for row in rows]
    return {
        "name": (read_driver(connection, own) or (None, None))[0],
        "charges": charges,
        "zones": zones_at(connection, {charge["cp_id"] for charge in charges}),
        "older": cursor_of(f"me {own}", last),
    }


def _of_people(request: Request) -> dict[str, Any]:
    own, now = person_at(request), now_ms()
    with context_of(request).people.reader.connect() as connection:
        tokens = [
            {**each, "created_at": iso(each["created_at_ms"]), "is_this": own.sha256.startswith(each["token_id"])}
            for each in list_tokens(connection, MAX_TOKENS, own.person_id).rows
            if each["revoked_at_ms"] is None and (each["expires_at_ms"] is None or each["expires_at_ms"] > now)
        ]
        push_key = read_push_key(connection)
        has_password = password_of(connection, own.person_id) is not None
        return {
            "tokens": tokens,
            "wishes": shown(read_wishes(connection, own.person_id)),
            "has_password": has_password,
            "push_key": None if push_key is None else push_key.public,
        }


def _has_password(request: Request) -> bool:
    with context_of(request).people.reader.connect() as connection:
        return password_of(connection, person_at(request).person_id) is not None


def _driver(request: Request) -> str:
    """Raises ApiError 404 for those who do not charge."""
    driver_id = person_at(request).driver_id
    if driver_id is None:
        raise ApiError(404, "not_found", "only who charges has this")
    return driver_id


ROUTES = [
    PageRoute("GET", "/me", show, SEE_OWN),
    PageRoute("POST", "/me/password", change_password, MANAGE_OWN),
    PageRoute("POST", "/me/contacts", change_contacts, MANAGE_OWN),
    PageRoute("POST", "/me/contacts/code", take_sent_code, MANAGE_OWN),
    PageRoute("POST", "/me/contacts/events", choose_events, MANAGE_OWN),
    PageRoute("POST", "/me/tokens", sign_out_there, MANAGE_OWN),
    PageRoute("GET", "/me/export", export, SEE_OWN),
    PageRoute("GET", "/me/erase", ask_to_erase, CHARGE),
    PageRoute("POST", "/me/erase", erase, CHARGE),
]
