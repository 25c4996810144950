"""`/p/CP`, the page behind the code on a charge point: can I charge here, and what will it cost? And Start."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from wire.ids import is_id

from central.api.charges import ask_for_charge
from central.api.context import context_of
from central.api.drivers import register_driver
from central.api.errors import ApiError, bad_field
from central.api.fields import checked, decimal_price, token_of, username_of
from central.people.roles import CHARGE
from central.views.charge import charge_of
from central.views.post import takes_guests
from central.views.queries import list_charges
from central.web.access import PageRoute, person_at, read_form, see_other
from central.web.cookies import YEAR_S, keep_session
from central.web.driver_parts import POINT
from central.web.languages import language_of
from central.web.live import PartKey, follow
from central.web.pages import page, pages_of, viewer_of
from central.web.parts import read_part, values_of
from runtime.tokens import new_token

# What may be ordered, by the field that bounds it: the one list of the form's choices.
LIMITS: dict[str, tuple[int, ...]] = {
    "max_energy_wh": (10_000, 20_000, 30_000, 50_000),
    "max_cost_minor": (500, 1_000, 2_000, 5_000),
    "max_duration_s": (1_800, 3_600, 7_200, 14_400),
}


async def choose(request: Request) -> Response:
    """Where the first page's form leads, which sends no more than a name."""
    cp_id = request.query_params.get("cp", "").strip()
    return see_other(f"/p/{cp_id}" if is_id(cp_id) else "/")


async def show(request: Request) -> Response:
    return await _page(request)


async def live(request: Request) -> Response:
    context, key = context_of(request), _key(request)
    shown = await context.read(lambda connection: read_part(connection, key, pages_of(request).beside))
    if shown is None:
        raise _no_point(key.subject)
    return follow(request, pages_of(request).followers, context, key, shown, viewer_of(request))


async def register(request: Request) -> Response:
    """Who is new here gives a name, and is known from then on. The token was made with the page: sent twice, the same
    form registers once."""
    key = _key(request)
    form = await read_form(request, "message_id", "username", "token")
    return await _registered(request, key, form, lambda: username_of(form))


async def register_guest(request: Request) -> Response:
    """Somebody who gives no name, where the site allows it: he has a number, and this browser shows it."""
    key = _key(request)
    form = await read_form(request, "message_id", "token")
    if not await _takes_guests(request, key.subject):
        raise ApiError(403, "not_allowed", "this site does not take guests; sign in, or give a name")
    return await _registered(request, key, form, lambda: None)


async def _registered(
    request: Request, key: PartKey, form: dict[str, str], name_in: Callable[[], str | None]
) -> Response:
    try:
        if "token" not in form:
            raise ApiError(400, "missing_field", "token: the form must bring the one that it was made with", "token")
        await register_driver(context_of(request), form.get("message_id"), name_in(), token_of(form))
    except ApiError as error:
        return await _page(request, error, form)
    answer = see_other(f"/p/{key.subject}")
    keep_session(request, answer, form["token"], YEAR_S)
    return answer


async def start(request: Request) -> Response:
    key = _key(request)
    form = await read_form(request, "message_id", "price_per_kwh", "limit")
    driver_id = person_at(request).driver_id
    asked = {"cp_id": key.subject, "driver_id": driver_id, **_wish(form)}
    message = checked({"type": "charge_request", **decimal_price(asked)})
    try:
        charge = await ask_for_charge(context_of(request), message)
    except ApiError as error:
        if error.status < 500:
            raise
        return await _page(request, error, form)
    return see_other(f"/c/{charge['session_id']}?request={message['message_id']}")


def _wish(form: dict[str, str]) -> dict[str, Any]:
    """Of the form: its limit is `max_energy_wh:20000`, or none. Raises ApiError."""
    asked: dict[str, Any] = {name: form[name] for name in ("message_id", "price_per_kwh") if name in form}
    if "limit" not in form:
        return asked
    name, _, amount = form["limit"].partition(":")
    if name not in LIMITS or not (amount.isascii() and amount.isdigit() and len(amount) <= 9):
        raise bad_field("limit", f"expected one of the form's choices, such as {next(iter(LIMITS))}:20000")
    return {**asked, name: int(amount)}


async def _page(request: Request, problem: ApiError | None = None, form: dict[str, str] | None = None) -> Response:
    """`problem`: why what was asked for is not done; the form is shown again, with the same ids."""
    context, key = context_of(request), _key(request)
    post = await context.read(lambda connection: values_of(connection, key, pages_of(request).beside))
    if post is None:
        raise _no_point(key.subject)
    sent = form or {}
    return page(
        request, "driver/point.html", 200 if problem is None else problem.status,
        **post, problem=problem, running=await _running(request),
        limits=LIMITS, chosen=sent.get("limit", ""), username=sent.get("username", ""),
        message_id=sent.get("message_id") or str(uuid4()), new_token=sent.get("token") or new_token(),
        may_charge=_may_charge(request), guests=await _takes_guests(request, key.subject),
    )  # fmt: skip


async def _takes_guests(request: Request, cp_id: str) -> bool:
    return await context_of(request).read(lambda connection: takes_guests(connection, cp_id))


def _may_charge(request: Request) -> bool:
    viewer = viewer_of(request)
    return viewer is not None and viewer.may(CHARGE)


async def _running(request: Request) -> dict[str, Any] | None:
    """The viewer's own charge that is not over, wherever it runs."""
    context, viewer = context_of(request), viewer_of(request)
    driver_id = None if viewer is None else viewer.driver_id
    if driver_id is None:
        return None
    rows = await context.read(lambda connection: list_charges(connection, driver_id, True, 1))
    return charge_of(rows[0], 0, context.currency) if rows else None


def _key(request: Request) -> PartKey:
    """Raises ApiError 404 for what can be no charge point's id."""
    cp_id: str = request.path_params["cp_id"]
    if not is_id(cp_id):
        raise _no_point(cp_id)
    return PartKey(POINT, cp_id, language_of(request))


def _no_point(cp_id: str) -> ApiError:
    return ApiError(404, "unknown_charge_point", f"there is no charge point {cp_id[:64]}")


ROUTES = [
    PageRoute("GET", "/p", choose, None),
    PageRoute("GET", "/p/{cp_id}", show, None),
    PageRoute("GET", "/p/{cp_id}/live", live, None),
    PageRoute("POST", "/p/{cp_id}/register", register, None),
    PageRoute("POST", "/p/{cp_id}/guest", register_guest, None),
    PageRoute("POST", "/p/{cp_id}/start", start, CHARGE),
]
