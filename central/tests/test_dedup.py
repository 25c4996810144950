"""Dedup in constant space, against a model that remembers everything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.ids import WINDOW, reliable_id

from central.fold import dedup
from central.model.records import Incoming, Refused
from central.model.rows import SeenId, SeenWindow
from central.tests.line_in_memory import EPOCH, T0
from central.tests.memory_rows import MemoryRows


class Arrivals:
    """Records of one board at one key, looked up and noted as `apply` does it."""

    def __init__(self) -> None:
        self.rows = MemoryRows()

    def arrive(self, n: int, **gap: int) -> str:
        """new, duplicate, or the code it was refused with."""
        message: dict[str, Any] = {"type": "gap" if gap else "heard", "message_id": reliable_id("b", EPOCH, n), **gap}
        return self.look(Incoming("ev.cp", "cp_001", message, T0, "bridge"))

    def look(self, incoming: Incoming) -> str:
        before = self.rows.snapshot()
        try:
            lookup = dedup.look_up(self.rows.of(incoming.key), incoming)
        except Refused as refused:
            assert self.rows.snapshot() == before
            return refused.code
        if lookup.duplicate:
            return "duplicate"
        if lookup.row is not None:
            self.rows.of(incoming.key).put(lookup.row)
        return "new"

    def window(self) -> SeenWindow:
        return self.rows.one(SeenWindow, "cp_001", "b", EPOCH)


def gap(first: int, last: int) -> dict[str, int]:
    return {"from": first, "to": last}


@given(st.integers(0, 200), st.lists(st.integers(0, 400), max_size=120))
def test_window_agrees_with_a_set(first: int, numbers: list[int]):
    arrivals = Arrivals()
    seen: set[int] = set()
    for n in [first, *numbers]:
        high = max(seen, default=None)
        if n in seen and high is not None and n >= high - WINDOW:
            expected = "duplicate"
        elif high is None or n >= high - WINDOW:
            expected = "new"
        else:
            expected = "stale_n"
        assert arrivals.arrive(n) == expected
        if expected == "new":
            seen.add(n)


@given(st.integers(1, 1_000), st.randoms(use_true_random=False), st.integers(1, 300))
def test_reordered_and_repeated_within_the_window_each_takes_effect_once(start: int, random: Any, count: int):
    numbers = [n for n in range(start, start + count) for _ in range(random.randint(1, 3))]
    numbers.sort(key=lambda n: n + random.randint(0, WINDOW // 2))  # nobody runs ahead of another by W
    numbers = [start, *numbers]
    arrivals = Arrivals()
    verdicts = [(n, arrivals.arrive(n)) for n in numbers]
    assert {verdict for _, verdict in verdicts} <= {"new", "duplicate"}
    assert sorted(n for n, verdict in verdicts if verdict == "new") == list(range(start, start + count))
    assert len(arrivals.window().bitmap) == 16


def test_first_number_may_be_any_that_a_board_can_have_reached():
    assert Arrivals().arrive(dedup.FIRST_N_MAX) == "new"
    assert Arrivals().arrive(0) == "new"
    assert Arrivals().arrive(10**9) == "n_jump"


def test_jump_moves_nothing():
    arrivals = Arrivals()
    arrivals.arrive(5)
    assert arrivals.arrive(10**9) == "n_jump"
    assert arrivals.window().high_n == 5
    assert arrivals.arrive(5 + WINDOW) == "new"


def test_numbers_that_the_log_has_lost_are_named_and_shut_nobody_out():
    arrivals = Arrivals()
    arrivals.arrive(5)
    message: dict[str, Any] = {"type": "heard", "message_id": reliable_id("b", EPOCH, 200)}
    lookup = dedup.look_up(arrivals.rows.of("cp_001"), Incoming("ev.cp", "cp_001", message, T0, "bridge"))
    assert lookup.lost == (6, 200 - WINDOW - 1)  # what lies within the window the board may still hold
    assert arrivals.arrive(200) == "new"
    assert arrivals.arrive(200 - WINDOW) == "new"
    assert arrivals.arrive(200 - WINDOW - 1) == "stale_n"


def test_number_that_says_something_else_is_news_once():
    arrivals = Arrivals()
    assert [arrivals.arrive(7, **gap(2, 3)), arrivals.arrive(7)] == ["new", "new"]
    assert [arrivals.arrive(7, **gap(2, 3)), arrivals.arrive(7)] == ["duplicate", "duplicate"]


def test_what_a_bridge_adds_is_no_other_content():
    arrivals = Arrivals()
    said: dict[str, Any] = {"type": "heard", "message_id": reliable_id("b", EPOCH, 7), "uptime_ms": 5}
    for at_ms, verdict in ((T0, "new"), (T0 + 3, "duplicate")):
        stamped = {**said, "occurred_at_ms": at_ms}
        assert arrivals.look(Incoming("ev.cp", "cp_001", stamped, T0, "bridge")) == verdict


def test_below_the_window_is_no_silent_duplicate():
    arrivals = Arrivals()
    arrivals.arrive(100)
    assert arrivals.arrive(100 - WINDOW) == "new"
    assert arrivals.arrive(100 - WINDOW - 1) == "stale_n"


def test_gap_moves_the_window_over_the_numbers_it_names():
    arrivals = Arrivals()
    arrivals.arrive(10)
    assert arrivals.arrive(501, **gap(11, 500)) == "new"
    assert arrivals.arrive(502) == "new"
    assert arrivals.arrive(500) == "duplicate"
    assert arrivals.arrive(501, **gap(11, 500)) == "duplicate"


def test_gap_as_the_first_word_of_a_board():
    arrivals = Arrivals()
    assert arrivals.arrive(901, **gap(3, 900)) == "new"
    assert arrivals.arrive(899) == "duplicate"
    assert arrivals.arrive(902) == "new"


def test_narrow_gap_leaves_the_numbers_beside_it():
    arrivals = Arrivals()
    arrivals.arrive(10)
    assert arrivals.arrive(20, **gap(12, 15)) == "new"
    assert [arrivals.arrive(n) for n in (11, 12, 15, 16)] == ["new", "duplicate", "duplicate", "new"]


@pytest.mark.parametrize(
    ("n", "first", "last", "code"),
    [
        (20, 15, 14, "bad_gap"),
        (20, 15, 20, "bad_gap"),
        (dedup.GAP_MAX + 12, 11, dedup.GAP_MAX + 11, "bad_gap"),
        (10**8, 11, 500, "n_jump"),
    ],
)
def test_gap_that_makes_no_sense_moves_nothing(n: int, first: int, last: int, code: str):
    arrivals = Arrivals()
    arrivals.arrive(10)
    assert arrivals.arrive(n, **gap(first, last)) == code
    assert arrivals.window().high_n == 10


def other(
    message_id: str, key: str = "cp_001", topic: str = "ev.cp", by: str = "bridge", at_ms: int = T0, kind: str = "heard"
) -> Incoming:
    return Incoming(topic, key, {"type": kind, "message_id": message_id}, at_ms, by)


def test_other_ids_are_remembered_per_topic_key_and_kind():
    arrivals = Arrivals()
    assert arrivals.look(other("uuid", kind="register_request")) == "new"
    assert arrivals.look(other("uuid")) == "new"
    assert arrivals.look(other("uuid")) == "duplicate"
    assert arrivals.look(other("uuid", topic="ev.driver")) == "new"
    assert arrivals.look(other("uuid", key="cp_002")) == "new"


def test_other_ids_are_forgotten_after_30_days_whether_deleted_or_not():
    arrivals = Arrivals()
    arrivals.look(other("uuid"))
    assert arrivals.look(other("uuid", at_ms=T0 + dedup.SEEN_FOR_MS)) == "duplicate"
    assert arrivals.look(other("uuid", at_ms=T0 + dedup.SEEN_FOR_MS + 1)) == "new"


@pytest.mark.parametrize(("topic", "by"), [("ev.driver", "bridge"), ("ev.driver", ""), ("ev.cp", "operator")])
def test_who_is_no_board_moves_no_boards_window(topic: str, by: str):
    arrivals = Arrivals()
    arrivals.arrive(5)
    assert arrivals.look(other(reliable_id("b", EPOCH, 9_000), topic=topic, by=by)) == "new"
    assert arrivals.window().high_n == 5
    assert len(arrivals.rows.all(SeenId)) == 1


def test_telemetry_is_not_remembered():
    arrivals = Arrivals()
    incoming = other(f"b.{EPOCH}.t4", topic="ev.telemetry")
    assert [arrivals.look(incoming), arrivals.look(incoming)] == ["new", "new"]
    assert arrivals.rows.table == {}
