"""A charge as its driver sees it: one object, live while energy flows, by the same pricing as the bill.

What is live never falls: it is the highest register that checkpoints or telemetry told of the session, whichever came
last, and the order bounds it as it will bound the bill.
"""

from typing import Any

from central.model import states
from central.money.formats import price
from central.money.order import order_of, within
from central.money.price_per_kwh import PricePerKwh
from central.money.readings import Reading, Readings, energy_wh, from_text, inserted
from central.money.tariff import Tariff, cost_minor, tariff_of
from central.views.faults import text_of
from central.views.moments import iso
from central.views.queries import ChargeRow

PENDING = "pending"  # in the log, not yet folded
REFUSED = "refused"  # without ever becoming a session
FINAL = (*states.FINAL, REFUSED)

# What a request is while, or because, it has no session.
_OF_REQUEST = {"claimed": states.REQUESTED, "refused": REFUSED, "released": REFUSED}

Charge = dict[str, Any]

# A charge before anything is known of it, in the order in which it is shown.
_NOTHING: Charge = {
    "message_id": None,
    "session_id": None,
    "cp_id": None,
    "driver_id": None,
    "state": PENDING,
    "reason": None,
    "fault": None,
    "energy_wh": 0,
    "power_w": 0,
    "cost_minor": 0,
    "currency": None,
    "price_per_kwh": None,
    "max_energy_wh": None,
    "max_duration_s": None,
    "max_cost_minor": None,
    "started_at": None,
    "ended_at": None,
    "elapsed_s": 0,
    "flags": [],
}


def charge_of(row: ChargeRow, now_ms: int, currency: str) -> Charge:
    """`currency`: shown where no session has its own."""
    tariff = _tariff(row, currency)
    readings = _readings(row, tariff)
    flowing = row.status == states.IN_PROGRESS
    return {
        **_NOTHING,
        "message_id": row.message_id,
        "session_id": row.session_id,
        "cp_id": row.cp_id,
        "driver_id": row.driver_id,
        "state": row.status or _OF_REQUEST[row.request_state],
        "reason": row.reason or row.request_reason,
        "fault": None if row.fault is None else {"name": row.fault, "text": text_of(row.fault, row.fault_info)},
        "energy_wh": energy_wh(readings) if row.energy_wh is None else row.energy_wh,
        "power_w": (row.live_power_w or 0) if flowing else 0,
        "cost_minor": _cost_minor(row, tariff, readings),
        "currency": tariff.currency if tariff is not None else currency,
        "price_per_kwh": None if tariff is None else price(tariff.price_e4),
        "max_energy_wh": row.max_energy_wh,
        "max_duration_s": row.max_duration_s,
        "max_cost_minor": row.max_cost_minor,
        "started_at": iso(row.started_at_ms),
        "ended_at": iso(row.ended_at_ms),
        "elapsed_s": _elapsed_s(row, now_ms),
        "flags": row.flags.split(",") if row.flags else [],
    }


def pending_charge(message_id: str, session_id: str, cp_id: str, driver_id: str, currency: str) -> Charge:
    """A request that was appended and is not folded yet."""
    told = {"message_id": message_id, "session_id": session_id, "cp_id": cp_id, "driver_id": driver_id}
    return {**_NOTHING, **told, "currency": currency}


def is_final(charge: Charge) -> bool:
    return charge["state"] in FINAL


def lasting(charge: Charge) -> Charge:
    """Without the time that has passed, which is no news."""
    return {**charge, "elapsed_s": 0}


def is_same(one: Charge, other: Charge) -> bool:
    """Whether the two differ in nothing but the time that has passed."""
    return lasting(one) == lasting(other)


def _tariff(row: ChargeRow, currency: str) -> Tariff | None:
    """The session's own tariff, or the price that the charge point asks now where there is no session yet."""
    if row.tariff is not None:
        return tariff_of(row.tariff)
    return None if row.point_price_e4 is None else PricePerKwh(currency, row.point_price_e4)


def _readings(row: ChargeRow, tariff: Tariff | None) -> Readings:
    """The readings that are billed, or would be if the charge ended now."""
    if row.readings is None or tariff is None or row.status not in (states.IN_PROGRESS, states.COMPLETED):
        return ()
    readings = from_text(row.readings)
    if row.status == states.IN_PROGRESS and row.live_register_wh is not None and row.live_at_ms is not None:
        readings = inserted(readings, Reading(row.live_at_ms, row.live_register_wh))
    return within(readings, order_of(row), tariff)


def _cost_minor(row: ChargeRow, tariff: Tariff | None, readings: Readings) -> int:
    if row.cost_minor is not None:
        return row.cost_minor
    return 0 if tariff is None else cost_minor(tariff, readings)


def _elapsed_s(row: ChargeRow, now_ms: int) -> int:
    if row.started_at_ms is None:
        return 0
    until_ms = now_ms if row.ended_at_ms is None else row.ended_at_ms
    return max(0, until_ms - row.started_at_ms) // 1_000
