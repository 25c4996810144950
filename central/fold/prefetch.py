"""Which rows the fold of a record is likely to ask for, so that a batch loads those of all its records together.

Rows with a single column as their key; what is not told here is loaded when it is asked for.
"""

from collections.abc import Callable

from wire.kinds import CP, DRIVER, TELEMETRY

from central.fold.endings import lost_deadline_of
from central.model.driver_rows import PowerCurve
from central.model.records import Incoming
from central.model.rows import ChargingPoint, Deadline, Driver, LastSeen, LiveCharge, LiveFigures, Session


def _point(incoming: Incoming) -> str | None:
    return incoming.key if incoming.topic in (CP, TELEMETRY) else None


def _figures(incoming: Incoming) -> str | None:
    return incoming.key if incoming.message["type"] == "charging_data" else None


def _driver(incoming: Incoming) -> str | None:
    return incoming.key if incoming.topic == DRIVER else None


def _session(incoming: Incoming) -> str | None:
    return incoming.message.get("session_id") if incoming.topic in (CP, TELEMETRY) else None


def _live_charge(incoming: Incoming) -> str | None:
    return incoming.message.get("session_id") if incoming.topic == TELEMETRY else None


def _lost_deadline(incoming: Incoming) -> str | None:
    session_id = _session(incoming) if incoming.topic == CP else None
    return None if session_id is None else lost_deadline_of(session_id)


PREFETCHED: dict[type, Callable[[Incoming], str | None]] = {
    ChargingPoint: _point,
    LastSeen: _point,
    LiveFigures: _figures,
    Driver: _driver,
    Session: _session,
    LiveCharge: _live_charge,
    PowerCurve: _live_charge,
    Deadline: _lost_deadline,
}
