"""What comes and goes: when it is told, how often, and when not at all. Values alone."""

import pytest

from central.outbound.notify import events, rules
from central.outbound.notify.rules import Holds, Situation

HOLDS = Holds(fault_s=20, silence_s=300)
FAULT = rules.kind_of("fault/weld", HOLDS)
SILENCE = rules.kind_of(rules.SILENCE, HOLDS)


def told(kind: rules.Kind, turns: list[tuple[int, str]], until_s: int) -> list[tuple[int, str]]:
    """The second and the event of each notice, looked at as often as the rules want. turns: second, came or went."""
    situation: Situation | None = None
    heard: list[tuple[int, str]] = []
    for second in range(until_s + 1):
        for at_s, state in turns:
            if at_s == second:
                turned = (rules.came if state == rules.ON else rules.went)(situation, second * 1_000)
                situation = turned
        if situation is not None:
            verdict = rules.judge(situation, kind, second * 1_000)
            situation = verdict.after
            if verdict.event is not None:
                heard.append((second, verdict.event))
    return heard


def test_a_fault_that_lasts_is_told_once_and_that_it_is_gone_too() -> None:
    turns = [(0, rules.ON), (100, rules.OFF)]
    assert told(FAULT, turns, 500) == [(20, events.FAULT_OPENED), (120, events.FAULT_CLEARED)]


def test_one_that_comes_and_goes_within_its_hold_is_one_notice() -> None:
    turns = [(0, rules.ON), (2, rules.OFF), (4, rules.ON), (6, rules.OFF)]
    assert told(FAULT, turns, 500) == [(20, events.FAULT_FLAPPED)]


def test_one_that_flaps_for_long_is_not_told_each_time() -> None:
    turns = [(second, rules.ON if second % 20 == 0 else rules.OFF) for second in range(0, 400, 10)]
    heard = told(FAULT, turns, 1_000)
    assert len(heard) <= 2, heard


def test_one_that_flapped_and_then_stays_is_told() -> None:
    turns = [(0, rules.ON), (2, rules.OFF), (25, rules.ON)]
    assert told(FAULT, turns, 500) == [(20, events.FAULT_FLAPPED), (45, events.FAULT_OPENED)]


def test_one_that_is_back_before_it_was_gone_for_long_is_not_told_anew() -> None:
    turns = [(0, rules.ON), (100, rules.OFF), (110, rules.ON), (200, rules.OFF)]
    assert told(FAULT, turns, 500) == [(20, events.FAULT_OPENED), (220, events.FAULT_CLEARED)]


def test_a_silence_shorter_than_its_hold_is_none() -> None:
    assert told(SILENCE, [(0, rules.ON), (299, rules.OFF)], 1_000) == []
    assert told(SILENCE, [(0, rules.ON), (200, rules.OFF), (250, rules.ON), (500, rules.OFF)], 1_000) == []


def test_a_longer_one_is_told_and_that_it_is_over() -> None:
    turns = [(0, rules.ON), (400, rules.OFF)]
    assert told(SILENCE, turns, 1_000) == [(300, events.POINT_SILENT), (420, events.POINT_BACK)]


def test_what_ends_that_never_began_is_nothing() -> None:
    assert rules.went(None, 1_000) is None


def test_tries_grow_apart_and_end() -> None:
    tries = [rules.next_try_ms(number, 0) for number in range(1, len(rules.TRY_AGAIN_S) + 2)]
    assert tries[:3] == [5_000, 15_000, 60_000]
    assert tries[-1] is None


@pytest.mark.parametrize(("asked_s", "paused_ms"), [(None, 5_000), (1, 5_000), (120, 120_000), (1e9, 3_600_000)])
def test_a_receiver_that_asks_for_time_gets_it_within_reason(asked_s: float | None, paused_ms: int) -> None:
    assert rules.next_try_ms(1, 0, asked_s) == paused_ms
