"""What an operator must know of a charge point to act: beside what drivers see of it, who and what is stuck there."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from central.fold.registration import replace_deadline
from central.store.tables import (
    ALARMS,
    CHARGING_POINTS,
    CHARGING_SESSIONS,
    DEADLINES,
    DRIVERS,
    FAULTS,
    IS_HELD,
    IS_OPEN,
    LIVE_CHARGES,
)
from central.views.faults import text_of
from central.views.moments import iso
from central.views.points import read_points
from central.views.sessions import flowed_wh
from central.views.words import list_words

Sites = frozenset[str] | None

NEWEST_REQUESTS = 10

_POINT = CHARGING_POINTS.c
_SESSION = CHARGING_SESSIONS.c
_DETAILS = (
    "board", "engine_board", "link_id", "silent", "engine_state", "meter_id", "replaceable", "session_id",
    "rated_current_ma", "limit_ma",
)  # fmt: skip


def list_points(connection: Connection, currency: str) -> list[dict[str, Any]]:
    """All charge points but those that were removed, each with its open sessions and what it holds."""
    points = read_points(connection, currency)
    sessions, held_wh = open_sessions(connection), _held_wh(connection)
    replaceable = select(_POINT.cp_id).where(_POINT.replaceable.is_(True))
    until = _replaceable_until(connection, connection.execute(replaceable).scalars())
    return [
        {
            **point,
            "sessions": [each["session_id"] for each in sessions if each["cp_id"] == point["cp_id"]],
            "held_wh": held_wh.get(point["cp_id"], 0),
            "replaceable_until": until.get(point["cp_id"]),
        }
        for point in points
    ]


Points = dict[str, dict[str, Any]]  # by cp_id


def points_at(connection: Connection, currency: str, places: Sequence[Sites]) -> dict[Sites, Points]:
    """As `list_points`, of the charge points at these sites, for each such set; None: all."""
    points = {point["cp_id"]: point for point in list_points(connection, currency)}
    return {
        sites: {cp_id: point for cp_id, point in points.items() if sites is None or site_id_of(point) in sites}
        for sites in places
    }


def site_id_of(point: dict[str, Any]) -> str | None:
    return None if point["site"] is None else point["site"]["site_id"]


def lasting_points(points: Points) -> Points:
    """Without when each was heard last, which is no news."""
    return {cp_id: {**point, "last_connection_time": None} for cp_id, point in points.items()}


def is_same(one: Points, other: Points) -> bool:
    return lasting_points(one) == lasting_points(other)


def read_point(connection: Connection, currency: str, cp_id: str) -> dict[str, Any] | None:
    """One charge point and all about it; None where it is not known, or was removed."""
    found = read_points(connection, currency, cp_id)
    if not found:
        return None
    wanted = select(*(_POINT[name] for name in _DETAILS)).where(_POINT.cp_id == cp_id)
    row = connection.execute(wanted).mappings().one()
    until = _replaceable_until(connection, [cp_id] if row["replaceable"] else [])
    return {
        **found[0],
        "link": "up" if row["link_id"] is not None else "down",
        "silent": row["silent"],
        "board": row["board"],
        "engine_board": row["engine_board"],
        "engine_state": row["engine_state"],
        "meter_id": row["meter_id"],
        "rated_current_ma": row["rated_current_ma"],
        "limit_ma": row["limit_ma"],
        "replaceable_until": until.get(cp_id),
        "sessions": open_sessions(connection, cp_id),
        "open_faults": _open_faults(connection, cp_id),
        "held_wh": _held_wh(connection).get(cp_id, 0),
        "alarms": _alarms(connection, cp_id),
        "requests": list_words(connection, cp_id, NEWEST_REQUESTS).rows,
    }


def open_sessions(connection: Connection, cp_id: str | None = None) -> list[dict[str, Any]]:
    """Those of all charge points, or of this one, the oldest first."""
    live = LIVE_CHARGES.c
    joined = CHARGING_SESSIONS.outerjoin(DRIVERS, DRIVERS.c.driver_id == _SESSION.driver_id).outerjoin(
        LIVE_CHARGES, live.session_id == _SESSION.session_id
    )
    wanted = select(
        _SESSION.session_id, _SESSION.cp_id, _SESSION.driver_id, DRIVERS.c.username, _SESSION.status,
        _SESSION.requested_at_ms, _SESSION.started_at_ms, _SESSION.start_register_wh, _SESSION.last_register_wh,
        live.register_wh.label("live_register_wh"), _SESSION.stop_requested, _SESSION.claim_released,
    ).select_from(joined).where(IS_OPEN)  # fmt: skip
    if cp_id is not None:
        wanted = wanted.where(_SESSION.cp_id == cp_id)
    rows = connection.execute(wanted.order_by(_SESSION.requested_at_ms, _SESSION.session_id)).mappings()
    return [
        {
            "session_id": row["session_id"],
            "cp_id": row["cp_id"],
            "driver_id": row["driver_id"],
            "driver_name": row["username"],
            "status": row["status"],
            "since": iso(row["started_at_ms"] or row["requested_at_ms"]),
            "energy_wh": flowed_wh(row),
            "stop_requested": row["stop_requested"],
            "driver_is_free": row["claim_released"],
        }
        for row in rows
    ]


def _held_wh(connection: Connection) -> dict[str, int]:
    wanted = select(_SESSION.cp_id, func.sum(_SESSION.held_wh)).where(IS_HELD).group_by(_SESSION.cp_id)
    return {cp_id: int(held_wh) for cp_id, held_wh in connection.execute(wanted)}


def _replaceable_until(connection: Connection, cp_ids: Iterable[str]) -> dict[str, str | None]:
    names = {replace_deadline(cp_id): cp_id for cp_id in cp_ids}
    deadline = DEADLINES.c
    live = select(deadline.deadline_id, deadline.due_at_ms).where(deadline.live.is_(True))
    wanted = live.where(deadline.deadline_id.in_(names))
    return {names[name]: iso(due_at_ms) for name, due_at_ms in connection.execute(wanted)}


def _open_faults(connection: Connection, cp_id: str) -> list[dict[str, Any]]:
    fault = FAULTS.c
    wanted = select(fault.fault, fault.info, fault.since_ms).where(fault.cp_id == cp_id, fault.cleared_at_ms.is_(None))
    rows = connection.execute(wanted.order_by(fault.since_ms, fault.fault))
    return [{"fault": name, "info": text_of(name, info), "since": iso(since_ms)} for name, info, since_ms in rows]


def _alarms(connection: Connection, cp_id: str) -> list[dict[str, Any]]:
    alarm = ALARMS.c
    wanted = select(alarm.alarm, alarm.text, alarm.at_ms).where(alarm.cp_id == cp_id).order_by(alarm.at_ms)
    return [{"alarm": name, "text": text, "at": iso(at_ms)} for name, text, at_ms in connection.execute(wanted)]
