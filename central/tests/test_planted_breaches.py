"""Mistakes planted into the folds, the mark or a board: each is seen by the verdict that is there for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from central.fold import billing, completions, dedup, endings, holding, meters, sessions
from central.model import record_time
from central.model.record_time import Mark
from central.model.records import Refused
from central.tests.sequences import worker
from central.tests.sequences.board import Board
from central.tests.sequences.run import play_one
from central.worker import read_ahead

ACTS = 80
RUNS = 160
Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Breach:
    """`seen_by`: the verdict; `suite`: the histories in which it shows."""

    plant: Plant
    seen_by: str
    suite: str = "honest"


def _nothing(*_: object, **__: object) -> None:
    """Does nothing."""


def _claim_never_freed(patch: pytest.MonkeyPatch) -> None:
    for module in (endings, holding.endings, sessions.endings):
        patch.setattr(module, "release_claim", _nothing)


def _claim_not_freed_in_the_dark(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holding, "note_status", _nothing)


def _rise_before_its_start(patch: pytest.MonkeyPatch) -> None:
    def free_part(_step: Any, _session: Any, _meter: Any, part: billing.Part) -> billing.Part:
        return replace(part, start_wh=max(0, part.start_wh - 50))

    patch.setattr(completions, "free_part", free_part)


def _two_places(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(billing, "_take", _nothing)


def _reading_unjudged(patch: pytest.MonkeyPatch) -> None:
    def most_wh(*_: object) -> int:
        return 10**12

    patch.setattr(meters.Limit, "most_wh", most_wh)


def _beyond_the_order(patch: pytest.MonkeyPatch) -> None:
    def within(readings: Any, *_: object) -> Any:
        return readings

    patch.setattr(billing, "within", within)


def _number_with_other_content(patch: pytest.MonkeyPatch) -> None:
    def replaceable(board: Board, kind: str) -> Any:
        """As it was once: the next registration takes the number of one that is not acked, and checkpoints too."""
        kinds = ("register_request", "meter_checkpoint")
        return next((entry for entry in board.entries if entry.kind == kind and kind in kinds), None)

    patch.setattr(Board, "_replaceable", replaceable)


def _mark_never_heals(patch: pytest.MonkeyPatch) -> None:
    def advance(mark: Mark, stamp_ms: int) -> Mark:
        return Mark(max(mark.at_ms, stamp_ms))

    patch.setattr(record_time, "advance", advance)


def _effect_at_every_telling(patch: pytest.MonkeyPatch) -> None:
    def look_up(rows: Any, incoming: Any) -> dedup.Lookup:
        return replace(real(rows, incoming), duplicate=False)

    real = dedup.look_up
    patch.setattr(dedup, "look_up", look_up)


def _reads_something_else(patch: pytest.MonkeyPatch) -> None:
    """A fold that depends on how often it was called: no two foldings are alike."""
    calls = [0]

    def apply(rows: Any, incoming: Any, terms: Any) -> Any:
        calls[0] += 1
        return real(rows, replace(incoming, at_ms=incoming.at_ms + calls[0] % 2), terms)

    real = worker.apply
    patch.setattr(worker, "apply", apply)


def _refused_after_a_put(patch: pytest.MonkeyPatch) -> None:
    def apply(rows: Any, incoming: Any, terms: Any) -> Any:
        said = real(rows, incoming, terms)
        if incoming.message["type"] == "charge_completion":
            raise Refused("late", "after all")
        return said

    real = worker.apply
    patch.setattr(worker, "apply", apply)


def _nothing_read_ahead(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(read_ahead.Ahead, "note", _nothing)


BREACHES: dict[str, Breach] = {
    "a claim never freed": Breach(_claim_never_freed, "no_open_claim"),
    "a claim held in the dark": Breach(_claim_not_freed_in_the_dark, "claims_are_freed"),
    "a rise billed before its start": Breach(_rise_before_its_start, "parts_do_not_overlap"),
    "two places for one Wh": Breach(_two_places, "accounts_add_up"),
    "a Wh without a place": Breach(_two_places, "every_wh_has_a_place"),
    "a reading unjudged": Breach(_reading_unjudged, "bills_are_plausible", "hostile"),
    "a bill beyond its order": Breach(_beyond_the_order, "bill_is_within_order"),
    "a number with other content": Breach(_number_with_other_content, "numbers_keep_their_content"),
    "a mark that never heals": Breach(_mark_never_heals, "record_time_heals"),
    "an effect at every telling": Breach(_effect_at_every_telling, "repeated_makes_the_same"),
    "a fold that reads something else": Breach(_reads_something_else, "interleaved_makes_the_same"),
    "a rebuild that reads nothing ahead": Breach(_nothing_read_ahead, "parked_makes_the_same"),
    "a refusal that came too late": Breach(_refused_after_a_put, "refused_changes_nothing"),
}


@pytest.mark.parametrize("name", BREACHES)
def test_planted_breach_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    breach = BREACHES[name]
    breach.plant(monkeypatch)
    seeds = range(1, RUNS + 1)
    assert any(breach.seen_by in play_one(breach.suite, seed, ACTS).found for seed in seeds), f"unseen in {RUNS} runs"
