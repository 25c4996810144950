"""The routes of charge points."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.ids import ID_RULE, is_id

from central.api.access import GuardedRoute
from central.api.context import context_of
from central.api.errors import bad_field, no_point
from central.views.points import read_points


async def show_all(request: Request) -> JSONResponse:
    context = context_of(request)
    site_id = request.query_params.get("site")
    if site_id is not None and not is_id(site_id):
        raise bad_field("site", f"expected the site_id of a site: {ID_RULE}")
    points = await context.read(lambda connection: read_points(connection, context.currency, site_id=site_id))
    return JSONResponse({"charge_points": points})


async def show(request: Request) -> JSONResponse:
    context = context_of(request)
    cp_id: str = request.path_params["cp_id"]
    points: list[dict[str, Any]] = []
    if is_id(cp_id):
        points = await context.read(lambda connection: read_points(connection, context.currency, cp_id))
    if not points:
        raise no_point(cp_id)
    return JSONResponse(points[0])


ROUTES = [
    GuardedRoute("GET", "/v1/charge-points", show_all, None),
    GuardedRoute("GET", "/v1/charge-points/{cp_id}", show, None),
]
