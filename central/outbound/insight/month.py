"""A month of a site as a page shows it: its figures beside those of the month before, its load by the hours of the
week, its posts by day.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from central.outbound.insight.ahead import judgement_ahead
from central.outbound.insight.judgement import passed_of
from central.outbound.insight.local_time import HOURS_PER_DAY, Span, hour_of_week
from central.outbound.insight.period import Period
from central.outbound.insight.queries import SiteRow, quarters_of
from central.outbound.insight.spreading import QUARTER_MS, QUARTERS_PER_HOUR
from central.outbound.insight.summary import SiteSummary, Unavailable, summary_of
from central.outbound.insight.tables import DAYS, MONTHS

DAYS_PER_WEEK = 7
HOURS_PER_WEEK = DAYS_PER_WEEK * HOURS_PER_DAY


class Load(NamedTuple):
    """Mean power in each hour of the week, from Monday 00:00 on; None: no such hour has passed.

    `is_whole`: of the whole month; else its first quarter-hours are no longer kept, and are left out.
    """

    power_w: Sequence[int | None]
    is_whole: bool


@dataclass(frozen=True)
class Month:
    """`days_wh`: energy of each post by day of the month, from the first on. `made_at_ms`: no later time counts."""

    now: SiteSummary
    before: SiteSummary
    load: Load
    days_wh: Mapping[str, Sequence[int]]
    made_at_ms: int

    @property
    def is_over(self) -> bool:
        return self.now.period.span(self.now.site.zone).to_ms <= self.made_at_ms


def read_month(
    connection: Connection, site: SiteRow, period: Period, now_ms: int, lost_after_ms: int, unavailable: Unavailable
) -> Month:
    """`period`: a month. What follows: as `summary_of` has it; what was judged ahead is taken as it is."""
    now, before = (
        summary_of(
            connection, site, each, now_ms, lost_after_ms, unavailable,
            judgement_ahead(connection, site.site_id, each.name, lost_after_ms),
        )
        for each in (period, month_before(period))
    )  # fmt: skip
    span = period.span(site.zone)
    passed = passed_of(span, now_ms)
    load = _load(quarters_of(connection, site.site_id, span), passed, site.zone, now.sums.energy_wh)
    return Month(now, before, load, _days(connection, site.site_id, period), now_ms)


def month_before(period: Period) -> Period:
    last = date.fromisoformat(f"{period.name}-01") - timedelta(days=1)
    return Period(last.isoformat()[:7])


def days_in(period: Period) -> int:
    following = date.fromisoformat(f"{period.name}-01") + timedelta(days=31)
    return (following.replace(day=1) - timedelta(days=1)).day


def months_of(connection: Connection, site_id: str) -> list[str]:
    """Those of which there are figures, the newest first."""
    found = select(MONTHS.c.month).where(MONTHS.c.site_id == site_id).distinct().order_by(MONTHS.c.month.desc())
    return list(connection.execute(found).scalars())


def _load(energy_wh: Mapping[int, int], passed: Span, zone: str, month_wh: int) -> Load:
    """`energy_wh`: by quarter-hour. Those in which nothing flowed count as well."""
    is_whole = sum(energy_wh.values()) >= month_wh
    from_ms = passed.from_ms if is_whole else min(energy_wh, default=passed.to_ms)
    sums: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    for at_ms in range(from_ms, passed.to_ms, QUARTER_MS):
        hour = hour_of_week(at_ms, zone)
        counts[hour] += 1
        sums[hour] += energy_wh.get(at_ms, 0)
    means = [
        round(sums[hour] * QUARTERS_PER_HOUR / counts[hour]) if counts[hour] else None for hour in range(HOURS_PER_WEEK)
    ]
    return Load(means, is_whole)


def _days(connection: Connection, site_id: str, period: Period) -> dict[str, Sequence[int]]:
    count = days_in(period)
    within = (DAYS.c.day >= f"{period.name}-01", DAYS.c.day <= f"{period.name}-{count}")
    query = select(DAYS.c.cp_id, DAYS.c.day, DAYS.c.energy_wh).where(DAYS.c.site_id == site_id, *within)
    days: dict[str, list[int]] = defaultdict(lambda: [0] * count)
    for cp_id, day, wh in connection.execute(query):
        days[cp_id][int(day[-2:]) - 1] = wh
    return dict(days)
