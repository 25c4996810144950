"""A month as a page shows it, and for how long it is kept."""

from collections.abc import Sequence
from pathlib import Path

from central.outbound.insight.local_time import Span
from central.outbound.insight.month import HOURS_PER_WEEK, Month, month_before, read_month
from central.outbound.insight.months import KEPT_MS, Months
from central.outbound.insight.period import Period
from central.outbound.insight.queries import sites_of
from central.outbound.insight.rollups import forget_quarters
from central.outbound.tests.yard import BEGAN_MS, Yard
from central.store.database import open_database

MARCH = Period("2026-03")
IN_APRIL_MS = 1_775_200_000_000
LOST_AFTER_MS = 3_600_000
SATURDAY_23, SUNDAY_0 = 5 * 24 + 23, 6 * 24
SATURDAYS = 4  # of March 2026; it has five Sundays


def nobody(_: Span) -> dict[str, int]:
    return {}


def read(yard: Yard, now_ms: int = IN_APRIL_MS) -> Month:
    with yard.database.reader.connect() as connection:
        (site,) = sites_of(connection)
        return read_month(connection, site, MARCH, now_ms, LOST_AFTER_MS, nobody)


def filled(yard: Yard) -> Yard:
    """8 kWh evenly over an hour, from 22:01:40 UTC on a Saturday."""
    yard.charge(1, [(0, 1_000), (60, 9_000)])
    yard.read()
    return yard


def flowing(power_w: Sequence[int | None]) -> dict[int, int]:
    return {hour: each for hour, each in enumerate(power_w) if each}


def test_load_is_the_mean_of_the_hours_that_passed(yard: Yard) -> None:
    load = read(filled(yard)).load
    assert load.is_whole
    assert len(load.power_w) == HOURS_PER_WEEK
    at_22, at_23 = SATURDAY_23 - 1, SATURDAY_23
    found = flowing(load.power_w)
    assert set(found) == {at_22, at_23}
    assert abs(sum(found.values()) * SATURDAYS - 8_000) <= SATURDAYS  # each rounded


def test_an_hour_that_has_not_passed_is_none(yard: Yard) -> None:
    soon_ms = MARCH.span("UTC").from_ms + 3_600_000  # the month's first hour is over: 00:00 of a Sunday
    load = read(filled(yard), soon_ms).load
    assert [hour for hour, each in enumerate(load.power_w) if each is not None] == [SUNDAY_0]


def test_days_are_those_of_the_month(yard: Yard) -> None:
    days = read(filled(yard)).days_wh["cp_001"]
    assert len(days) == 31
    assert {day: wh for day, wh in enumerate(days, 1) if wh} == {28: sum(days)}
    assert sum(days) == 8_000


def test_quarter_hours_that_are_no_longer_kept_are_said(yard: Yard) -> None:
    filled(yard)
    with yard.database.writer.begin() as connection:
        forget_quarters(connection, IN_APRIL_MS)
    load = read(yard).load
    assert not load.is_whole
    assert flowing(load.power_w) == {}


def test_the_month_before_january_is_december() -> None:
    assert month_before(Period("2026-01")).name == "2025-12"


def test_a_month_that_is_over_is_kept_until_insight_reads_on(yard: Yard) -> None:
    filled(yard)
    months = Months(yard.database, LOST_AFTER_MS, nobody)
    (site,) = months.sites()
    first = months.month(site, MARCH, IN_APRIL_MS)
    later_ms = IN_APRIL_MS + 10 * KEPT_MS
    assert months.month(site, MARCH, later_ms) is first
    yard.charge(2, [(0, 9_000), (60, 10_000)])
    yard.read()
    assert months.month(site, MARCH, later_ms).now.sums.energy_wh == 9_000


def test_a_month_that_runs_is_made_anew_after_a_while(yard: Yard) -> None:
    filled(yard)
    months = Months(yard.database, LOST_AFTER_MS, nobody)
    (site,) = months.sites()
    now_ms = MARCH.span(site.zone).to_ms - 10 * KEPT_MS
    first = months.month(site, MARCH, now_ms)
    assert months.month(site, MARCH, now_ms + KEPT_MS - 1) is first
    assert months.month(site, MARCH, now_ms + KEPT_MS) is not first
    assert months.names(site, IN_APRIL_MS) == ["2026-04", "2026-03"]


def test_the_first_attempts_of_a_day_are_those_of_the_sites_that_are_seen(yard: Yard) -> None:
    filled(yard)
    yard.release(yard.ask(2), "refused", "offline")
    yard.read()
    since_ms, now_ms = BEGAN_MS - 1, yard.now_ms + 1
    months = Months(yard.database, LOST_AFTER_MS, nobody)
    assert months.first_attempts(None, since_ms, now_ms) == (1, 1, 0, 0)
    assert months.first_attempts({"elsewhere"}, since_ms, now_ms) == (0, 0, 0, 0)
    assert months.first_attempts({""}, BEGAN_MS + 1, now_ms) == (0, 1, 0, 0)
    yard.release(yard.ask(3), "refused", "offline")  # within 10 min: the same visit
    yard.now_ms += 3_600_000
    yard.release(yard.ask(4), "refused", "offline")
    yard.read()
    assert months.first_attempts(None, since_ms, yard.now_ms + 1) == (1, 2, 0, 0)


def test_without_figures_there_are_no_first_attempts(tmp_path: Path) -> None:
    months = Months(open_database(f"sqlite:///{tmp_path / 'none.db'}"), LOST_AFTER_MS, nobody)
    assert months.first_attempts(None, 0, IN_APRIL_MS) is None
