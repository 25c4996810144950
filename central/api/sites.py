"""The routes of sites."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.ids import is_id

from central.api.access import GuardedRoute
from central.api.context import context_of
from central.api.errors import ApiError
from central.views.sites import read_sites


async def show_all(request: Request) -> JSONResponse:
    return JSONResponse({"sites": await context_of(request).read(read_sites)})


async def show(request: Request) -> JSONResponse:
    site_id: str = request.path_params["site_id"]
    sites: list[dict[str, Any]] = []
    if is_id(site_id):
        sites = await context_of(request).read(lambda connection: read_sites(connection, site_id))
    if not sites:
        raise ApiError(404, "unknown_site", f"there is no site {site_id[:64]}")
    return JSONResponse(sites[0])


ROUTES = [
    GuardedRoute("GET", "/v1/sites", show_all, None),
    GuardedRoute("GET", "/v1/sites/{site_id}", show, None),
]
