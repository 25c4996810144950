"""Quiet hours, by the clock on the wall of whoever has them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from central.outbound.notify.quiet import quiet_until_ms
from central.people.wishes import Wishes, clock_of, minute_of

BERLIN = "Europe/Berlin"
NIGHT = Wishes("de", BERLIN, minute_of("22:00"), minute_of("07:00"), urgent_anyway=False)
NOON = Wishes("de", BERLIN, minute_of("12:00"), minute_of("14:30"), urgent_anyway=False)


def ms(text: str, zone: str = BERLIN) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1_000)


@pytest.mark.parametrize(
    ("wishes", "now", "until"),
    [
        (NIGHT, "2026-11-27T21:59", None),
        (NIGHT, "2026-11-27T22:00", "2026-11-28T07:00"),
        (NIGHT, "2026-11-28T06:59", "2026-11-28T07:00"),
        (NIGHT, "2026-11-28T07:00", None),
        (NIGHT, "2026-03-28T23:00", "2026-03-29T07:00"),  # the night that has no 02:30
        (NIGHT, "2026-10-24T23:00", "2026-10-25T07:00"),  # the one that has it twice
        (NOON, "2026-11-27T12:00", "2026-11-27T14:30"),
        (NOON, "2026-11-27T14:30", None),
        (Wishes(), "2026-11-27T03:00", None),
    ],
)
def test_until_when(wishes: Wishes, now: str, until: str | None) -> None:
    found = quiet_until_ms(wishes, "UTC", ms(now), is_urgent=False)
    assert found == (None if until is None else ms(until))


def test_where_somebody_said_no_zone_the_site_s_clock_counts() -> None:
    night = NIGHT._replace(time_zone=None)
    at_ms = ms("2026-11-27T22:30", "America/Lima")
    assert quiet_until_ms(night, "America/Lima", at_ms, is_urgent=False) == ms("2026-11-28T07:00", "America/Lima")


def test_what_stops_people_is_told_all_the_same_to_who_wants_it() -> None:
    at_ms = ms("2026-11-27T23:00")
    assert quiet_until_ms(NIGHT, "UTC", at_ms, is_urgent=True) is not None
    assert quiet_until_ms(NIGHT._replace(urgent_anyway=True), "UTC", at_ms, is_urgent=True) is None


@pytest.mark.parametrize("text", ["24:00", "7:00", "12:60", "", "noon", "12:00:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="22:30"):
        minute_of(text)


def test_a_minute_is_written_as_it_was_said() -> None:
    assert clock_of(minute_of("06:05")) == "06:05"
