"""One charge point, as drivers and as operators see it, and one session."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from wire.ids import is_id

from central.api.access import GuardedRoute, person_in, serves_point
from central.api.context import context_of
from central.api.errors import ApiError, no_point
from central.api.events import follow_points, last_event_id
from central.api.told import Told
from central.people.roles import SEE_ALL
from central.views.overview import points_at, read_point
from central.views.points import read_points
from central.views.sessions import read_session


async def show(request: Request) -> JSONResponse:
    context = context_of(request)
    cp_id: str = request.path_params["cp_id"]
    points: list[dict[str, Any]] = []
    if is_id(cp_id):
        points = await context.read(lambda connection: read_points(connection, context.currency, cp_id))
    if not points:
        raise no_point(cp_id)
    return JSONResponse(points[0])


async def overview(request: Request) -> JSONResponse:
    context, cp_id = context_of(request), request.path_params["cp_id"]
    found = await context.read(lambda connection: read_point(connection, context.currency, cp_id))
    if found is None or not await serves_point(context, person_in(request), cp_id):
        raise no_point(cp_id)
    return JSONResponse(found)


async def session(request: Request) -> JSONResponse:
    session_id: str = request.path_params["session_id"]
    context = context_of(request)
    found = await context.read(lambda connection: read_session(connection, session_id))
    if found is None or not await serves_point(context, person_in(request), found["cp_id"]):
        raise ApiError(404, "unknown_session", f"there is no session {session_id[:64]}")
    return JSONResponse(found)


async def events(request: Request) -> Response:
    context, person = context_of(request), person_in(request)
    places = await context.read(lambda connection: points_at(connection, context.currency, [person.sites]))
    return follow_points(context, places[person.sites], person, last_event_id(request))


_UNKNOWN = ((404, "unknown_charge_point"),)

ROUTES = [
    # Before the one that takes any name: no charge point may be called `events`.
    GuardedRoute(
        "GET", "/v1/charge-points/events", events, SEE_ALL,
        Told("The charge points as they change, as server-sent events `charge_point` and `removed`.", "PointOverview",
             errors=((503, "too_many_followers"),), is_stream=True),
    ),
    GuardedRoute(
        "GET", "/v1/charge-points/{cp_id}", show, None,
        Told("A charge point, as drivers see it.", "ChargePoint", errors=_UNKNOWN),
    ),
    GuardedRoute(
        "GET", "/v1/charge-points/{cp_id}/overview", overview, SEE_ALL,
        Told("A charge point and all about it: boards, sessions, faults, alarms, what is held.", "PointInDepth",
             errors=_UNKNOWN),
    ),
    GuardedRoute(
        "GET", "/v1/sessions/{session_id}", session, SEE_ALL,
        Told("A session, whoever's it is.", "Session", errors=((404, "unknown_session"),)),
    ),
]  # fmt: skip
