"""Asking for a charge, looking at it, stopping it, and its receipt."""

import asyncio
import time
from contextlib import nullcontext
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.ids import is_id
from wire.kinds.fields import may, may_id, must
from wire.kinds.log import KINDS

from central.api.access import GuardedRoute, driver_asked_for, person_in, serves_point
from central.api.context import Context, Wish, context_of, now_ms
from central.api.errors import ApiError, no_charge, no_driver
from central.api.events import follow_charge, last_event_id
from central.api.fields import checked, decimal_price, driver_in_query
from central.api.guard import read_object
from central.api.keys import key_in as idempotency_key_in
from central.api.keys import key_reused, request_id_of
from central.api.paging import LIMIT, PAGING, place_of
from central.api.reports import MOST_CHARACTERS, report_problem
from central.api.told import NO_LOG, Told, body_of, of_kind, query_of, whole
from central.model.records import Message
from central.model.states import COMPLETED
from central.people.roles import CHARGE, SEE_OWN
from central.store.paging import After, cursor_of
from central.views.charge import Charge, charge_of, is_final
from central.views.queries import ChargeKey, ChargeRow, page_charges
from central.views.receipt import read_receipt

REQUEST_FIELDS = tuple(field.name for field in KINDS["charge_request"].fields if field.name not in ("type", "v"))
LIMITS = tuple(name for name in REQUEST_FIELDS if name.startswith("max_"))
STOP_FIELDS = ("message_id", "driver_id")
# As the description has them: the driver is the token's and may be left out, and a key stands for a message_id.
BODY = (may_id("message_id"), may_id("driver_id"), *(
    each for each in of_kind("charge_request") if each.name not in ("message_id", "driver_id")
))  # fmt: skip
STOP_BODY = (may_id("message_id"), may_id("driver_id"))
REPORT_BODY = (*STOP_BODY, must("text", "text", 1, MOST_CHARACTERS))
OF_WHOM = (may_id("driver_id"),)
_UNKNOWN = ((400, "missing_field"), (404, "unknown_driver"), (404, "unknown_charge"))
OF_DRIVER = (may("open", "int", 0, 1), may_id("driver_id"), *PAGING)
TICKET_TIMEOUT_S = 1.0  # the fold hears of its own ticket through the log
TICKET_POLL_S = 0.02


async def ask(request: Request) -> JSONResponse:
    body = of_own(request, whole(decimal_price(await read_object(request, REQUEST_FIELDS)), BODY))
    by_key = _id_by_key(request, body)
    message = checked({"type": "charge_request", **body, **by_key})
    try:
        return JSONResponse(await ask_for_charge(context_of(request), message), 202)
    except ApiError as error:
        if by_key and error.code == "message_id_taken":
            raise key_reused() from error
        raise


async def ask_for_charge(context: Context, message: Message) -> Charge:
    """`message`: a charge_request that the table of kinds admits; the same one again changes nothing.

    Raises ApiError 409 where its id asked for something else before, 503 where the log is away.
    """
    with context.unavailable.counting(message["cp_id"]):
        return await _ask_for_charge(context, message)


async def _ask_for_charge(context: Context, message: Message) -> Charge:
    key: ChargeKey = (message["driver_id"], message["message_id"])
    wish = Wish(message["cp_id"], tuple(message.get(name) for name in LIMITS))
    known = await context.find_charge(key)
    if known is None:
        _check_same(key, wish, context.pending.claim(key, wish))
        await context.log.append(message)
        context.pending.appended(key)
        known = await existing_charge(context, key)
    else:
        _check_same(key, wish, _first_wish(context, key, known["cp_id"]) or Wish(known["cp_id"], wish.limits))
    return known


def _first_wish(context: Context, key: ChargeKey, cp_id: str) -> Wish | None:
    """None where another process, or this one before it started anew, was asked: the tables know the charge point."""
    wish = context.pending.wish(key)
    return wish if wish is not None and wish.cp_id == cp_id else None


def _check_same(key: ChargeKey, wish: Wish, first: Wish) -> None:
    """Raises ApiError 409 where this id asked for something else before."""
    if wish != first:
        what = f"at {first.cp_id}" if wish.cp_id != first.cp_id else "with other limits"
        text = f"message_id: {key[1]} already asked for a charge {what}; a new request needs a new id"
        raise ApiError(409, "message_id_taken", text, "message_id")


async def show(request: Request) -> JSONResponse:
    return JSONResponse(await _charge_seen(request))


async def stop(request: Request) -> JSONResponse:
    body = of_own(request, await read_object(request, STOP_FIELDS))
    # Judged before the charge is looked for, so that a bad body never depends on whose it is.
    by_key = _id_by_key(request, body, request.path_params["message_id"])
    message = checked({"type": "charge_stop_request", **body, **by_key, "session_id": "unknown"})
    return JSONResponse(await stop_charge(context_of(request), key_in(request, message["driver_id"]), message), 202)


async def stop_charge(context: Context, key: ChargeKey, message: Message) -> Charge:
    """`message`: a charge_stop_request, whose session is filled in here; a charge that has ended stays as it is.

    Raises ApiError 404, and 503 where the log is away.
    """
    charge = await existing_charge(context, key)
    if not is_final(charge):
        await context.log.append({**message, "session_id": charge["session_id"]})
        context.pending.stopping(key)
        charge = await existing_charge(context, key)
    return charge


async def report(request: Request) -> JSONResponse:
    """Of one's own charge, said once: with an Idempotency-Key, another text under it is refused."""
    context, told = context_of(request), of_own(request, await body_of(request, REPORT_BODY))
    key = key_in(request, told["driver_id"])
    by_key = _id_by_key(request, told, key[1])
    message_id = {**told, **by_key}.get("message_id")
    charge = await existing_charge(context, key)
    with context.in_work.hold(by_key["message_id"], told["text"]) if by_key else nullcontext():
        await report_problem(context, charge, message_id, told["text"])
    return JSONResponse({"message_id": message_id, "session_id": charge["session_id"]}, 202)


async def receipt(request: Request) -> JSONResponse:
    context = context_of(request)
    return JSONResponse(await receipt_of(context, await _charge_seen(request)))


async def receipt_of(context: Context, charge: Charge) -> dict[str, Any]:
    """Raises ApiError 409 where there is none, or not yet."""
    if not is_final(charge):
        raise ApiError(409, "not_finished", f"the charge is {charge['state']}; its receipt is made when it has ended")
    if charge["state"] != COMPLETED:
        raise ApiError(409, "nothing_charged", f"the charge is {charge['state']}: no energy flowed, nothing is billed")
    deadline = time.monotonic() + TICKET_TIMEOUT_S
    while (found := await context.read(lambda connection: read_receipt(connection, charge))) is None:
        if time.monotonic() > deadline:
            raise ApiError(409, "not_finished", "the charge has ended; its receipt is being made", retry=True)
        await asyncio.sleep(TICKET_POLL_S)
    return found


async def of_driver(request: Request) -> JSONResponse:
    context = context_of(request)
    person = person_in(request)
    driver_id = driver_asked_for(person, request.path_params["driver_id"])
    if not is_id(driver_id):
        raise no_driver(driver_id)
    asked = query_of(request, OF_DRIVER)
    limit, only_open = asked.get("limit", LIMIT), asked.get("open") == 1
    after = place_of(f"charges {driver_id}", (int, str), asked)

    def read(connection: Connection) -> tuple[list[ChargeRow], After | None]:
        return page_charges(connection, driver_id, only_open, limit, after, person.sites)

    rows, last = await context.read(read)
    charges = [charge_of(row, now_ms(), context.currency) for row in rows]
    return JSONResponse({"charges": charges, "next": cursor_of(f"charges {driver_id}", last)})


async def events(request: Request) -> Any:
    context = context_of(request)
    charge = await _charge_seen(request)
    key: ChargeKey = (charge["driver_id"], charge["message_id"])
    return follow_charge(context, key, charge, person_in(request), last_event_id(request))


async def _charge_seen(request: Request) -> Charge:
    """The charge that is asked for. Raises ApiError, 404 also where it is not at a site of this person's."""
    context = context_of(request)
    key = key_in(request, asked_driver(request))
    charge = await existing_charge(context, key)
    if not await serves_point(context, person_in(request), charge["cp_id"]):
        raise no_charge(key[1])
    return charge


def asked_driver(request: Request) -> str:
    """Whom the query names, or oneself. Raises ApiError."""
    return driver_asked_for(person_in(request), driver_in_query(request))


def of_own(request: Request, body: Message) -> Message:
    """The body with the driver whose token it is; it may name him. Raises ApiError."""
    named, own = body.get("driver_id"), person_in(request).driver_id
    if named is None:
        return {**body, "driver_id": own}
    if named != own:
        raise no_driver(str(named))
    return body


def _id_by_key(request: Request, body: Message, *what: str) -> Message:
    """The message_id that an Idempotency-Key stands for, where the body has none. Raises ApiError."""
    key = idempotency_key_in(request)
    if key is None or "message_id" in body:
        return {}
    return {"message_id": request_id_of(person_in(request), " ".join([key, *what]))}


def key_in(request: Request, driver_id: str) -> ChargeKey:
    """Raises ApiError 404 for what can be no charge's id."""
    message_id: str = request.path_params["message_id"]
    if not (is_id(message_id) and is_id(driver_id)):
        raise no_charge(message_id[:64])
    return driver_id, message_id


async def existing_charge(context: Context, key: ChargeKey) -> Charge:
    """Raises ApiError 404."""
    charge = await context.find_charge(key)
    if charge is None:
        raise no_charge(key[1])
    return charge


ROUTES = [
    GuardedRoute(
        "POST", "/v1/charges", ask, CHARGE,
        Told("Ask for a charge; the same message_id again asks for the same one.", "Charge", BODY, statuses=(202,),
             errors=((404, "unknown_driver"), (409, "message_id_taken"), (422, "key_reused"), *NO_LOG),
             takes_key=True),
    ),
    GuardedRoute(
        "GET", "/v1/charges/{message_id}", show, SEE_OWN,
        Told("A charge, live while energy flows.", "Charge", query=OF_WHOM, errors=_UNKNOWN),
    ),
    GuardedRoute(
        "GET", "/v1/charges/{message_id}/events", events, SEE_OWN,
        Told("A charge as it changes, as server-sent events `charge`, until it has ended.", "Charge", query=OF_WHOM,
             statuses=(200, 204),
             errors=(*_UNKNOWN, (503, "too_many_followers")), is_stream=True),
    ),
    GuardedRoute(
        "POST", "/v1/charges/{message_id}/stop", stop, CHARGE,
        Told("Ask for its end; one that has ended stays as it is.", "Charge", STOP_BODY, statuses=(202,),
             errors=(*_UNKNOWN, *NO_LOG), takes_key=True),
    ),
    GuardedRoute(
        "POST", "/v1/charges/{message_id}/reports", report, CHARGE,
        Told("Say what went wrong with a charge, to whoever operates the charge point. The log keeps it: no names.",
             "Reported", REPORT_BODY, statuses=(202,),
             errors=(*_UNKNOWN, (409, "no_session"), (409, "too_many_reports"), (409, "in_work"), (422, "key_reused"),
                     *NO_LOG),
             takes_key=True),
    ),
    GuardedRoute(
        "GET", "/v1/charges/{message_id}/receipt", receipt, SEE_OWN,
        Told("Its receipt, with every ticket.", "Receipt", query=OF_WHOM,
             errors=(*_UNKNOWN, (409, "not_finished"), (409, "nothing_charged"))),
    ),
    GuardedRoute(
        "GET", "/v1/drivers/{driver_id}/charges", of_driver, SEE_OWN,
        Told("A driver's charges, the newest first.", "Charges:charges", query=OF_DRIVER,
             errors=((404, "unknown_driver"),)),
    ),
]  # fmt: skip
