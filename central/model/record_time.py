"""The time of a record: a mark of its partition that goes with the log's clock, and heals where that was wrong.

Folds read no clock; they get the record's time. A log stamps with its host's clock, which may be a day ahead for a
second, may be put right, or may never have been set. So the time is no single stamp, and not the highest one either
(one wild stamp would hold it for a day), but a rule over the stamps of the partition's records in their order, those
of dead letters among them. It reads nothing else: a rebuild sees the same times, however the records are cut into
batches.
"""

from dataclasses import dataclass

from wire.kinds.fields import TIME_MAX_MS, TIME_MIN_MS

JITTER_MS = 60_000  # what a sound stamp may lie below the mark, and may lie above it without being a jump
AGREES_MS = 1_000  # what a stamp may lie off the mark and be its record's time
IN_A_ROW = 3  # so many stamps that agree are believed


@dataclass(frozen=True)
class Mark:
    """`at_ms`: the time of the partition's newest record. `before_ms`: what it was before a jump not confirmed yet.

    `count`: sound stamps in a row; less than nothing: stamps in a row that lie below.
    """

    at_ms: int = TIME_MIN_MS
    before_ms: int = TIME_MIN_MS
    count: int = 0


def advance(mark: Mark, stamp_ms: int) -> Mark:
    """The mark after one more record; its `at_ms` is that record's time."""
    if not TIME_MIN_MS <= stamp_ms < TIME_MAX_MS:
        return mark
    if stamp_ms >= mark.at_ms - JITTER_MS:
        return _after_sound(mark, stamp_ms)
    if stamp_ms >= mark.before_ms:  # nothing has confirmed the jump up to here
        return Mark(stamp_ms, mark.before_ms)
    return _after_low(mark, stamp_ms)


def stands(at_ms: int, stamp_ms: int) -> bool:
    """Whether a record's time, `at_ms`, is not its own, since its stamp lies below the mark: time stands still."""
    return abs(at_ms - stamp_ms) > AGREES_MS


def _after_sound(mark: Mark, stamp_ms: int) -> Mark:
    before_ms, count = mark.before_ms, max(0, mark.count)
    if stamp_ms > mark.at_ms + JITTER_MS:
        before_ms, count = mark.at_ms, 0
    at_ms, count = max(mark.at_ms, stamp_ms), min(count + 1, IN_A_ROW)
    return Mark(at_ms, at_ms if count == IN_A_ROW else before_ms, count)


def _after_low(mark: Mark, stamp_ms: int) -> Mark:
    count = min(0, mark.count) - 1
    if count == -IN_A_ROW:  # the clock was put right
        return Mark(stamp_ms, stamp_ms)
    return Mark(mark.at_ms, mark.before_ms, count)
