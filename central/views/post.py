"""A charge point as a driver sees who stands before it: whether he can charge, and what it will cost."""

from typing import Any, cast

from sqlalchemy import Connection, select

from central.model import states
from central.money.formats import price
from central.money.price_per_kwh import PricePerKwh
from central.money.readings import Reading
from central.money.tariff import cost_minor
from central.store.tables import CHARGING_SESSIONS, IS_OPEN
from central.views.moments import iso
from central.views.queries import PointRow, list_points
from central.views.sites import NO_ZONE, read_sites, site_of

EXAMPLES_KWH = (10, 30)  # what is shown beside the price, so that nobody has to multiply
# What the driver is told, by the charge point's status.
FREE, BUSY, STOPPED, BROKEN, OFFLINE = "free", "busy", "stopped", "broken", "offline"
OF_STATUS = {
    states.ACTIVE: FREE, states.CHARGING: BUSY, states.STOPPED: STOPPED, states.FAULTY: BROKEN,
    states.DISCONNECTED: OFFLINE,
}  # fmt: skip


def read_post(connection: Connection, cp_id: str, currency: str) -> dict[str, Any] | None:
    """None where there is no such charge point."""
    found = list_points(connection, cp_id)
    return None if not found else _post(connection, found[0], currency)


def takes_guests(connection: Connection, cp_id: str) -> bool:
    """Whether somebody without an account may charge there: as its site says, and on no site nobody may."""
    site_id = site_of(connection, cp_id)
    return site_id is not None and any(site["guests"] for site in read_sites(connection, site_id))


def _post(connection: Connection, row: PointRow, currency: str) -> dict[str, Any]:
    state = OF_STATUS[row.status]
    return {
        "cp_id": row.cp_id,
        "name": row.location,
        "site": row.site_name,
        "time_zone": row.time_zone or NO_ZONE,
        "state": state,
        "vehicle": row.vehicle,
        "price_per_kwh": price(row.price_e4),
        "currency": currency,
        "examples": [(kwh, _cost_minor(row.price_e4, kwh, currency)) for kwh in EXAMPLES_KWH],
        "heard_at": iso(row.seen_ms),
        "busy": _busy(connection, row.cp_id) if state == BUSY else None,
        "instead": None if state == FREE else _nearest_free(connection, row),
    }


def _nearest_free(connection: Connection, row: PointRow) -> dict[str, str] | None:
    """Of the same site: the one whose name stands nearest to this one's, as neighbours are named one after another."""
    if row.site_id is None:
        return None
    there = list_points(connection, None, row.site_id)
    place = [each.cp_id for each in there].index(row.cp_id)
    free = [(abs(at - place), each) for at, each in enumerate(there) if OF_STATUS[each.status] == FREE]
    if not free:
        return None
    nearest = min(free, key=lambda each: each[0])[1]
    return {"cp_id": nearest.cp_id, "name": nearest.location}


def _cost_minor(price_e4: int, kwh: int, currency: str) -> int:
    return cost_minor(PricePerKwh(currency, price_e4), (Reading(0, 0), Reading(1, kwh * 1_000)))


def _busy(connection: Connection, cp_id: str) -> dict[str, Any]:
    """Since when it is taken and, where a time was ordered, until when at most; nothing of who and how much."""
    session = CHARGING_SESSIONS.c
    running = (session.cp_id == cp_id, IS_OPEN, session.status.in_((states.AUTHORIZED, states.IN_PROGRESS)))
    wanted = select(session.requested_at_ms, session.started_at_ms, session.max_duration_s).where(*running)
    newest = wanted.order_by(session.requested_at_ms.desc()).limit(1)
    found = connection.execute(newest).one_or_none()
    if found is None:
        return {"since": None, "until": None}
    requested_at_ms, started_at_ms, max_duration_s = cast("tuple[int, int | None, int | None]", tuple(found))
    until_ms = None
    if started_at_ms is not None and max_duration_s is not None:
        until_ms = started_at_ms + max_duration_s * 1_000
    return {"since": iso(started_at_ms or requested_at_ms), "until": iso(until_ms)}
