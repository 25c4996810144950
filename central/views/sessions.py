"""Sessions as operators see them: whoever's they are, what flowed, what was billed, what is held."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, literal, select

from central.money.tariff import tariff_of
from central.store.paging import After, Order, Page, read_page
from central.store.tables import CHARGING_SESSIONS, DRIVERS, IS_HELD, LIVE_CHARGES
from central.views.moments import iso
from central.views.sites import at_sites

_SESSION, _LIVE = CHARGING_SESSIONS.c, LIVE_CHARGES.c
NEWEST_FIRST: Order = ((_SESSION.requested_at_ms, True), (_SESSION.session_id, False))


@dataclass(frozen=True)
class Wanted:
    """Which sessions; None: any. `from_ms`, `to_ms`: when they were asked for, the second not included."""

    cp_id: str | None = None
    driver_id: str | None = None
    state: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    flag: str | None = None
    is_held: bool = False
    sites: Collection[str] | None = None


def list_sessions(connection: Connection, wanted: Wanted, limit: int, after: After | None = None) -> Page:
    """The newest first."""
    return read_page(connection, _chosen(wanted), NEWEST_FIRST, limit, after, _shown)


def read_session(connection: Connection, session_id: str) -> dict[str, Any] | None:
    row = connection.execute(_select().where(_SESSION.session_id == session_id)).mappings().one_or_none()
    return None if row is None else _shown(row)


def _select() -> Select[*tuple[Any, ...]]:
    joined = CHARGING_SESSIONS.outerjoin(DRIVERS, DRIVERS.c.driver_id == _SESSION.driver_id).outerjoin(
        LIVE_CHARGES, _LIVE.session_id == _SESSION.session_id
    )
    columns = (
        _SESSION.session_id, _SESSION.cp_id, _SESSION.driver_id, DRIVERS.c.username, _SESSION.request_id,
        _SESSION.status, _SESSION.reason, _SESSION.fault, _SESSION.requested_at_ms, _SESSION.started_at_ms,
        _SESSION.ended_at_ms, _SESSION.start_register_wh, _SESSION.last_register_wh, _SESSION.energy_wh,
        _SESSION.cost_minor, _SESSION.held_wh, _SESSION.unbilled_wh, _SESSION.tickets, _SESSION.tariff, _SESSION.flags,
        _SESSION.stop_requested, _SESSION.claim_released, _LIVE.register_wh.label("live_register_wh"),
    )  # fmt: skip
    return select(*columns).select_from(joined)


def _chosen(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    chosen = _select()
    for column, value in (
        (_SESSION.cp_id, wanted.cp_id), (_SESSION.driver_id, wanted.driver_id), (_SESSION.status, wanted.state),
    ):  # fmt: skip
        if value is not None:
            chosen = chosen.where(column == value)
    if wanted.from_ms is not None:
        chosen = chosen.where(_SESSION.requested_at_ms >= wanted.from_ms)
    if wanted.to_ms is not None:
        chosen = chosen.where(_SESSION.requested_at_ms < wanted.to_ms)
    if wanted.flag is not None:
        among = literal(",").concat(_SESSION.flags).concat(",")
        chosen = chosen.where(among.contains(f",{wanted.flag},", autoescape=True))
    chosen = chosen.where(at_sites(_SESSION.cp_id, wanted.sites))
    return chosen.where(IS_HELD) if wanted.is_held else chosen


def _shown(row: RowMapping) -> dict[str, Any]:
    return {
        "session_id": row["session_id"],
        "cp_id": row["cp_id"],
        "driver_id": row["driver_id"],
        "driver_name": row["username"],
        "message_id": row["request_id"],
        "state": row["status"],
        "reason": row["reason"],
        "fault": row["fault"],
        "requested_at": iso(row["requested_at_ms"]),
        "started_at": iso(row["started_at_ms"]),
        "ended_at": iso(row["ended_at_ms"]),
        "energy_wh": flowed_wh(row) if row["energy_wh"] is None else row["energy_wh"],
        "cost_minor": row["cost_minor"],
        "currency": tariff_of(row["tariff"]).currency,
        "held_wh": row["held_wh"],
        "unbilled_wh": row["unbilled_wh"],
        "tickets": row["tickets"],
        "flags": row["flags"].split(",") if row["flags"] else [],
        "stop_requested": row["stop_requested"],
        "driver_is_free": row["claim_released"],
    }


def flowed_wh(row: RowMapping) -> int:
    """So far: the highest that was told since the start."""
    start_wh = row["start_register_wh"]
    told = [each for each in (row["last_register_wh"], row["live_register_wh"]) if each is not None]
    return 0 if start_wh is None else max(0, *(each - start_wh for each in told), 0)
