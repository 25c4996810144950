"""The clock of tariffs and receipts: the board's word, held between its previous reading and the record's time."""

from dataclasses import dataclass

from central.model.records import Message


@dataclass(frozen=True)
class Stamp:
    """`from_log`: the board gave no time, so that this is the record's.

    `earliest_ms`: when it can have been at the earliest; a time after the record's own says nothing about that.
    """

    at_ms: int
    from_log: bool
    earliest_ms: int


def clamped(told_ms: int, earliest_ms: int, record_ms: int) -> int:
    """A board's clock may be wrong; what it told cannot lie before its previous reading or after it was logged."""
    return min(max(told_ms, earliest_ms), record_ms)


def stamp(message: Message, earliest_ms: int, record_ms: int) -> Stamp:
    told_ms = message.get("occurred_at_ms")
    if told_ms is None:
        return Stamp(record_ms, from_log=True, earliest_ms=min(earliest_ms, record_ms))
    at_ms = clamped(told_ms, earliest_ms, record_ms)
    return Stamp(at_ms, from_log=False, earliest_ms=min(earliest_ms, record_ms) if told_ms > record_ms else at_ms)
