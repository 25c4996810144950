"""What the operator's pages know of charge points: read in a few queries for all of them, whatever their number."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, case, func, select
from wire.kinds import CP

from central.model.states import CHARGING, COMPLETED
from central.store import parked
from central.store.tables import (
    ALARMS,
    CHARGING_POINTS,
    CHARGING_SESSIONS,
    DRIVERS,
    FAULTS,
    IS_HELD,
    IS_OPEN,
    LAST_SEEN,
    LIVE_CHARGES,
    LIVE_FIGURES,
    OPERATOR_WORDS,
    PROBLEM_REPORTS,
    SITES,
)
from central.views.sites import NO_ZONE, at_sites
from central.web.ops.problems import Charge, OpenAlarm, OpenFault, Parked, Post, Report

_POINT, _SESSION, _LIVE, _SEEN, _SITE = CHARGING_POINTS.c, CHARGING_SESSIONS.c, LIVE_FIGURES.c, LAST_SEEN.c, SITES.c
MOST_REPORTS = 100
Sites = Collection[str] | None  # None: wherever


@dataclass(frozen=True)
class PostFacts:
    """A charge point as it is shown. `site`: its name; "" where it is on none. `zone`: its site's."""

    post: Post
    location: str
    site: str
    zone: str
    status: str
    price_e4: int
    power_w: int
    current_ma: int
    temperature_mc: int | None
    live_ms: int | None

    @property
    def cp_id(self) -> str:
        return self.post.cp_id


def read_posts(connection: Connection, sites: Sites, cp_id: str | None = None) -> list[PostFacts]:
    """By site and name, or the one of this id; those that were removed are left out."""
    rows = _points(connection, sites, cp_id)
    if not rows:
        return []
    faults, alarms, charges = _faults(connection, cp_id), _alarms(connection, cp_id), read_charges(connection, cp_id)
    held, stopped, reports = _held(connection, cp_id), _stopped(connection), _reports(connection, cp_id, sites)
    return [
        PostFacts(
            Post(
                row["cp_id"], row["link_id"] is not None, row["silent"], row["stopped"],
                stopped.get(row["cp_id"]), row["heard_ms"],
                faults.get(row["cp_id"], ()), alarms.get(row["cp_id"], ()), charges.get(row["cp_id"], ()),
                *held.get(row["cp_id"], (0, None)), reports.get(row["cp_id"], ()),
            ),
            row["location"], row["name"] or "", row["time_zone"] or NO_ZONE, row["status"], row["price_e4"],
            (row["power_w"] or 0) if row["status"] == CHARGING else 0,
            (row["current_ma"] or 0) if row["status"] == CHARGING else 0,
            row["temperature_mc"], row["live_ms"],
        )
        for row in rows
    ]  # fmt: skip


def _points(connection: Connection, sites: Sites, cp_id: str | None) -> Sequence[RowMapping]:
    joined = (
        CHARGING_POINTS.outerjoin(LAST_SEEN, _SEEN.cp_id == _POINT.cp_id)
        .outerjoin(LIVE_FIGURES, _LIVE.cp_id == _POINT.cp_id)
        .outerjoin(SITES, and_(_SITE.site_id == _POINT.site_id, _SITE.removed_at_ms.is_(None)))
    )
    newer_ms = case((_SEEN.logged_at_ms > _SEEN.heartbeat_at_ms, _SEEN.logged_at_ms), else_=_SEEN.heartbeat_at_ms)
    wanted = select(
        _POINT.cp_id, _POINT.link_id, _POINT.silent, _POINT.stopped, newer_ms.label("heard_ms"), _POINT.location,
        _SITE.name, _SITE.time_zone, _POINT.status, _POINT.price_e4, _LIVE.power_w, _LIVE.current_ma,
        _LIVE.temperature_mc, _LIVE.at_ms.label("live_ms"),
    ).select_from(joined).where(_POINT.removed_at_ms.is_(None), at_sites(_POINT.cp_id, sites))  # fmt: skip
    if cp_id is not None:
        wanted = wanted.where(_POINT.cp_id == cp_id)
    return connection.execute(wanted.order_by(_SITE.name.is_(None), _SITE.name, _POINT.cp_id)).mappings().all()


def _faults(connection: Connection, cp_id: str | None) -> Mapping[str, list[OpenFault]]:
    fault = FAULTS.c
    wanted = select(fault.cp_id, fault.fault, fault.info, fault.since_ms).where(fault.cleared_at_ms.is_(None))
    if cp_id is not None:
        wanted = wanted.where(fault.cp_id == cp_id)
    rows = connection.execute(wanted.order_by(fault.since_ms, fault.fault))
    return _by_point((owner, OpenFault(*told)) for owner, *told in rows)


def _alarms(connection: Connection, cp_id: str | None) -> Mapping[str, list[OpenAlarm]]:
    alarm = ALARMS.c
    wanted = select(alarm.cp_id, alarm.alarm, alarm.subject, alarm.text, alarm.at_ms)
    if cp_id is not None:
        wanted = wanted.where(alarm.cp_id == cp_id)
    rows = connection.execute(wanted.order_by(alarm.at_ms, alarm.alarm, alarm.subject))
    return _by_point((owner, OpenAlarm(*told)) for owner, *told in rows)


def _reports(connection: Connection, cp_id: str | None, sites: Sites) -> Mapping[str, list[Report]]:
    """The newest, of all charge points or of this one."""
    report = PROBLEM_REPORTS.c
    wanted = select(report.cp_id, report.session_id, report.number, report.text, report.at_ms)
    if cp_id is not None:
        wanted = wanted.where(report.cp_id == cp_id)
    newest_first = wanted.order_by(report.at_ms.desc(), report.session_id, report.number)
    rows = connection.execute(newest_first.where(at_sites(report.cp_id, sites)).limit(MOST_REPORTS))
    return _by_point((owner, Report(*told)) for owner, *told in rows)


def read_charges(connection: Connection, cp_id: str | None = None) -> Mapping[str, list[Charge]]:
    """The open sessions of each charge point, the oldest first."""
    live = LIVE_CHARGES.c
    joined = CHARGING_SESSIONS.outerjoin(DRIVERS, DRIVERS.c.driver_id == _SESSION.driver_id).outerjoin(
        LIVE_CHARGES, live.session_id == _SESSION.session_id
    )
    since_ms = func.coalesce(_SESSION.started_at_ms, _SESSION.requested_at_ms)
    name = func.coalesce(DRIVERS.c.username, _SESSION.driver_id)
    wanted = select(
        _SESSION.cp_id, _SESSION.session_id, name, _SESSION.status, since_ms, _SESSION.start_register_wh,
        _SESSION.last_register_wh, live.register_wh,
    ).select_from(joined).where(IS_OPEN)  # fmt: skip
    if cp_id is not None:
        wanted = wanted.where(_SESSION.cp_id == cp_id)
    rows = connection.execute(wanted.order_by(_SESSION.requested_at_ms, _SESSION.session_id))
    return _by_point(
        (owner, Charge(session_id, driver, status, since, flowed_wh(start, last, newest)))
        for owner, session_id, driver, status, since, start, last, newest in rows
    )


def flowed_wh(start_wh: int | None, *told_wh: int | None) -> int:
    return 0 if start_wh is None else max(0, *(each - start_wh for each in told_wh if each is not None), 0)


def _held(connection: Connection, cp_id: str | None) -> Mapping[str, tuple[int, int | None]]:
    wanted = select(_SESSION.cp_id, func.sum(_SESSION.held_wh), func.min(_SESSION.ended_at_ms))
    wanted = wanted.where(IS_HELD).group_by(_SESSION.cp_id)
    if cp_id is not None:
        wanted = wanted.where(_SESSION.cp_id == cp_id)
    return {owner: (int(held_wh), since_ms) for owner, held_wh, since_ms in connection.execute(wanted)}


def _stopped(connection: Connection) -> Mapping[str, int]:
    """When those that are out of service were taken out of it."""
    word = OPERATOR_WORDS.c
    out = select(_POINT.cp_id).where(_POINT.stopped.is_(True))
    wanted = select(word.cp_id, func.max(word.at_ms)).where(word.action == "stop", word.cp_id.in_(out))
    return {row[0]: row[1] for row in connection.execute(wanted.group_by(word.cp_id))}


def _by_point(rows: Any) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for owner, row in rows:
        found[owner].append(row)
    return found


def read_parked(connection: Connection, sites: Sites, points: Collection[str]) -> list[Parked]:
    """`points`: those that are seen. Drivers and sites are at no charge point: whoever serves every site sees them."""
    return [
        Parked(each.topic, each.key, each.error, each.since_ms)
        for each in parked.list_keys(connection)
        if sites is None or (each.topic == CP and each.key in points)
    ]


@dataclass(frozen=True)
class Day:
    """What was completed since a moment."""

    charges: int
    energy_wh: int
    cost_minor: int


def read_day(connection: Connection, sites: Sites, since_ms: int) -> Day:
    wanted = select(
        func.count(), func.coalesce(func.sum(_SESSION.energy_wh), 0), func.coalesce(func.sum(_SESSION.cost_minor), 0)
    )
    wanted = wanted.where(
        _SESSION.status == COMPLETED, _SESSION.ended_at_ms >= since_ms, at_sites(_SESSION.cp_id, sites)
    )
    charges, energy_wh, cost_minor = connection.execute(wanted).one()
    return Day(int(charges), int(energy_wh), int(cost_minor))
