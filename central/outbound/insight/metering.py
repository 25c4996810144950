"""Does a post meter low? Found by its drivers: the same car draws the same power elsewhere on the site.

For each driver the Wh per charging hour here over those elsewhere on the site within 28 days; then the median over the
drivers. Cars differ by a factor of five, so each is compared with itself alone. What else would raise a false alarm:

- A car that is full, or waits, takes nothing or little. Real charges of one driver differ by half in Wh per hour of
  being plugged in. So an hour counts as a charging hour while the car draws more than two thirds of what it drew at
  most in that charge: what is left is the plateau that its on-board charger sets.
- A post may be built or limited lower than others. Only charges under the same limit are compared.
- A driver may have two cars. One odd driver moves no median, and fewer than five drivers are no evidence.
- Chance: that so many of the drivers draw less here must be less likely than 1 in 20 where a post is honest (the sign
  test: each would draw less here as often as more).

A post that only drivers use who charge nowhere else cannot be judged, and it is said so.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import comb
from statistics import median
from typing import NamedTuple

from central.money.readings import Readings

WINDOW_MS = 28 * 86_400_000
THRESHOLD = 0.93
LEAST_DRIVERS = 5
LEAST_HOURS_MS = 30 * 60_000  # of charging, here and elsewhere: fewer say nothing of a driver
CHANCE = 0.05
_MS_PER_H = 3_600_000
# Readings closer together are taken as one: of 61 Wh in a minute one more or less is 2 %.
_LEAST_INTERVAL_MS = 5 * 60_000
_PLATEAU = (2, 3)


class Plateau(NamedTuple):
    """Energy and time of a charge while the car drew what it can."""

    energy_wh: int
    lasted_ms: int


class Charge(NamedTuple):
    """One charge: who, where, under which limit (None: not known), and its plateau."""

    driver_id: str
    cp_id: str
    limit_ma: int | None
    plateau: Plateau


class Metering(NamedTuple):
    """What is known of a post. `ratio`: None where no driver charged both here and elsewhere."""

    cp_id: str
    drivers: int
    ratio: float | None
    is_judged: bool
    is_low: bool


def plateau(readings: Readings) -> Plateau:
    """Of the readings of one charge."""
    pieces = _pieces(readings)
    highest = max((wh / ms for wh, ms in pieces), default=0.0) * _PLATEAU[0] / _PLATEAU[1]
    kept = [(wh, ms) for wh, ms in pieces if wh and wh / ms >= highest]
    return Plateau(sum(wh for wh, _ in kept), sum(ms for _, ms in kept))


def _pieces(readings: Readings) -> list[tuple[int, int]]:
    """(Wh, ms) between readings at least 5 min apart; what is shorter at the end is left out."""
    pieces: list[tuple[int, int]] = []
    begin = readings[0] if readings else None
    for _, each in pairwise(readings):
        assert begin is not None
        lasted_ms = each.at_ms - begin.at_ms
        if lasted_ms >= _LEAST_INTERVAL_MS:
            pieces.append((each.register_wh - begin.register_wh, lasted_ms))
            begin = each
    return pieces


def metering(charges: Sequence[Charge]) -> list[Metering]:
    """Of each post with a charge, in the order of their names. `charges`: of one site, of the newest 28 days."""
    taken: dict[tuple[str, int | None], dict[str, list[Plateau]]] = defaultdict(lambda: defaultdict(list))
    for charge in charges:
        taken[charge.driver_id, charge.limit_ma][charge.cp_id].append(charge.plateau)
    ratios: dict[str, list[float]] = defaultdict(list)
    for by_post in taken.values():
        for cp_id in by_post:
            here = _wh_per_hour(by_post[cp_id])
            elsewhere = _wh_per_hour(each for other, own in by_post.items() if other != cp_id for each in own)
            if here is not None and elsewhere is not None:
                ratios[cp_id].append(here / elsewhere)
    return [judged(cp_id, ratios[cp_id]) for cp_id in sorted({charge.cp_id for charge in charges})]


def judged(cp_id: str, ratios: Sequence[float]) -> Metering:
    """`ratios`: one for each driver."""
    if not ratios:
        return Metering(cp_id, 0, None, is_judged=False, is_low=False)
    middle, is_judged = median(ratios), len(ratios) >= LEAST_DRIVERS
    is_low = is_judged and middle < THRESHOLD and chance_of(sum(each < 1 for each in ratios), len(ratios)) < CHANCE
    return Metering(cp_id, len(ratios), middle, is_judged, is_low)


def chance_of(below: int, drivers: int) -> float:
    """That at least so many of the drivers draw less here, where each does so as often as not."""
    return sum(comb(drivers, count) for count in range(below, drivers + 1)) / 2**drivers


def _wh_per_hour(plateaus: Iterable[Plateau]) -> float | None:
    """None for too little to say anything of."""
    both = list(plateaus)
    energy_wh, lasted_ms = sum(each.energy_wh for each in both), sum(each.lasted_ms for each in both)
    if lasted_ms < LEAST_HOURS_MS or not energy_wh:
        return None
    return energy_wh * _MS_PER_H / lasted_ms
