"""When something that comes and goes is told: rules of values alone.

What lasts is told once it has lasted for its hold; what came and went meanwhile is one notice with a count, or none.
A charge point that was told about is told to be well once that has lasted too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from central.outbound.notify import events

ON, OFF = "on", "off"
NOTHING, FLAPPED, OPENED = "nothing", "flapped", "opened"
SILENCE = "silence"  # a subject; all others are faults, by their names
FAULT = "fault/"
DEAD_LETTERS = "dead_letters"  # of no charge point
GATHER_S, MERGE_S = 60, 3_600  # of dead letters: how long the first waits for others, and all later ones for a notice


class Kind(NamedTuple):
    """`on_for_s`: how long it must last; `off_for_s`: how long it must be gone. Events; None: not told."""

    on_for_s: float
    off_for_s: float
    opened: str
    flapped: str | None
    cleared: str


class Holds(NamedTuple):
    fault_s: float
    silence_s: float


@dataclass(frozen=True)
class Situation:
    """`since_ms`: when it first came; `turned_ms`: when it last came or went; `times`: how often it came."""

    since_ms: int
    turned_ms: int
    state: str = ON
    told: str = NOTHING
    times: int = 1


class Verdict(NamedTuple):
    """`event`: what is told now. `after`: what is kept, None: nothing. `due_ms`: when to look again."""

    event: str | None
    after: Situation | None
    due_ms: int | None


def kind_of(subject: str, holds: Holds) -> Kind:
    if subject == SILENCE:
        return Kind(holds.silence_s, holds.fault_s, events.POINT_SILENT, None, events.POINT_BACK)
    return Kind(holds.fault_s, holds.fault_s, events.FAULT_OPENED, events.FAULT_FLAPPED, events.FAULT_CLEARED)


def came(before: Situation | None, at_ms: int) -> Situation:
    if before is None:
        return Situation(at_ms, at_ms)
    if before.state == ON:
        return before
    return replace(before, state=ON, turned_ms=at_ms, times=before.times + 1)


def went(before: Situation | None, at_ms: int) -> Situation | None:
    """None where it had not come: it is older than what we read."""
    if before is None or before.state == OFF:
        return before
    return replace(before, state=OFF, turned_ms=at_ms)


def judge(situation: Situation, kind: Kind, now_ms: int) -> Verdict:
    on_ms, off_ms = round(kind.on_for_s * 1_000), round(kind.off_for_s * 1_000)
    if situation.told == OPENED:
        if situation.state == ON:
            return Verdict(None, situation, None)
        return _at(situation.turned_ms + off_ms, now_ms, Verdict(kind.cleared, None, None), situation)
    if situation.state == OFF and kind.flapped is None:
        return Verdict(None, None, None)
    if situation.state == ON:
        opened = Verdict(kind.opened, replace(situation, told=OPENED), None)
        if situation.told == FLAPPED or kind.flapped is None:
            return _at(situation.turned_ms + on_ms, now_ms, opened, situation)
        return _at(situation.since_ms + on_ms, now_ms, opened, situation)
    if situation.told == FLAPPED:
        return _at(situation.turned_ms + off_ms, now_ms, Verdict(None, None, None), situation)
    flapped = replace(situation, told=FLAPPED)
    look_ms = situation.turned_ms + off_ms
    return _at(situation.since_ms + on_ms, now_ms, Verdict(kind.flapped, flapped, look_ms), situation)


def letters_came(before: Situation | None, first_ms: int, count: int) -> Situation:
    """`times` counts those of which nobody was told yet, `since_ms` is the first one's; `turned_ms`: when last told."""
    if before is None:
        return Situation(first_ms, first_ms, times=count)
    return replace(before, since_ms=before.since_ms if before.times else first_ms, times=before.times + count)


def judge_letters(situation: Situation, now_ms: int) -> Verdict:
    """One notice for all that came, however many: after a short while, and then each hour while more come."""
    is_first = situation.told == NOTHING
    due_ms = situation.since_ms + GATHER_S * 1_000 if is_first else situation.turned_ms + MERGE_S * 1_000
    told = replace(situation, told=OPENED, turned_ms=now_ms, times=0)
    news = Verdict(events.DEAD_LETTERS, told, now_ms + MERGE_S * 1_000)
    return _at(due_ms, now_ms, news if situation.times else Verdict(None, None, None), situation)


def _at(due_ms: int, now_ms: int, then: Verdict, situation: Situation) -> Verdict:
    return then if now_ms >= due_ms else Verdict(None, situation, due_ms)


# Seconds before each next try of a delivery; after the last one it has failed.
TRY_AGAIN_S = (5, 15, 60, 300, 900, 3_600, 3_600, 3_600)


def next_try_ms(tries: int, now_ms: int, retry_after_s: float | None = None) -> int | None:
    """After so many tries; None: none any more. retry_after_s: what the receiver asked for, an hour at most."""
    if tries > len(TRY_AGAIN_S):
        return None
    pause_s = max(TRY_AGAIN_S[tries - 1], min(retry_after_s or 0, TRY_AGAIN_S[-1]))
    return now_ms + round(pause_s * 1_000)


# By its kind, what began and what ended.
TURNS: Mapping[str, str] = {
    "fault_notification": ON, "recovery_notification": OFF,
    "silent": ON, "link_down": ON, "heard": OFF, "link_up": OFF,
}  # fmt: skip
