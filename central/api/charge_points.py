"""The charge points, as drivers see them."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from central.api.context import context_of
from central.api.errors import ApiError
from central.api.fields import is_id
from central.api.moments import iso
from central.api.queries import PointRow, list_points, open_faults
from central.money.formats import price

CHARGING = "CHARGING"


async def show_all(request: Request) -> JSONResponse:
    context = context_of(request)
    points = await context.read(lambda connection: read_points(connection, context.currency))
    return JSONResponse({"charge_points": points})


async def show(request: Request) -> JSONResponse:
    context = context_of(request)
    cp_id: str = request.path_params["cp_id"]
    points: list[dict[str, Any]] = []
    if is_id(cp_id):
        points = await context.read(lambda connection: read_points(connection, context.currency, cp_id))
    if not points:
        raise ApiError(404, "unknown_charge_point", f"there is no charge point {cp_id[:64]}")
    return JSONResponse(points[0])


def read_points(connection: Connection, currency: str, cp_id: str | None = None) -> list[dict[str, Any]]:
    """All charge points, or the one of this id."""
    rows = list_points(connection, cp_id)
    faults = open_faults(connection, cp_id)
    return [_point(row, faults.get(row.cp_id, []), currency) for row in rows]


def _point(row: PointRow, faults: list[str], currency: str) -> dict[str, Any]:
    return {
        "cp_id": row.cp_id,
        "location": row.location,
        "status": row.status,
        "price_per_kwh": price(row.price_e4),
        "currency": currency,
        "last_connection_time": iso(row.seen_ms),
        "vehicle": row.vehicle,
        "power_w": (row.live_power_w or 0) if row.status == CHARGING else 0,
        "register_wh": max(row.register_wh, row.live_register_wh or 0),
        "faults": faults,
        "stopped": row.stopped,
    }


ROUTES = [
    Route("/v1/charge-points", show_all, methods=["GET"]),
    Route("/v1/charge-points/{cp_id}", show, methods=["GET"]),
]
