"""Energy over quarter-hours, days and months: the sums are the differences of the registers, exactly."""

from collections import Counter
from itertools import pairwise
from zoneinfo import available_timezones

from hypothesis import given
from hypothesis import strategies as st

from central.money.readings import Reading
from central.outbound.insight.local_time import day_of, day_span, month_of
from central.outbound.insight.spreading import QUARTER_MS, energy_by_quarter, path, quarter_of, time_by_quarter

SPRING_MS = 1_774_738_800_000  # 2026-03-29 00:00 in Berlin, UTC+1; clocks go from 2 to 3
AUTUMN_MS = 1_792_879_200_000  # 2026-10-25 00:00 in Berlin, UTC+2; clocks go from 3 to 2
BERLIN = "Europe/Berlin"
HOUR_MS = 3_600_000

moments = st.integers(1_577_836_800_000, 4_000_000_000_000)
rises = st.lists(st.tuples(st.integers(0, 40 * HOUR_MS), st.integers(0, 60_000)), max_size=12)
zones = st.sampled_from(["UTC", BERLIN, "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham"])


def _readings(begin_ms: int, steps: list[tuple[int, int]]) -> tuple[Reading, ...]:
    readings = [Reading(begin_ms, 1_000)]
    for lasted_ms, rise_wh in steps:
        readings.append(Reading(readings[-1].at_ms + lasted_ms, readings[-1].register_wh + rise_wh))
    return tuple(readings)


@given(moments, rises, zones)
def test_sums_over_quarters_days_and_months_are_the_register_s_difference(
    begin_ms: int, steps: list[tuple[int, int]], zone: str
) -> None:
    readings = _readings(begin_ms, steps)
    quarters = energy_by_quarter(readings)
    days: Counter[str] = Counter()
    months: Counter[str] = Counter()
    for quarter_ms, energy_wh in quarters.items():
        assert quarter_ms % QUARTER_MS == 0
        assert energy_wh > 0
        days[day_of(quarter_ms, zone)] += energy_wh
        months[month_of(quarter_ms, zone)] += energy_wh
    difference_wh = readings[-1].register_wh - readings[0].register_wh
    assert sum(quarters.values()) == sum(days.values()) == sum(months.values()) == difference_wh
    assert quarters.keys() <= time_by_quarter(readings[0].at_ms, readings[-1].at_ms).keys() | {
        quarter_of(each.at_ms) for each in readings
    }


@given(moments, st.integers(0, 100 * HOUR_MS))
def test_time_over_quarters_sums_up(from_ms: int, lasts_ms: int) -> None:
    quarters = time_by_quarter(from_ms, from_ms + lasts_ms)
    assert sum(quarters.values()) == lasts_ms
    assert all(0 < each <= QUARTER_MS for each in quarters.values())


@given(rises)
def test_no_quarter_is_off_its_share_by_a_whole_wh(steps: list[tuple[int, int]]) -> None:
    readings = _readings(SPRING_MS + 7, steps[:1])
    start, end = readings[0], readings[-1]
    for quarter_ms, energy_wh in energy_by_quarter(readings).items():
        overlap_ms = min(quarter_ms + QUARTER_MS, end.at_ms) - max(quarter_ms, start.at_ms)
        if end.at_ms > start.at_ms:
            fair_wh = (end.register_wh - start.register_wh) * overlap_ms / (end.at_ms - start.at_ms)
            assert abs(energy_wh - fair_wh) < 1


def test_the_day_of_the_spring_change_has_23_hours_and_that_of_autumn_25() -> None:
    assert day_span("2026-03-29", BERLIN) == (SPRING_MS, SPRING_MS + 23 * HOUR_MS)
    assert day_span("2026-10-25", BERLIN) == (AUTUMN_MS, AUTUMN_MS + 25 * HOUR_MS)


def test_a_charge_over_both_nights_of_the_change_lies_in_the_right_days() -> None:
    for begin_ms, hours, days in (
        (SPRING_MS, 23, ("2026-03-28", "2026-03-29", "2026-03-30")),
        (AUTUMN_MS, 25, ("2026-10-24", "2026-10-25", "2026-10-26")),
    ):
        # from 23:00 the evening before to 01:00 the day after, 1 kWh in each hour that passes
        lasted_ms = (hours + 2) * HOUR_MS
        readings = (Reading(begin_ms - HOUR_MS, 0), Reading(begin_ms - HOUR_MS + lasted_ms, (hours + 2) * 1_000))
        found: Counter[str] = Counter()
        for quarter_ms, energy_wh in energy_by_quarter(readings).items():
            found[day_of(quarter_ms, BERLIN)] += energy_wh
        assert found == dict(zip(days, (1_000, hours * 1_000, 1_000), strict=True))


def test_every_zone_s_midnight_lies_between_quarter_hours() -> None:
    names = sorted(name for name in available_timezones() if "/" in name)
    assert len(names) > 300
    for zone in names:
        for day in ("2026-01-15", "2026-07-15"):
            span = day_span(day, zone)
            assert span.from_ms % QUARTER_MS == 0, zone
            assert span.lasts_ms == 24 * HOUR_MS, zone


def test_a_path_keeps_a_car_s_wait_and_leaves_out_what_lies_beyond() -> None:
    start, end = Reading(0, 100), Reading(4 * HOUR_MS, 300)
    between = [Reading(2 * HOUR_MS, 100), Reading(HOUR_MS, 100), Reading(3 * HOUR_MS, 250), Reading(1, 5_000)]
    readings = path(start, between, end)
    assert readings == ((0, 100), (HOUR_MS, 100), (2 * HOUR_MS, 100), (3 * HOUR_MS, 250), (4 * HOUR_MS, 300))
    assert min(energy_by_quarter(readings)) == 2 * HOUR_MS


@given(st.lists(st.tuples(moments, st.integers(0, 70_000)), max_size=20), moments, rises)
def test_a_path_never_goes_back_whatever_was_told(
    told: list[tuple[int, int]], begin_ms: int, steps: list[tuple[int, int]]
) -> None:
    honest = _readings(begin_ms, steps)
    readings = path(honest[0], [Reading(*each) for each in told], honest[-1])
    assert (readings[0], readings[-1]) == (honest[0], honest[-1])
    assert all(a.at_ms <= b.at_ms and a.register_wh <= b.register_wh for a, b in pairwise(readings))
