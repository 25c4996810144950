"""How much of the time posts charge, and the most that a site draws."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from central.outbound.insight.local_time import Span
from central.outbound.insight.spreading import QUARTERS_PER_HOUR


class Stay(NamedTuple):
    """When a post was on a site; no end while it is."""

    cp_id: str
    site_id: str
    since_ms: int
    until_ms: int | None


class Peak(NamedTuple):
    """The highest mean power over a quarter-hour, and when that began."""

    power_w: int
    quarter_ms: int


def utilisation(in_use_ms: Mapping[str, int], stays: Iterable[Stay], period: Span) -> float | None:
    """The share of the time of its posts in which a charge ran. `in_use_ms`: within the period, by post.

    A post counts while it is on the site. None where no post was. Clocks may make charges of one post overlap; no post
    counts as used for longer than it was there.
    """
    present_ms: Counter[str] = Counter()
    for stay in stays:
        present_ms[stay.cp_id] += period.within(stay.since_ms, stay.until_ms).lasts_ms
    total_ms = sum(present_ms.values())
    if not total_ms:
        return None
    return sum(min(in_use_ms.get(cp_id, 0), there_ms) for cp_id, there_ms in present_ms.items()) / total_ms


def peak(energy_wh: Iterable[tuple[int, int]]) -> Peak | None:
    """`energy_wh`: (quarter-hour, Wh) of the posts of one site, in any order; None where nothing flowed."""
    by_quarter: Counter[int] = Counter()
    for quarter_ms, each_wh in energy_wh:
        by_quarter[quarter_ms] += each_wh
    highest = max(by_quarter.items(), key=lambda each: (each[1], -each[0]), default=None)
    if highest is None or highest[1] <= 0:
        return None
    quarter_ms, highest_wh = highest
    return Peak(highest_wh * QUARTERS_PER_HOUR, quarter_ms)
