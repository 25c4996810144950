"""What happened at a charge point: its charges, its faults, and what operators asked of it, by whom and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, or_, select

from central.model.curve import points_from
from central.money.readings import Reading, from_text
from central.people.tables import TOKENS
from central.store.tables import (
    CHARGING_SESSIONS,
    DRIVERS,
    FAULTS,
    LIVE_CHARGES,
    OPERATOR_WORDS,
    POWER_CURVES,
    PROBLEM_REPORTS,
)
from central.web.ops.picture import DAY_MS, Picture, Span, picture_of, powers_of, told_powers

MOST = 40  # rows of the history
MOST_SESSIONS = 500  # of a day
_SESSION, _FAULT, _WORD, _LIVE = CHARGING_SESSIONS.c, FAULTS.c, OPERATOR_WORDS.c, LIVE_CHARGES.c
_REPORT, _CURVE = PROBLEM_REPORTS.c, POWER_CURVES.c


@dataclass(frozen=True)
class Event:
    """`sort`: charge, fault, word or report. `row`: what is known of it."""

    at_ms: int
    sort: str
    row: Mapping[str, Any]


def read_history(connection: Connection, cp_id: str) -> list[Event]:
    """The newest first."""
    name = func.coalesce(DRIVERS.c.username, _SESSION.driver_id).label("driver")
    sessions = select(
        _SESSION.session_id, name, _SESSION.status, _SESSION.reason, _SESSION.energy_wh, _SESSION.cost_minor,
        _SESSION.requested_at_ms, _SESSION.ended_at_ms,
    ).outerjoin(DRIVERS, DRIVERS.c.driver_id == _SESSION.driver_id).where(_SESSION.cp_id == cp_id)  # fmt: skip
    sessions = sessions.order_by(_SESSION.requested_at_ms.desc()).limit(MOST)
    faults = select(_FAULT.fault, _FAULT.info, _FAULT.since_ms, _FAULT.cleared_at_ms).where(_FAULT.cp_id == cp_id)
    words = select(_WORD.at_ms, _WORD.action, _WORD.by, _WORD.reason).where(_WORD.cp_id == cp_id)
    words = words.order_by(_WORD.at_ms.desc()).limit(MOST)
    reports = select(_REPORT.at_ms, _REPORT.session_id, _REPORT.text).where(_REPORT.cp_id == cp_id)
    reports = reports.order_by(_REPORT.at_ms.desc()).limit(MOST)
    found = [
        *(Event(row["requested_at_ms"], "charge", dict(row)) for row in connection.execute(sessions).mappings()),
        *(Event(row["since_ms"], "fault", dict(row)) for row in connection.execute(faults).mappings()),
        *(Event(row["at_ms"], "word", dict(row)) for row in connection.execute(words).mappings()),
        *(Event(row["at_ms"], "report", dict(row)) for row in connection.execute(reports).mappings()),
    ]
    return sorted(found, key=lambda each: -each.at_ms)[:MOST]


def read_names(connection: Connection, token_ids: set[str]) -> Mapping[str, str]:
    """Of the people's database: whose tokens these are."""
    wanted = select(TOKENS.c.token_id, TOKENS.c.person_id).where(TOKENS.c.token_id.in_(token_ids))
    return {row[0]: row[1] for row in connection.execute(wanted)}


def read_picture(connection: Connection, cp_id: str, now_ms: int) -> Picture:
    since_ms = now_ms - DAY_MS
    is_there = or_(_SESSION.ended_at_ms.is_(None), _SESSION.ended_at_ms > since_ms)
    columns = (_SESSION.readings, _LIVE.at_ms, _LIVE.register_wh, _SESSION.ended_at_ms, _CURVE.points)
    sessions = select(*columns).outerjoin(LIVE_CHARGES, _LIVE.session_id == _SESSION.session_id)
    sessions = sessions.outerjoin(POWER_CURVES, _CURVE.session_id == _SESSION.session_id)
    sessions = sessions.where(_SESSION.cp_id == cp_id, _SESSION.started_at_ms.is_not(None), is_there)
    powers: list[Span] = []
    for text, live_ms, live_wh, ended_ms, curve in connection.execute(sessions.limit(MOST_SESSIONS)):
        readings = list(from_text(text))
        if ended_ms is None and live_ms is not None and readings and live_ms > readings[-1].at_ms:
            readings.append(Reading(live_ms, max(live_wh, readings[-1].register_wh)))
        told = [] if curve is None else told_powers(points_from(curve), ended_ms)
        powers += told or powers_of(readings, "")
    faults = select(_FAULT.since_ms, _FAULT.cleared_at_ms, _FAULT.fault).where(_FAULT.cp_id == cp_id)
    words = select(_WORD.at_ms, _WORD.action).where(_WORD.cp_id == cp_id, _WORD.at_ms > since_ms)
    return picture_of(
        sorted(powers, key=lambda each: each.since_ms),
        [Span(*row) for row in connection.execute(faults.order_by(_FAULT.since_ms))],
        [(row[0], row[1]) for row in connection.execute(words.order_by(_WORD.at_ms))],
        now_ms,
    )
