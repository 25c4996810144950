"""Fleets of cars at the posts of one site: who charges where for four weeks, and what the posts' meters tell.

The figures are those of published charges at workplaces: a driver's charges take 4 to 7 kWh (median 6.2, rarely 10) in
one to four hours of being plugged in, and one driver's Wh per plugged-in hour differ by half, since cars stand full.
What a car draws is set by its on-board charger; the mains' voltage moves it by some percent from day to day.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from central.money.readings import Reading, Readings
from central.outbound.insight.metering import Charge, plateau

RATED_MA = 32_000
ON_BOARD_W = (1_900, 2_300, 3_300, 3_600, 6_600, 7_200)  # what cars of the last years take of one phase
MEDIAN_WH, SPREAD = 6_200, 0.45
FULL_AT = 0.85  # of a charge that ends full, the current falls from here on
STEP_MS = 300_000
MS_PER_H = 3_600_000
VOLTAGE_SPREAD = 0.015  # from day to day
OWN_SPREAD = 0.02  # of a car from charge to charge: its battery's temperature
DAY_MS = 86_400_000
DAYS = 28


@dataclass(frozen=True)
class Fleet:
    """`gain`: what a post's meter tells of what flows, 1 where nothing is said. `own_posts`: of drivers who charge at
    these posts alone. `slow_at`: a post that only cars of 1.9 kW use. `limits_ma`: of posts that give less.
    """

    drivers: int = 14
    posts: int = 6
    charges_per_driver: int = 12
    gain: Mapping[str, float] = field(default_factory=dict[str, float])
    slow_at: str | None = None
    two_cars: float = 0.15  # of the drivers
    limits_ma: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def cp_ids(self) -> Sequence[str]:
        return [f"cp_{number:03}" for number in range(1, self.posts + 1)]


def charges_of(fleet: Fleet, seed: int) -> list[Charge]:
    chance = random.Random(seed)
    charges: list[Charge] = []
    for number in range(fleet.drivers):
        is_slow = fleet.slow_at is not None and number % 3 == 0
        cars = [ON_BOARD_W[0]] if is_slow else [chance.choice(ON_BOARD_W[1:])]
        if not is_slow and chance.random() < fleet.two_cars:
            cars.append(chance.choice(ON_BOARD_W))
        posts = _posts_of(fleet, chance, is_slow=is_slow)
        for _ in range(max(1, round(chance.gauss(fleet.charges_per_driver, 4)))):
            cp_id = chance.choices(*posts)[0]
            limit_ma = fleet.limits_ma.get(cp_id, RATED_MA)
            power_w = min(chance.choice(cars), limit_ma * 230 // 1_000)
            readings = _readings(chance, power_w, fleet.gain.get(cp_id, 1.0))
            charges.append(Charge(f"driver_{number:03}", cp_id, limit_ma, plateau(readings)))
    return charges


def _posts_of(fleet: Fleet, chance: random.Random, *, is_slow: bool) -> tuple[Sequence[str], Sequence[float]]:
    """The posts that a driver uses, and how gladly: most have one that is nearest."""
    if is_slow:
        return [str(fleet.slow_at)], [1.0]
    open_to_all = [cp_id for cp_id in fleet.cp_ids if cp_id != fleet.slow_at]
    weights = [chance.random() ** 2 for _ in open_to_all]
    return open_to_all, weights


def _readings(chance: random.Random, power_w: float, gain: float) -> Readings:
    """One charge, a register every 5 min: waiting at times, then the plateau, falling where the car gets full, idle."""
    wanted_wh = MEDIAN_WH * chance.lognormvariate(0, SPREAD)
    is_full = chance.random() < 0.6
    power_w *= (1 + chance.gauss(0, VOLTAGE_SPREAD)) * (1 + chance.gauss(0, OWN_SPREAD))
    at_ms, flowed_wh, told = 0, 0.0, [Reading(0, 0)]
    for _ in range(chance.choice((0, 0, 0, 6))):  # a car that waits for its hour
        at_ms += STEP_MS
        told.append(Reading(at_ms, 0))
    while flowed_wh < wanted_wh and at_ms < DAY_MS:
        share = flowed_wh / wanted_wh
        now_w = power_w if not is_full or share < FULL_AT else power_w * max(0.08, (1 - share) / (1 - FULL_AT))
        flowed_wh += now_w * STEP_MS / MS_PER_H
        at_ms += STEP_MS
        told.append(Reading(at_ms, int(flowed_wh * gain)))
    for _ in range(chance.randrange(0, 30) if is_full else 0):  # it stands, full
        at_ms += STEP_MS
        told.append(Reading(at_ms, int(flowed_wh * gain)))
    return tuple(told)
