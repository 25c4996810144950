"""`/c/SESSION`: is it charging, and when is it done? After the end the same address is the receipt."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from wire.ids import is_id

from central.api.access import serves_point
from central.api.charges import stop_charge
from central.api.context import context_of
from central.api.errors import ApiError, no_charge
from central.api.fields import checked
from central.api.reports import report_problem
from central.model.ids import session_id
from central.model.states import FAILED
from central.people.roles import CHARGE as MAY_CHARGE
from central.people.roles import SEE_ALL, SEE_OWN
from central.views.charge import REFUSED, is_final
from central.views.own_charge import asked_for, unheard_charge
from central.views.queries import ChargeKey
from central.web.access import PageRoute, person_at, read_form, see_other
from central.web.driver_parts import CHARGE, OWN, is_over
from central.web.languages import language_of
from central.web.live import PartKey, follow
from central.web.pages import page, pages_of
from central.web.parts import shown_of, values_of

FOLD_TIMEOUT_S = 1.0
FOLD_POLL_S = 0.02


async def show(request: Request) -> Response:
    return await _page(request)


async def live(request: Request) -> Response:
    session, asked = await _own(request)
    context = context_of(request)
    key = _key(request, session, asked)
    shown = shown_of(key, await _values(request, session, asked))
    return follow(request, pages_of(request).followers, context, key, shown, person_at(request))


async def stop(request: Request) -> Response:
    """However often it is pressed, it is one stop: its id is made of the charge."""
    session, asked = await _own(request)
    await read_form(request)
    told = {"message_id": f"stop-{session}", "driver_id": asked[0], "session_id": session}
    try:
        await stop_charge(context_of(request), asked, checked({"type": "charge_stop_request", **told}))
    except ApiError as error:
        if error.status < 500:
            raise
        return await _page(request, error)
    await _until(request, session, asked, lambda values: values["stop_requested"] or is_over(values))
    return see_other(f"/c/{session}?stop=sent")


async def report(request: Request) -> Response:
    session, asked = await _own(request)
    form = await read_form(request, "message_id", "text")
    values = await _values(request, session, asked)
    try:
        await report_problem(context_of(request), values["charge"], form.get("message_id"), form.get("text", ""))
    except ApiError as error:
        if error.field != "text":
            raise
        return await _page(request, error)
    return see_other(f"/c/{session}?reported=1")


async def _until(
    request: Request, session: str, asked: ChargeKey, is_so: Callable[[Mapping[str, Any]], bool]
) -> Mapping[str, Any]:
    """The charge once this is so of it, or as it is after a moment: who has no JavaScript sees it with this page."""
    deadline = time.monotonic() + FOLD_TIMEOUT_S
    while True:
        values = await _values(request, session, asked)
        if is_so(values) or time.monotonic() > deadline:
            return values
        await asyncio.sleep(FOLD_POLL_S)


async def _page(request: Request, problem: ApiError | None = None) -> Response:
    session, asked = await _own(request)
    values = await _until(request, session, asked, lambda values: is_over(values) or not is_final(values["charge"]))
    return page(
        request, "driver/charge.html", 200 if problem is None else problem.status, **values, problem=problem,
        request_id=asked[1], report_id=str(uuid4()), reported=request.query_params.get("reported") == "1",
        report_problem=problem if problem is not None and problem.field == "text" else None,
        may_report=values["charge"]["state"] not in (FAILED, REFUSED) and asked[0] == person_at(request).driver_id,
        stop_sent=request.query_params.get("stop") == "sent",
    )  # fmt: skip


async def _values(request: Request, session: str, asked: ChargeKey) -> Mapping[str, Any]:
    context = context_of(request)
    key = _key(request, session, asked)
    found = await context.read(lambda connection: values_of(connection, key, pages_of(request).beside))
    return found or {**unheard_charge(asked, session, context.currency), "is_own": True}


def _key(request: Request, session: str, asked: ChargeKey) -> PartKey:
    """Whoever's charge it is can stop it, and is spoken to; operators only look."""
    return PartKey(CHARGE, session, language_of(request), OWN if asked[0] == person_at(request).driver_id else "")


async def _own(request: Request) -> tuple[str, ChargeKey]:
    """The session, and the request that asked for it, where the viewer may see it.

    Before the fold has heard of it the address that Start led to tells: only its driver can make the one of the other.
    Raises ApiError 404, which tells no more of another's charge than of none.
    """
    session: str = request.path_params["session"]
    viewer, context = person_at(request), context_of(request)
    if not is_id(session):
        raise no_charge(session[:64])
    found = await context.read(lambda connection: asked_for(connection, session))
    if found is None and viewer.driver_id is not None:
        request_id = request.query_params.get("request", "")
        if is_id(request_id) and session_id(viewer.driver_id, request_id) == session:
            return session, (viewer.driver_id, request_id)
    if found is None or not await _may_see(request, *found):
        raise no_charge(session)
    return session, found[0]


async def _may_see(request: Request, asked: ChargeKey, cp_id: str) -> bool:
    viewer = person_at(request)
    if asked[0] == viewer.driver_id:
        return True
    return viewer.may(SEE_ALL) and await serves_point(context_of(request), viewer, cp_id)


ROUTES = [
    PageRoute("GET", "/c/{session}", show, SEE_OWN),
    PageRoute("GET", "/c/{session}/live", live, SEE_OWN),
    PageRoute("POST", "/c/{session}/stop", stop, MAY_CHARGE),
    PageRoute("POST", "/c/{session}/problem", report, MAY_CHARGE),
]
