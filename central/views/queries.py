"""What the API reads: charges as their drivers see them, charge points, drivers, receipts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, case, or_, select

from central.model.ids import session_id
from central.model.states import FINAL
from central.store.paging import After, Order, beyond, ordered
from central.store.tables import (
    CHARGE_REQUESTS,
    CHARGING_POINTS,
    CHARGING_SESSIONS,
    DRIVERS,
    FAULTS,
    LAST_SEEN,
    LIVE_CHARGES,
    LIVE_FIGURES,
    SITES,
    TICKETS,
)
from central.views.sites import at_sites

REQUEST_FINAL = ("refused", "released")

ChargeKey = tuple[str, str]  # driver_id, message_id


@dataclass(frozen=True)
class ChargeRow:
    """A request, with its session where there is one, and the live figures that belong to that session."""

    message_id: str
    session_id: str
    cp_id: str
    driver_id: str
    request_state: str
    request_reason: str | None
    status: str | None  # of the session; None: there is none
    reason: str | None
    fault: str | None  # the name of the one that ended it
    fault_info: str | None
    tariff: str | None  # the session's terms
    point_price_e4: int | None  # of the charge point, now
    max_energy_wh: int | None
    max_duration_s: int | None
    max_cost_minor: int | None
    started_at_ms: int | None
    ended_at_ms: int | None
    energy_wh: int | None
    cost_minor: int | None
    readings: str | None
    flags: str | None
    live_at_ms: int | None
    live_register_wh: int | None  # the highest that telemetry told of this session
    live_power_w: int | None


def _charges() -> Select[*tuple[Any, ...]]:
    asked, session, fault = CHARGE_REQUESTS.c, CHARGING_SESSIONS.c, FAULTS.c
    live, told = LIVE_FIGURES.c, LIVE_CHARGES.c
    joined = (
        CHARGE_REQUESTS.outerjoin(CHARGING_SESSIONS, session.session_id == asked.session_id)
        .outerjoin(CHARGING_POINTS, CHARGING_POINTS.c.cp_id == asked.cp_id)
        .outerjoin(LIVE_FIGURES, and_(live.cp_id == asked.cp_id, live.session_id == asked.session_id))
        .outerjoin(LIVE_CHARGES, told.session_id == asked.session_id)
        .outerjoin(FAULTS, and_(fault.cp_id == asked.cp_id, fault.fault == session.fault))
    )
    return select(
        asked.message_id, asked.session_id, asked.cp_id, asked.driver_id, asked.state, asked.reason,
        session.status, session.reason, session.fault, fault.info, session.tariff, CHARGING_POINTS.c.price_e4,
        session.max_energy_wh, session.max_duration_s, session.max_cost_minor,
        session.started_at_ms, session.ended_at_ms, session.energy_wh, session.cost_minor, session.readings,
        session.flags, told.at_ms, told.register_wh, live.power_w,
    ).select_from(joined)  # fmt: skip


_CHARGES = _charges()


def read_charge(connection: Connection, driver_id: str, message_id: str) -> ChargeRow | None:
    return read_followed(connection, [(driver_id, message_id)]).get((driver_id, message_id))


def read_followed(connection: Connection, keys: Sequence[ChargeKey]) -> dict[ChargeKey, ChargeRow]:
    """The charges of these keys that the driver's fold has seen."""
    # By a single column: SQLite reads the whole table for a list of pairs.
    wanted = _CHARGES.where(CHARGE_REQUESTS.c.session_id.in_([session_id(*key) for key in keys]))
    rows = [ChargeRow(*row) for row in connection.execute(wanted)]
    return {(row.driver_id, row.message_id): row for row in rows}


def list_charges(
    connection: Connection, driver_id: str, only_open: bool, limit: int, sites: Collection[str] | None = None
) -> list[ChargeRow]:
    """A driver's newest charges, the newest first. `sites`: at these alone; None: wherever."""
    return page_charges(connection, driver_id, only_open, limit, None, sites)[0]


def page_charges(
    connection: Connection, driver_id: str, only_open: bool, limit: int, after: After | None,
    sites: Collection[str] | None = None,
) -> tuple[list[ChargeRow], After | None]:  # fmt: skip
    """A driver's charges behind that place, the newest first, and where the next page begins. `sites`: as above."""
    asked, status = CHARGE_REQUESTS.c, CHARGING_SESSIONS.c.status
    wanted = _CHARGES.where(asked.driver_id == driver_id, at_sites(asked.cp_id, sites))
    if only_open:
        no_session = and_(status.is_(None), asked.state.not_in(REQUEST_FINAL))
        wanted = wanted.where(or_(no_session, status.not_in(FINAL)))
    order: Order = ((asked.requested_at_ms, True), (asked.message_id, False))
    if after is not None:
        wanted = wanted.where(beyond(order, after))
    wanted = wanted.add_columns(asked.requested_at_ms).order_by(*ordered(order)).limit(limit + 1)
    found = [(ChargeRow(*row[:-1]), row[-1]) for row in connection.execute(wanted)]
    last = found[limit - 1] if len(found) > limit else None
    return [row for row, _ in found[:limit]], None if last is None else (last[1], last[0].message_id)


@dataclass(frozen=True)
class PointRow:
    """A charge point with its newest telemetry. `seen_ms`: the last sign of life on its line."""

    cp_id: str
    location: str
    status: str
    price_e4: int
    vehicle: str
    register_wh: int
    stopped: bool
    seen_ms: int | None
    live_power_w: int | None
    live_register_wh: int | None
    site_id: str | None
    site_name: str | None
    time_zone: str | None


def list_points(connection: Connection, cp_id: str | None = None, site_id: str | None = None) -> list[PointRow]:
    """All charge points by id, the one of this id, or those of a site; those that the operator removed are left out."""
    point, seen, live, site = CHARGING_POINTS.c, LAST_SEEN.c, LIVE_FIGURES.c, SITES.c
    joined = (
        CHARGING_POINTS.outerjoin(LAST_SEEN, seen.cp_id == point.cp_id)
        .outerjoin(LIVE_FIGURES, live.cp_id == point.cp_id)
        .outerjoin(SITES, and_(site.site_id == point.site_id, site.removed_at_ms.is_(None)))
    )
    newer_ms = case((seen.logged_at_ms > seen.heartbeat_at_ms, seen.logged_at_ms), else_=seen.heartbeat_at_ms)
    wanted = select(
        point.cp_id, point.location, point.status, point.price_e4, point.vehicle, point.register_wh, point.stopped,
        newer_ms, live.power_w, live.register_wh, site.site_id, site.name, site.time_zone,
    ).select_from(joined).where(point.removed_at_ms.is_(None))  # fmt: skip
    if cp_id is not None:
        wanted = wanted.where(point.cp_id == cp_id)
    if site_id is not None:
        wanted = wanted.where(site.site_id == site_id)
    return [PointRow(*row) for row in connection.execute(wanted.order_by(point.cp_id))]


def open_faults(connection: Connection, cp_id: str | None = None) -> dict[str, list[str]]:
    """The names of the open faults of each charge point that has any."""
    wanted = select(FAULTS.c.cp_id, FAULTS.c.fault).where(FAULTS.c.cleared_at_ms.is_(None))
    if cp_id is not None:
        wanted = wanted.where(FAULTS.c.cp_id == cp_id)
    found: dict[str, list[str]] = {}
    for owner, fault in connection.execute(wanted.order_by(FAULTS.c.fault)):
        found.setdefault(owner, []).append(fault)
    return found


def read_driver(connection: Connection, driver_id: str) -> tuple[str | None, int | None] | None:
    """(username, created_at_ms); created_at_ms is None before the fold has seen the registration."""
    wanted = select(DRIVERS.c.username, DRIVERS.c.created_at_ms).where(DRIVERS.c.driver_id == driver_id)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else (row[0], row[1])


def read_tickets(connection: Connection, session_id: str) -> list[tuple[int, int, str]]:
    """(number, issued_at_ms, body) of each ticket of a session, in order."""
    ticket = TICKETS.c
    wanted = select(ticket.number, ticket.issued_at_ms, ticket.body).where(ticket.session_id == session_id)
    return [(number, issued, body) for number, issued, body in connection.execute(wanted.order_by(ticket.number))]
