"""A deadline is a row; when it passes, a ticker appends `deadline_passed` to the same key, with its generation.

An id is `<what>:<id>`; `table.DEADLINES` names the handler of each <what>. What has been void for SEEN_FOR_MS counts as
never set, so its row may be deleted at any time.
"""

from central.fold.dedup import SEEN_FOR_MS
from central.fold.step import Step
from central.model.rows import Deadline


def arm(step: Step, deadline_id: str, due_at_ms: int) -> None:
    """Set a deadline, or set it anew: an earlier generation that is under way no longer counts."""
    row = step.rows.get(Deadline, deadline_id)
    generation = 1 if row is None or _is_forgotten(row, step.at_ms) else row.generation + 1
    step.rows.put(Deadline(deadline_id, step.incoming.topic, step.key, generation, due_at_ms))


def arm_once(step: Step, deadline_id: str, due_at_ms: int) -> None:
    """Set a deadline unless it is set already, so that repetitions cannot put it off for ever."""
    row = step.rows.get(Deadline, deadline_id)
    if row is None or not row.live:
        arm(step, deadline_id, due_at_ms)


def disarm(step: Step, deadline_id: str, generation: int | None = None) -> None:
    """Void a deadline. `generation`: only if it is still this one."""
    row = step.rows.get(Deadline, deadline_id)
    if row is not None and row.live and generation in (None, row.generation):
        row.live = False
        step.rows.put(row)


def _is_forgotten(row: Deadline, at_ms: int) -> bool:
    return not row.live and row.due_at_ms < at_ms - SEEN_FOR_MS
