"""Deadlines as rows: what is armed, voided and armed anew."""

from central.fold import deadlines
from central.fold.dedup import SEEN_FOR_MS
from central.fold.step import Step
from central.model.records import Incoming
from central.model.rows import Deadline
from central.model.terms import Terms
from central.tests.line_in_memory import T0
from central.tests.memory_rows import MemoryRows

NAME = "claim_hold:cp_001"


def step(rows: MemoryRows, at_ms: int) -> Step:
    message = {"type": "heard", "message_id": "m", "cp_id": "cp_001"}
    return Step(rows.of("cp_001"), Incoming("ev.cp", "cp_001", message, at_ms, "ticker"), Terms())


def armed_twice(after_ms: int, *, is_deleted: bool) -> Deadline:
    """Armed, void at once, and armed again so much later; in between the worker may have deleted the void row."""
    rows = MemoryRows()
    deadlines.arm(step(rows, T0), NAME, T0)
    deadlines.disarm(step(rows, T0), NAME)
    if is_deleted:
        rows = MemoryRows()
    deadlines.arm(step(rows, T0 + after_ms), NAME, T0 + after_ms)
    return rows.one(Deadline, NAME)


def test_a_deadline_long_void_counts_as_never_set() -> None:
    """Whether its row is there still depends on when a worker had time to delete it, which a rebuild cannot know."""
    late_ms = SEEN_FOR_MS + 1
    assert armed_twice(late_ms, is_deleted=False) == armed_twice(late_ms, is_deleted=True)
    assert armed_twice(SEEN_FOR_MS, is_deleted=False).generation == 2
