"""Quiet hours: until when somebody is left alone. A rule of values alone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from central.people.wishes import Wishes


def quiet_until_ms(wishes: Wishes, zone: str, now_ms: int, *, is_urgent: bool) -> int | None:
    """None where he may be told now. `zone`: where he said none of his own.

    By the clock on the wall: where it is set forward over the end, they end at what that clock shows then.
    """
    begin, end = wishes.quiet_from_min, wishes.quiet_to_min
    if begin is None or end is None or begin == end or (is_urgent and wishes.urgent_anyway):
        return None
    own = ZoneInfo(wishes.time_zone or zone)
    there = datetime.fromtimestamp(now_ms / 1_000, UTC).astimezone(own)
    minute = 60 * there.hour + there.minute
    is_quiet = begin <= minute < end if begin < end else minute >= begin or minute < end
    if not is_quiet:
        return None
    day = there.date() if minute < end else there.date() + timedelta(days=1)
    until = datetime(day.year, day.month, day.day, end // 60, end % 60, tzinfo=own)
    return max(now_ms + 1, round(until.timestamp() * 1_000))
