"""Utilisation, peak, and what lost visits may have cost."""

from central.outbound.insight.local_time import Span, ZoneFrom, hour_of_week, month_span, zone_at
from central.outbound.insight.lost import Bill, Lost, lost
from central.outbound.insight.usage import Peak, Stay, peak, utilisation
from central.outbound.insight.visits import Visit
from central.outbound.tests.test_visits import asked, charged, refused

HOUR_MS, MIN_MS = 3_600_000, 60_000
DAY = Span(0, 24 * HOUR_MS)
MONDAY_MS = 1_767_571_200_000  # 2026-01-05 00:00 UTC
WEEK_MIN = 7 * 24 * 60


def test_utilisation_is_the_share_of_the_time_of_the_posts() -> None:
    stays = [Stay("cp_001", "yard", 0, None), Stay("cp_002", "yard", 12 * HOUR_MS, None)]
    assert utilisation({"cp_001": 9 * HOUR_MS}, stays, DAY) == 0.25


def test_a_post_counts_while_it_is_there_and_never_for_longer() -> None:
    stays = [Stay("cp_001", "yard", 2 * HOUR_MS, 4 * HOUR_MS), Stay("cp_001", "yard", 30 * HOUR_MS, None)]
    assert utilisation({"cp_001": 9 * HOUR_MS}, stays, DAY) == 1.0
    assert utilisation({"cp_001": HOUR_MS, "cp_009": HOUR_MS}, stays, DAY) == 0.5


def test_without_posts_nothing_is_used_or_unused() -> None:
    assert utilisation({}, [], DAY) is None


def test_the_peak_is_the_site_s_highest_quarter_hour() -> None:
    assert peak([(0, 1_000), (900_000, 600), (900_000, 700), (1_800_000, 1_300)]) == Peak(5_200, 900_000)
    assert peak([]) is None


def _visit_at(minute: int, reason: str) -> Visit:
    verdict = "turned_away" if reason == "busy" else "failed"
    return Visit(((refused(asked(minute), reason), verdict),))


def test_lost_visits_cost_the_median_bill_of_their_hour_of_the_week() -> None:
    monday_9 = MONDAY_MS // MIN_MS + 9 * 60
    bills = [Bill((monday_9 + week * WEEK_MIN) * MIN_MS, cost) for week, cost in enumerate((300, 500, 900))]
    bills.append(Bill(MONDAY_MS, 10_000))
    lost_visits = [_visit_at(monday_9 + 30, "offline"), _visit_at(monday_9 + WEEK_MIN, "busy")]
    assert lost(lost_visits, bills, "UTC") == Lost(2, 1_000)


def test_an_hour_without_a_bill_takes_the_median_of_all() -> None:
    bills = [Bill(MONDAY_MS, 200), Bill(MONDAY_MS + HOUR_MS, 400)]
    assert lost([_visit_at(MONDAY_MS // MIN_MS + 600, "offline")], bills, "UTC") == Lost(1, 200)


def test_visits_that_succeed_or_go_on_are_not_lost() -> None:
    served = Visit(((charged(asked(0)), "succeeded"),))
    running = Visit(((asked(0), "open"),))
    assert lost([served, running], [], "UTC") == Lost(0, 0)


def test_without_any_bill_there_is_no_estimate() -> None:
    assert lost([_visit_at(0, "offline")], [], "UTC") == Lost(1, None)


def test_hours_of_the_week_are_the_site_s() -> None:
    assert hour_of_week(MONDAY_MS, "UTC") == 0
    assert hour_of_week(MONDAY_MS, "America/New_York") == 6 * 24 + 19


def test_a_month_with_a_clock_change_is_an_hour_shorter() -> None:
    assert month_span("2026-03", "Europe/Berlin").lasts_ms == (31 * 24 - 1) * HOUR_MS
    assert month_span("2026-12", "Europe/Berlin").lasts_ms == 31 * 24 * HOUR_MS


def test_a_site_s_zone_is_the_one_of_that_moment() -> None:
    history = [ZoneFrom(100, "Europe/Berlin"), ZoneFrom(200, "Asia/Tokyo")]
    assert [zone_at(history, at_ms) for at_ms in (50, 100, 199, 200)] == ["Europe/Berlin"] * 3 + ["Asia/Tokyo"]
    assert zone_at([], 50) == "UTC"
