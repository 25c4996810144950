"""Under-metering: a post that meters 10 % low is found, honest fleets raise no alarm. 100 seeds each."""

import pytest

from central.money.readings import Reading
from central.outbound.insight.metering import Plateau, chance_of, judged, metering, plateau
from central.outbound.tests.fleets import Fleet, charges_of

SEEDS = range(100)
MIN_MS = 60_000

HONEST = {
    "different cars": Fleet(),
    "few drivers": Fleet(drivers=6, posts=3),
    "a post that only slow cars use": Fleet(slow_at="cp_002"),
    "a post under a lower limit": Fleet(limits_ma={"cp_003": 10_000}),
    "most drivers with two cars": Fleet(two_cars=0.6),
}
# How many of 100 fleets may have a post that is wrongly said to be low.
MOST_FALSE = {"most drivers with two cars": 4}
LOW = {
    "one of six posts": (Fleet(gain={"cp_002": 0.9}), 85),
    "one of two posts": (Fleet(posts=2, gain={"cp_002": 0.9}), 85),
    "few drivers": (Fleet(drivers=8, posts=3, gain={"cp_002": 0.9}), 65),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_fleet_raises_no_alarm(name: str) -> None:
    alarmed = [seed for seed in SEEDS if any(each.is_low for each in metering(charges_of(HONEST[name], seed)))]
    assert len(alarmed) <= MOST_FALSE.get(name, 1), f"false alarms with seeds {alarmed}"


@pytest.mark.parametrize("name", LOW)
def test_a_post_that_meters_a_tenth_low_is_found_and_no_other(name: str) -> None:
    fleet, least = LOW[name]
    found = [each.cp_id for seed in SEEDS for each in metering(charges_of(fleet, seed)) if each.is_low]
    assert found.count("cp_002") >= least
    assert len(found) - found.count("cp_002") <= 1


def test_a_post_whose_drivers_charge_nowhere_else_cannot_be_judged() -> None:
    of_slow = [
        each for seed in SEEDS for each in metering(charges_of(Fleet(slow_at="cp_002"), seed)) if each.cp_id == "cp_002"
    ]
    assert of_slow
    assert all(each.drivers == 0 and each.ratio is None and not each.is_judged for each in of_slow)


def test_few_drivers_are_no_evidence_however_low() -> None:
    four = judged("cp_001", [0.5] * 4)
    assert (four.is_judged, four.is_low) == (False, False)
    assert judged("cp_001", [0.5] * 5).is_low


def test_a_median_that_chance_explains_is_no_alarm() -> None:
    assert not judged("cp_001", [0.9, 0.91, 0.92, 1.05, 1.1]).is_low
    assert chance_of(5, 5) == 1 / 32


def test_the_threshold_itself_is_not_low() -> None:
    assert not judged("cp_001", [0.93] * 9).is_low


def test_a_car_that_waits_or_is_full_does_not_charge() -> None:
    waits = [(0, 0), (60, 0)]
    charges = [(60 + minute, 120 * minute) for minute in range(5, 65, 5)]
    falls = [(130, 7_200 + 100), (140, 7_200 + 110), (300, 7_200 + 110)]
    readings = tuple(Reading(minute * MIN_MS, wh) for minute, wh in waits + charges + falls)
    assert plateau(readings) == Plateau(7_200, 60 * MIN_MS)


def test_a_minute_s_register_is_too_coarse_and_five_are_taken_as_one() -> None:
    readings = tuple(Reading(minute * MIN_MS, minute * 61 + minute % 2) for minute in range(12))
    assert plateau(readings) == Plateau(10 * 61, 10 * MIN_MS)


def test_a_charge_without_readings_has_no_plateau() -> None:
    assert plateau(()) == Plateau(0, 0)
    assert plateau((Reading(0, 5),)) == Plateau(0, 0)
