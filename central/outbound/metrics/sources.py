"""What metrics are made of: counts in the books, the figures of insight, and places in the log.

No label names a driver: labels are charge points, sites, and words of our own tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, select

from central.model.states import STATUS_ORDER
from central.outbound.insight.ahead import judgement_ahead
from central.outbound.insight.period import this_month
from central.outbound.insight.queries import SiteRow, sites_of
from central.outbound.insight.summary import SiteSummary, summary_of
from central.outbound.insight.tables import MONTHS
from central.store.log_identity import read_clock
from central.store.offsets import TopicPartition, read_positions
from central.store.tables import (
    ALARMS,
    CHARGING_POINTS,
    CHARGING_SESSIONS,
    FAULTS,
    IS_HELD,
    IS_OPEN,
    OUTBOX,
    PARKED_KEYS,
)
from eventlog import Log

Places = Mapping[TopicPartition, int]
STATUSES = tuple(status for status, _ in STATUS_ORDER)


@dataclass(frozen=True)
class Books:
    """`positions`: where the worker stands."""

    statuses: Mapping[str, int]
    sessions: Mapping[str, int]
    problems: Mapping[str, int]
    outbox: int
    clock_ahead_ms: int
    positions: Places


@dataclass(frozen=True)
class Figures:
    """`totals`: (energy_wh, charges, cost_minor) of each site since the log's beginning; `months`: of this month."""

    totals: Mapping[str, tuple[int, int, int]] = field(default_factory=dict[str, tuple[int, int, int]])
    months: tuple[SiteSummary, ...] = ()
    positions: Places = field(default_factory=dict[TopicPartition, int])


@dataclass(frozen=True)
class Sources:
    """`lags`: by reader and topic, records not read yet; empty while the log is away. `unavailable`: requests for a
    charge that were answered 503.
    """

    books: Books
    figures: Figures
    lags: Mapping[tuple[str, str], int]
    log_is_open: bool
    unavailable: int


def read_books(connection: Connection) -> Books:
    return Books(
        statuses=_counted(connection, CHARGING_POINTS.c.status, CHARGING_POINTS.c.removed_at_ms.is_(None)),
        sessions=_counted(connection, CHARGING_SESSIONS.c.status, IS_OPEN),
        problems={
            "fault": _count(connection, FAULTS.c.fault, FAULTS.c.cleared_at_ms.is_(None)),
            "held": _count(connection, CHARGING_SESSIONS.c.session_id, IS_HELD),
            "parked": _count(connection, PARKED_KEYS.c.key),
            "alarm": _count(connection, ALARMS.c.alarm),
        },
        outbox=_count(connection, OUTBOX.c.id),
        clock_ahead_ms=read_clock(connection) or 0,
        positions=_places(connection),
    )


def read_figures(connection: Connection, now_ms: int, lost_after_ms: int) -> Figures:
    sums = (func.sum(MONTHS.c.energy_wh), func.sum(MONTHS.c.charges), func.sum(MONTHS.c.cost_minor))
    totals = connection.execute(select(MONTHS.c.site_id, *sums).group_by(MONTHS.c.site_id)).tuples()
    return Figures(
        totals={site_id: (int(energy_wh), int(charges), int(cost)) for site_id, energy_wh, charges, cost in totals},
        months=tuple(_month(connection, site, now_ms, lost_after_ms) for site in sites_of(connection)),
        positions=_places(connection),
    )


def _month(connection: Connection, site: SiteRow, now_ms: int, lost_after_ms: int) -> SiteSummary:
    period = this_month(now_ms, site.zone)
    ahead = judgement_ahead(connection, site.site_id, period.name, lost_after_ms)
    return summary_of(connection, site, period, now_ms, lost_after_ms, judgement=ahead)


def lags(log: Log, readers: Mapping[str, Places]) -> dict[tuple[str, str], int]:
    """Raises LogUnavailable."""
    wanted = sorted({place for places in readers.values() for place in places})
    ends = log.all_ends(wanted) if wanted else {}
    found: dict[tuple[str, str], int] = {}
    for reader, places in readers.items():
        for place, at in places.items():
            key = (reader, place[0])
            found[key] = found.get(key, 0) + max(0, ends[place].next - at)
    return found


def _counted(connection: Connection, by: Column[str], among: ColumnElement[bool]) -> dict[str, int]:
    rows = connection.execute(select(by, func.count()).where(among).group_by(by))
    return dict(rows.tuples().all())


def _count(connection: Connection, of: Column[Any], *among: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count(of)).where(*among)).scalar_one()


def _places(connection: Connection) -> Places:
    return {place: position.next for place, position in read_positions(connection).items()}
