"""Charging at a charge point, on or off: for a driver's programs that keep no id from one call to the next.

On is a charge of his there whose end he did not ask for. Said again, it is the same one: the id of a new request is
made of the newest that the books have of him there, so that two at once, also of two processes, are one.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.ids import is_id
from wire.kinds.fields import may_id, must

from central.api.access import GuardedRoute, person_in, serves_point
from central.api.charges import OF_WHOM, ask_for_charge, asked_driver, of_own, stop_charge
from central.api.context import Context, context_of, now_ms
from central.api.errors import ApiError, no_point
from central.api.fields import checked
from central.api.told import NO_LOG, Told, body_of, query_of
from central.people.roles import CHARGE, SEE_OWN
from central.views.charge import Charge, charge_of, is_final
from central.views.charging import read_charging
from central.views.queries import ChargeKey, list_points

NAMESPACE = UUID("6f0f0a53-6b1e-5f02-9a55-2d1a1c1f7b3e")
PATH = "/v1/charge-points/{cp_id}/charging"
BODY = (must("on", "bool"), may_id("driver_id"))


@dataclass(frozen=True)
class Here:
    """`charge`: of his, there, that has not ended; None: there is none. `on`: its end was not asked for. `next_key`: of
    the request that would come next.
    """

    charge: Charge | None
    on: bool
    next_key: ChargeKey


async def show(request: Request) -> JSONResponse:
    query_of(request, OF_WHOM)
    context, driver_id = context_of(request), asked_driver(request)
    cp_id = await _point(request)
    if not await serves_point(context, person_in(request), cp_id):
        raise no_point(cp_id)
    here = await _here(context, driver_id, cp_id)
    return JSONResponse({"cp_id": cp_id, "on": here.on, "charge": here.charge})


async def switch(request: Request) -> JSONResponse:
    told = of_own(request, await body_of(request, BODY))
    context, cp_id = context_of(request), await _point(request)
    here = await _here(context, told["driver_id"], cp_id)
    charge = await _on(context, here, cp_id) if told["on"] else await _off(context, here)
    return JSONResponse({"cp_id": cp_id, "on": told["on"], "charge": charge}, 202)


async def _on(context: Context, here: Here, cp_id: str) -> Charge:
    """The charge that runs there, or a new one. Raises ApiError 409 where one has yet to end, 503."""
    if here.charge is not None and not here.on:
        raise ApiError(409, "stopping", "the charge before it is ending; ask again in a moment", retry=True)
    if here.charge is not None:
        return here.charge
    driver_id, message_id = here.next_key
    told = {"type": "charge_request", "message_id": message_id, "driver_id": driver_id, "cp_id": cp_id}
    return await ask_for_charge(context, checked(told))


async def _off(context: Context, here: Here) -> Charge | None:
    """The charge that ends, if there is one. Raises ApiError 503."""
    if here.charge is None:
        return None
    driver_id, session = here.charge["driver_id"], here.charge["session_id"]
    told = {"message_id": f"stop-{session}", "driver_id": driver_id, "session_id": session}
    message = checked({"type": "charge_stop_request", **told})
    return await stop_charge(context, (driver_id, here.charge["message_id"]), message)


async def _here(context: Context, driver_id: str, cp_id: str) -> Here:
    """As the books have it, and what this process has appended since."""
    found = await context.read(lambda connection: read_charging(connection, driver_id, cp_id))
    next_key = driver_id, str(uuid5(NAMESPACE, f"{driver_id} {cp_id} {found.newest_id or ''}"))
    if found.open is not None:
        charge = charge_of(found.open, now_ms(), context.currency)
    else:
        charge = await context.find_charge(next_key)
    if charge is None or is_final(charge):
        return Here(None, False, next_key)
    ends = found.is_stopping or context.pending.is_stopping((driver_id, charge["message_id"]))
    return Here(charge, not ends, next_key)


async def _point(request: Request) -> str:
    """Raises ApiError 404."""
    cp_id: str = request.path_params["cp_id"]
    if not (is_id(cp_id) and await context_of(request).read(lambda connection: list_points(connection, cp_id))):
        raise no_point(cp_id)
    return cp_id


_UNKNOWN = ((404, "unknown_charge_point"), (404, "unknown_driver"))

ROUTES = [
    GuardedRoute(
        "GET", PATH, show, SEE_OWN,
        Told("Whether a driver charges there: a charge of his whose end he did not ask for.", "Charging", query=OF_WHOM,
             errors=(*_UNKNOWN, (400, "missing_field"))),
    ),
    GuardedRoute(
        "PUT", PATH, switch, CHARGE,
        Told("Charge there, or end it: said again it changes nothing, and needs no id.", "Charging", BODY,
             statuses=(202,), errors=(*_UNKNOWN, (409, "stopping"), *NO_LOG)),
    ),
]  # fmt: skip
