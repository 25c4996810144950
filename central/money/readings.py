"""What a meter read and when, and the parts of a sequence of readings.

A sequence is in order: from one reading to the next neither time nor register falls. Between two readings energy counts
as having flowed evenly.
"""

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple


class Reading(NamedTuple):
    """A meter's register at a time."""

    at_ms: int
    register_wh: int


Readings = tuple[Reading, ...]


def from_text(text: str) -> Readings:
    """The readings of a JSON list of [at_ms, register_wh]."""
    return tuple(Reading(at_ms, register_wh) for at_ms, register_wh in json.loads(text))


def to_text(readings: Readings) -> str:
    return json.dumps(readings, separators=(",", ":"))


def energy_wh(readings: Readings) -> int:
    return readings[-1].register_wh - readings[0].register_wh if readings else 0


def inserted(readings: Readings, new: Reading) -> Readings:
    """With one more reading, at the place of its register; its time is held between those of its neighbours."""
    before = tuple(each for each in readings if each.register_wh <= new.register_wh)
    after = readings[len(before) :]
    at_ms = max(new.at_ms, before[-1].at_ms) if before else new.at_ms
    at_ms = min(at_ms, after[0].at_ms) if after else at_ms
    return (*before, Reading(at_ms, new.register_wh), *after)


def thinned(readings: Readings, is_needed: Callable[[int, int], bool]) -> Readings:
    """Without those between two others that no price depends on.

    `is_needed`: whether a reading counts that lies between these two times.
    """
    kept = list(readings[:1])
    for each, following in pairwise(readings[1:]):
        if is_needed(kept[-1].at_ms, following.at_ms):
            kept.append(each)
    return (*kept, *readings[1:][-1:])


def spanning(start: Reading, between: Sequence[Reading], end: Reading) -> Readings:
    """From `start` to `end`, over those of `between` whose register lies between theirs."""
    readings = [start]
    for each in between:
        if start.register_wh < each.register_wh <= end.register_wh:
            at_ms = min(max(each.at_ms, readings[-1].at_ms), end.at_ms)
            readings.append(Reading(at_ms, each.register_wh))
    return (*readings, end)


def until_time(readings: Readings, at_ms: int) -> Readings:
    """What had been read by then; where that lies between two readings, pro rata, rounded down."""
    kept = tuple(each for each in readings if each.at_ms <= at_ms)
    if not kept:
        return readings[:1]
    if len(kept) == len(readings):
        return readings
    before, after = kept[-1], readings[len(kept)]
    rise_wh = (after.register_wh - before.register_wh) * (at_ms - before.at_ms) // (after.at_ms - before.at_ms)
    return (*kept, Reading(at_ms, before.register_wh + rise_wh))


def until_register(readings: Readings, register_wh: int) -> Readings:
    """What had been read when the register stood there; where that lies between two readings, its time pro rata."""
    kept = tuple(each for each in readings if each.register_wh <= register_wh)
    if not kept:
        return readings[:1]
    if len(kept) == len(readings) or kept[-1].register_wh == register_wh:
        return kept
    before, after = kept[-1], readings[len(kept)]
    lasted_ms = after.at_ms - before.at_ms
    rise_ms = lasted_ms * (register_wh - before.register_wh) // (after.register_wh - before.register_wh)
    return (*kept, Reading(before.at_ms + rise_ms, register_wh))
