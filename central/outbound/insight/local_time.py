"""Days, months and hours of the week as a site's clocks show them.

A day of the clock change has 23 or 25 hours, and a quarter-hour (UTC) lies whole in one of them: every zone's offset
is a multiple of 15 minutes since 1972 or so.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "UTC"  # of charge points that are on no site
HOURS_PER_DAY = 24
_MS_PER_S = 1_000

logger = logging.getLogger(__name__)


class Span(NamedTuple):
    """From one moment to before another."""

    from_ms: int
    to_ms: int

    @property
    def lasts_ms(self) -> int:
        return max(0, self.to_ms - self.from_ms)

    def within(self, from_ms: int, to_ms: int | None) -> "Span":
        """The part that lies between these; without an end, up to its own."""
        return Span(max(self.from_ms, from_ms), self.to_ms if to_ms is None else min(self.to_ms, to_ms))


class ZoneFrom(NamedTuple):
    """A site's zone, and from when on."""

    since_ms: int
    zone: str


def zone_at(history: Sequence[ZoneFrom], at_ms: int) -> str:
    """The one that holds then, of a history in its order; the first holds before it, too."""
    holding = DEFAULT_ZONE if not history else history[0].zone
    for each in history:
        if each.since_ms > at_ms:
            break
        holding = each.zone
    return holding


def day_of(at_ms: int, zone: str) -> str:
    """`2026-03-29`."""
    return _local(at_ms, zone).date().isoformat()


def month_of(at_ms: int, zone: str) -> str:
    """`2026-03`."""
    return day_of(at_ms, zone)[:7]


def hour_of_week(at_ms: int, zone: str) -> int:
    """0 from Monday 00:00 on, 167 on Sunday from 23:00 on, as the clocks show it."""
    local = _local(at_ms, zone)
    return local.weekday() * HOURS_PER_DAY + local.hour


def day_span(day: str, zone: str) -> Span:
    """Raises ValueError."""
    first = date.fromisoformat(day)
    return Span(_midnight_ms(first, zone), _midnight_ms(first + timedelta(days=1), zone))


def month_span(month: str, zone: str) -> Span:
    """Raises ValueError."""
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return Span(_midnight_ms(first, zone), _midnight_ms(following, zone))


def _midnight_ms(day: date, zone: str) -> int:
    """When the day begins. Where its midnight does not exist, clocks jump there: the same moment."""
    return round(datetime.combine(day, time(), _zone(zone)).timestamp()) * _MS_PER_S


def _local(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms // _MS_PER_S, UTC).astimezone(_zone(zone))


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    """A name that this machine does not know, as of a newer one, counts as UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        logger.warning("there is no time zone %r here; its days are those of %s", name, DEFAULT_ZONE)
        return ZoneInfo(DEFAULT_ZONE)
