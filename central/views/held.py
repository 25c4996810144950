"""What is held for the operator: energy that a meter told and that nobody is billed for until it is accepted."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from central.fold import billing
from central.fold.flags import OVER_ORDER, has_flag
from central.fold.meters import Limit
from central.model.rows import ChargingPoint, Session
from central.money.formats import money
from central.money.tariff import tariff_of
from central.store.paging import After, Page, read_page
from central.store.sql_rows import SqlRows
from central.store.tables import CHARGING_SESSIONS, DRIVERS, IS_HELD
from central.views.moments import iso
from central.views.sessions import NEWEST_FIRST
from central.views.sites import at_sites

_SESSION = CHARGING_SESSIONS.c
# Why something is held.
TOO_FAST, TOO_HIGH_BEFORE = "too_fast", "too_high_before"
_TEXTS = {
    TOO_FAST: "{rise:,} Wh in {time}, when at most {most:,} Wh can flow",
    TOO_HIGH_BEFORE: "the meter stood higher at its start than it can have risen before",
}


def list_held(
    connection: Connection, plant_speed: int, limit: int, after: After | None = None,
    sites: Collection[str] | None = None,
) -> Page:  # fmt: skip
    """The sessions of which something is held, the newest first. `plant_speed`: as in `Terms`. `sites`: at these alone.
    """
    joined = CHARGING_SESSIONS.outerjoin(DRIVERS, DRIVERS.c.driver_id == _SESSION.driver_id)
    columns = (_SESSION.requested_at_ms, _SESSION.session_id, _SESSION.cp_id, DRIVERS.c.username)
    wanted = select(*columns).select_from(joined).where(IS_HELD, at_sites(_SESSION.cp_id, sites))
    rows = SqlRows(connection)

    def shown(row: RowMapping) -> dict[str, Any]:
        of_point = rows.of(row["cp_id"])
        session, point = of_point.get(Session, row["session_id"]), of_point.get(ChargingPoint, row["cp_id"])
        assert session is not None
        assert point is not None
        return _shown(session, row["username"], Limit(point.rated_current_ma, plant_speed))

    return read_page(connection, wanted, NEWEST_FIRST, limit, after, shown)


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
        **_why(session, limit),
    }


def _why(session: Session, limit: Limit) -> dict[str, Any]:
    """`why`: a sentence, made of the fields beside it, by which pages say it in other languages."""
    rise_wh = (session.energy_wh or 0) + session.held_wh
    duration_ms = (session.ended_at_ms or 0) - (session.started_at_ms or 0)
    most_wh, is_over_order = limit.most_wh(duration_ms), has_flag(session, OVER_ORDER)
    code = TOO_FAST if rise_wh > most_wh else TOO_HIGH_BEFORE
    text = _TEXTS[code].format(rise=rise_wh, time=timedelta(seconds=duration_ms // 1_000), most=most_wh)
    return {
        "why": f"{text}; what was ordered is billed already" if is_over_order else text,
        "why_code": code,
        "rise_wh": rise_wh,
        "most_wh": most_wh,
        "over_order": is_over_order,
        "lasted_s": duration_ms // 1_000,
    }
