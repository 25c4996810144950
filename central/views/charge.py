"""A charge as its driver sees it: one object, live while energy flows, by the same pricing as the bill."""

from typing import Any

from central.model import states
from central.money.formats import price
from central.money.tariff import Tariff, cost_minor
from central.views.moments import iso
from central.views.queries import ChargeRow

PENDING = "pending"  # in the log, not yet folded
REFUSED = "refused"  # without ever becoming a session
FINAL = (*states.FINAL, REFUSED)

# What a request is while, or because, it has no session.
_OF_REQUEST = {"claimed": states.REQUESTED, "refused": REFUSED, "released": REFUSED}

Charge = dict[str, Any]


def charge_of(row: ChargeRow, now_ms: int, currency: str) -> Charge:
    """`currency`: shown where no session has its own."""
    energy_wh = _energy_wh(row)
    price_e4 = row.price_e4 if row.status is not None else row.point_price_e4
    flowing = row.status == states.IN_PROGRESS
    return {
        "message_id": row.message_id,
        "session_id": row.session_id,
        "cp_id": row.cp_id,
        "driver_id": row.driver_id,
        "state": row.status or _OF_REQUEST[row.request_state],
        "reason": row.reason or row.request_reason,
        "energy_wh": energy_wh,
        "power_w": (row.live_power_w or 0) if flowing else 0,
        "cost_minor": _cost_minor(row, energy_wh),
        "currency": row.currency or currency,
        "price_per_kwh": None if price_e4 is None else price(price_e4),
        "started_at": iso(row.started_at_ms),
        "ended_at": iso(row.ended_at_ms),
        "elapsed_s": _elapsed_s(row, now_ms),
    }


def pending_charge(message_id: str, session_id: str, cp_id: str, driver_id: str, currency: str) -> Charge:
    """What was appended, before the fold has seen it."""
    return {
        "message_id": message_id,
        "session_id": session_id,
        "cp_id": cp_id,
        "driver_id": driver_id,
        "state": PENDING,
        "reason": None,
        "energy_wh": 0,
        "power_w": 0,
        "cost_minor": 0,
        "currency": currency,
        "price_per_kwh": None,
        "started_at": None,
        "ended_at": None,
        "elapsed_s": 0,
    }


def is_final(charge: Charge) -> bool:
    return charge["state"] in FINAL


def is_same(one: Charge | None, other: Charge) -> bool:
    """Whether nothing but time has passed between the two."""
    return one is not None and {**one, "elapsed_s": 0} == {**other, "elapsed_s": 0}


def _energy_wh(row: ChargeRow) -> int:
    if row.energy_wh is not None:
        return row.energy_wh
    if row.status != states.IN_PROGRESS:
        return 0
    checkpoint_wh = (row.last_register_wh or 0) - (row.start_register_wh or 0)
    return max(row.live_energy_wh or 0, checkpoint_wh, 0)


def _cost_minor(row: ChargeRow, energy_wh: int) -> int:
    if row.cost_minor is not None:
        return row.cost_minor
    if row.price_e4 is None or row.currency is None:
        return 0
    return cost_minor(Tariff(row.price_e4, row.currency), energy_wh)


def _elapsed_s(row: ChargeRow, now_ms: int) -> int:
    if row.started_at_ms is None:
        return 0
    until_ms = now_ms if row.ended_at_ms is None else row.ended_at_ms
    return max(0, until_ms - row.started_at_ms) // 1_000
