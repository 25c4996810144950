"""What is held for the operator: energy that a meter told and that nobody is billed for until it is accepted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from central.fold import billing
from central.fold.flags import OVER_ORDER, has_flag
from central.fold.meters import Limit
from central.model.rows import ChargingPoint, Session
from central.money.formats import money
from central.money.tariff import tariff_of
from central.store.sql_rows import SqlRows
from central.store.tables import CHARGING_SESSIONS, DRIVERS
from central.views.moments import iso

_SESSION = CHARGING_SESSIONS.c


def list_held(connection: Connection, plant_speed: int) -> list[dict[str, Any]]:
    """The sessions of which something is held, the newest first. `plant_speed`: as in `Terms`."""
    joined = CHARGING_SESSIONS.outerjoin(DRIVERS, DRIVERS.c.driver_id == _SESSION.driver_id)
    wanted = select(_SESSION.session_id, _SESSION.cp_id, DRIVERS.c.username).select_from(joined)
    wanted = wanted.where(_SESSION.held_wh > 0).order_by(_SESSION.ended_at_ms.desc(), _SESSION.session_id)
    rows = SqlRows(connection)
    held: list[dict[str, Any]] = []
    for session_id, cp_id, name in connection.execute(wanted).all():
        session, point = rows.of(cp_id).get(Session, session_id), rows.of(cp_id).get(ChargingPoint, cp_id)
        assert session is not None
        assert point is not None
        held.append(_shown(session, name, Limit(point.rated_current_ma, plant_speed)))
    return held


def _shown(session: Session, name: str | None, limit: Limit) -> dict[str, Any]:
    accepted = replace(session)
    billing.bill_held(accepted)
    more_minor = (accepted.cost_minor or 0) - (session.cost_minor or 0)
    return {
        "session_id": session.session_id,
        "cp_id": session.cp_id,
        "driver_id": session.driver_id,
        "driver_name": name,
        "held_wh": session.held_wh,
        "billed_wh": session.energy_wh or 0,
        "cost_if_accepted": money(more_minor),
        "cost_if_accepted_minor": more_minor,
        "currency": tariff_of(session.tariff).currency,
        "started_at": iso(session.started_at_ms),
        "ended_at": iso(session.ended_at_ms),
        "why": _why(session, limit),
    }


def _why(session: Session, limit: Limit) -> str:
    rise_wh = (session.energy_wh or 0) + session.held_wh
    duration_ms = (session.ended_at_ms or 0) - (session.started_at_ms or 0)
    most_wh = limit.most_wh(duration_ms)
    if rise_wh > most_wh:
        text = f"{rise_wh:,} Wh in {timedelta(seconds=duration_ms // 1_000)}, when at most {most_wh:,} Wh can flow"
    else:
        text = "the meter stood higher at its start than it can have risen before"
    return f"{text}; what was ordered is billed already" if has_flag(session, OVER_ORDER) else text
