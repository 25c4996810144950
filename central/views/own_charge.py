"""A charge as its driver's page shows it: the charge, where it is, what the car does, what is left, the receipt."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from central.model import states
from central.model.curve import points_from
from central.money.order import limit_wh, order_of
from central.money.tariff import tariff_of
from central.store.tables import CHARGE_REQUESTS, CHARGING_POINTS, CHARGING_SESSIONS, LIVE_CHARGES, POWER_CURVES, SITES
from central.views.charge import Charge, charge_of, pending_charge
from central.views.queries import ChargeKey, ChargeRow, read_charge
from central.views.receipt import read_receipt
from central.views.sites import NO_ZONE

HOUR_S = 3_600
SHORTEST_CURVE = 2  # points
# What the car does, while the charge runs.
CHARGES, RESTS, AWAITED, ABSENT = "charges", "rests", "awaited", "absent"


def asked_for(connection: Connection, session: str) -> tuple[ChargeKey, str] | None:
    """Whose charge it is and its request, and at which charge point; None before a fold has heard of it."""
    asked = CHARGE_REQUESTS.c
    wanted = select(asked.driver_id, asked.message_id, asked.cp_id).where(asked.session_id == session)
    found = connection.execute(wanted).one_or_none()
    return None if found is None else ((found[0], found[1]), found[2])


def read_own_charge(connection: Connection, session: str, now_ms: int, currency: str) -> dict[str, Any] | None:
    """None before a fold has heard of it."""
    found = asked_for(connection, session)
    row = None if found is None else read_charge(connection, *found[0])
    if row is None:
        return None
    charge = charge_of(row, now_ms, currency)
    beside = _beside(connection, row)
    receipt = read_receipt(connection, charge) if charge["state"] == states.COMPLETED else None
    return {
        "charge": charge,
        "place": beside.location,
        "time_zone": beside.time_zone or NO_ZONE,
        "car": _car(charge, beside),
        "stop_requested": beside.stop_requested,
        "left_s": _left_s(row, charge, now_ms),
        "curve": _curve(connection, row),
        "receipt": receipt,
        "last_live_wh": None if receipt is None else _last_live_wh(beside, receipt),
    }


def unheard_charge(key: ChargeKey, session: str, currency: str) -> dict[str, Any]:
    """What is shown of a request that is in the log before any fold has heard of it."""
    charge = pending_charge(key[1], session, "", key[0], currency)
    return {
        "charge": charge, "place": None, "time_zone": NO_ZONE, "car": None, "stop_requested": False, "left_s": None,
        "curve": None, "receipt": None, "last_live_wh": None,
    }  # fmt: skip


def _curve(connection: Connection, row: ChargeRow) -> dict[str, Any] | None:
    """From the charge's start on; None before two points make a line."""
    told = select(POWER_CURVES.c.points).where(POWER_CURVES.c.session_id == row.session_id)
    text = connection.execute(told).scalar_one_or_none()
    points = () if text is None else points_from(text)
    if len(points) < SHORTEST_CURVE or row.started_at_ms is None:
        return None
    return {"started_at_ms": row.started_at_ms, "points": points, "peak_w": max(power_w for _, power_w in points)}


@dataclass(frozen=True)
class _Beside:
    """What else is known: of the charge point, and what telemetry told of this session last."""

    location: str | None
    time_zone: str | None
    vehicle: str | None
    stop_requested: bool
    live_register_wh: int | None
    start_register_wh: int | None


def _beside(connection: Connection, row: ChargeRow) -> _Beside:
    asked, session, point = CHARGE_REQUESTS.c, CHARGING_SESSIONS.c, CHARGING_POINTS.c
    live = LIVE_CHARGES.c
    joined = (
        CHARGE_REQUESTS.outerjoin(CHARGING_SESSIONS, session.session_id == asked.session_id)
        .outerjoin(CHARGING_POINTS, point.cp_id == asked.cp_id)
        .outerjoin(SITES, SITES.c.site_id == point.site_id)
        .outerjoin(LIVE_CHARGES, live.session_id == asked.session_id)
    )
    wanted = select(
        point.location, SITES.c.time_zone, point.vehicle, session.stop_requested, live.register_wh,
        session.start_register_wh,
    ).select_from(joined).where(asked.session_id == row.session_id)  # fmt: skip
    location, zone, vehicle, stop_requested, live_wh, start_wh = connection.execute(wanted).one()
    return _Beside(location, zone, vehicle, bool(stop_requested), live_wh, start_wh)


def _car(charge: Charge, beside: _Beside) -> str | None:
    """None where nothing is known of it, or it is not asked for any more."""
    if charge["state"] == states.IN_PROGRESS:
        return CHARGES if charge["power_w"] > 0 else RESTS
    if charge["state"] == states.AUTHORIZED:
        return ABSENT if beside.vehicle == "absent" else AWAITED
    return None


def _left_s(row: ChargeRow, charge: Charge, now_ms: int) -> int | None:
    """How long it will still take at the power of now; None where nothing was ordered, or nothing flows."""
    if charge["state"] != states.IN_PROGRESS or row.started_at_ms is None or row.tariff is None:
        return None
    order, left = order_of(row), list[int]()
    if order.duration_s is not None:
        left.append(max(0, row.started_at_ms + order.duration_s * 1_000 - now_ms) // 1_000)
    most_wh = limit_wh(order, tariff_of(row.tariff))
    if most_wh is not None and charge["power_w"] > 0:
        left.append(max(0, most_wh - charge["energy_wh"]) * HOUR_S // charge["power_w"])
    return min(left, default=None)


def _last_live_wh(beside: _Beside, receipt: dict[str, Any]) -> int | None:
    """What telemetry showed last, where that is not what is billed; None where they are equal, or nothing was told."""
    if beside.live_register_wh is None or beside.start_register_wh is None:
        return None
    shown_wh = beside.live_register_wh - beside.start_register_wh
    return None if shown_wh == receipt["energy_wh"] else shown_wh
