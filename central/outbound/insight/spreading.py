"""Energy and time of a charge over the quarter-hours that it spans.

Between two readings energy counts as having flowed evenly. All is whole Wh and ms: what is entered up to a boundary is
rounded down there, and the rest follows behind it, so that the sum over the quarter-hours is the difference of the
registers, exactly.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from central.money.readings import Reading, Readings

QUARTER_MS = 900_000
QUARTERS_PER_HOUR = 4


def quarter_of(at_ms: int) -> int:
    """The beginning of the quarter-hour (UTC) that holds this moment."""
    return at_ms - at_ms % QUARTER_MS


def path(start: Reading, between: Iterable[Reading], end: Reading) -> Readings:
    """From `start` to `end` over those of `between` whose register lies within theirs, in the order of registers.

    Readings of one register stay apart, so that a car that waits with its charge gives no energy meanwhile. A time is
    held between those of its neighbours: a board's clock may have been set in mid-charge.
    """
    readings = [start]
    within = sorted(
        (each for each in between if start.register_wh <= each.register_wh <= end.register_wh),
        key=lambda each: (each.register_wh, each.at_ms),
    )
    for each in within:
        at_ms = min(max(each.at_ms, readings[-1].at_ms), max(end.at_ms, start.at_ms))
        readings.append(Reading(at_ms, each.register_wh))
    return (*readings, Reading(max(end.at_ms, readings[-1].at_ms), end.register_wh))


def energy_by_quarter(readings: Readings) -> dict[int, int]:
    """Wh by the beginning of their quarter-hour; quarter-hours without energy are left out."""
    found: Counter[int] = Counter()
    for before, after in pairwise(readings):
        rise_wh, lasted_ms = after.register_wh - before.register_wh, after.at_ms - before.at_ms
        if rise_wh == 0:
            continue
        if lasted_ms == 0:
            found[quarter_of(before.at_ms)] += rise_wh
            continue
        entered_wh = 0
        for quarter_ms, until_ms in _pieces(before.at_ms, after.at_ms):
            reached_wh = rise_wh * (until_ms - before.at_ms) // lasted_ms
            found[quarter_ms] += reached_wh - entered_wh
            entered_wh = reached_wh
    return {quarter_ms: energy_wh for quarter_ms, energy_wh in found.items() if energy_wh}


def time_by_quarter(from_ms: int, to_ms: int) -> dict[int, int]:
    """The ms from one moment to another by the beginning of their quarter-hour."""
    found: dict[int, int] = {}
    reached_ms = from_ms
    for quarter_ms, until_ms in _pieces(from_ms, to_ms):
        found[quarter_ms] = until_ms - reached_ms
        reached_ms = until_ms
    return found


def _pieces(from_ms: int, to_ms: int) -> Iterator[tuple[int, int]]:
    """Each quarter-hour between, with the moment at which it or all is over."""
    at_ms = from_ms
    while at_ms < to_ms:
        quarter_ms = quarter_of(at_ms)
        at_ms = min(quarter_ms + QUARTER_MS, to_ms)
        yield quarter_ms, at_ms
