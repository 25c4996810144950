"""The specification's classic columns, derived from the exact integers each time a row is written."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from central.model.rows import ChargingPoint, Driver, Session
from central.money.formats import energy_kwh, money, price

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc(at_ms: int | None) -> datetime | None:
    """Milliseconds since 1970 as a datetime; None stays None."""
    return None if at_ms is None else _EPOCH + timedelta(milliseconds=at_ms)


def _of(text: Callable[[int], str], number: int | None) -> str | None:
    return None if number is None else text(number)


def _of_point(row: ChargingPoint) -> dict[str, Any]:
    return {"price_per_kwh": price(row.price_e4)}


def _of_driver(row: Driver) -> dict[str, Any]:
    return {"created_at": utc(row.created_at_ms)}


def _of_session(row: Session) -> dict[str, Any]:
    return {
        "start_time": utc(row.started_at_ms),
        "end_time": utc(row.ended_at_ms),
        "energy_consumed_kwh": _of(energy_kwh, row.energy_wh),
        "total_cost": _of(money, row.cost_minor),
    }


# ChargingPoints.last_connection_time follows LastSeen and is written apart (sql_rows.py).
DERIVED: dict[type, Callable[[Any], dict[str, Any]]] = {
    ChargingPoint: _of_point,
    Driver: _of_driver,
    Session: _of_session,
}
