"""The charge points, as drivers and the operator see them."""

from typing import Any

from sqlalchemy import Connection

from central.model.states import CHARGING
from central.money.formats import price
from central.views.moments import iso
from central.views.queries import PointRow, list_points, open_faults


def read_points(
    connection: Connection, currency: str, cp_id: str | None = None, site_id: str | None = None
) -> list[dict[str, Any]]:
    """All charge points, the one of this id, or those of a site."""
    rows = list_points(connection, cp_id, site_id)
    faults = open_faults(connection, cp_id)
    return [_point(row, faults.get(row.cp_id, []), currency) for row in rows]


def _point(row: PointRow, faults: list[str], currency: str) -> dict[str, Any]:
    return {
        "cp_id": row.cp_id,
        "location": row.location,
        "site": _site(row),
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


def _site(row: PointRow) -> dict[str, Any] | None:
    """None for one that is on no site, or on one that was removed."""
    if row.site_id is None:
        return None
    return {"site_id": row.site_id, "name": row.site_name, "time_zone": row.time_zone}
