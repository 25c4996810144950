"""The routes of sites."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.ids import is_id

from central.api.access import GuardedRoute
from central.api.context import context_of
from central.api.errors import ApiError
from central.api.paging import MOST, PAGING, place_of
from central.api.told import Told, query_of
from central.store.paging import After, cursor_of, page_of
from central.views.sites import read_sites

PATH = "/v1/sites"


async def show_all(request: Request) -> JSONResponse:
    asked = query_of(request, PAGING)
    after, limit = place_of(PATH, (str, str), asked), asked.get("limit", MOST)
    sites = await context_of(request).read(read_sites)
    page = page_of(sorted(sites, key=_place), limit, after, _place)
    return JSONResponse({"sites": page.rows, "next": cursor_of(PATH, page.after)})


def _place(site: dict[str, Any]) -> After:
    return site["name"], site["site_id"]


async def show(request: Request) -> JSONResponse:
    site_id: str = request.path_params["site_id"]
    sites: list[dict[str, Any]] = []
    if is_id(site_id):
        sites = await context_of(request).read(lambda connection: read_sites(connection, site_id))
    if not sites:
        raise ApiError(404, "unknown_site", f"there is no site {site_id[:64]}")
    return JSONResponse(sites[0])


ROUTES = [
    GuardedRoute("GET", "/v1/sites", show_all, None, Told("The sites, by name.", "Sites:sites", query=PAGING)),
    GuardedRoute(
        "GET", "/v1/sites/{site_id}", show, None, Told("A site.", "Site", errors=((404, "unknown_site"),))
    ),
]
