"""What lies ahead in the log and must be known before the records that it is about are folded.

A `key_parked` names a record before it: a rebuild must not fold that one where it lies. The first `terms` of a
partition hold for the records before them as well, since boards may have spoken before the first worker ran. So the
worker reads all that it has not folded once before it folds it, and picks out these kinds.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from central.model import terms
from central.model.records import Incoming
from central.model.terms import Terms
from central.reading.admit import admit
from central.store.offsets import TopicPartition
from central.worker.parking import KEY_PARKED
from eventlog import Log, LogUnavailable, OffsetOutOfRange, Record

STALLED_S = 10.0
POLL_RECORDS = 2_000
POLL_S = 1.0
_SOUGHT = tuple(f'"{kind}"'.encode() for kind in (terms.KIND, KEY_PARKED))  # most records hold neither


@dataclass(frozen=True)
class Ahead:
    """`failed`: (topic, partition, offset) of records that could not be folded where they lie, each with the error.

    `first`, `newest`: terms of each partition; none where it holds no `terms`.
    """

    failed: dict[tuple[str, int, int], str] = field(default_factory=dict[tuple[str, int, int], str])
    first: dict[TopicPartition, Terms] = field(default_factory=dict[TopicPartition, Terms])
    newest: dict[TopicPartition, Terms] = field(default_factory=dict[TopicPartition, Terms])

    def error_at(self, record: Record) -> str | None:
        return self.failed.get((record.topic, record.partition, record.offset))

    def note(self, record: Record) -> None:
        if not any(each in record.value for each in _SOUGHT):
            return
        incoming = admit(record, 0)
        if not isinstance(incoming, Incoming):
            return
        message, partition = incoming.message, (record.topic, record.partition)
        if message["type"] == KEY_PARKED:
            self.failed[*partition, message["offset"]] = message.get("error", "")
        elif message["type"] == terms.KIND:
            self.newest[partition] = terms.told_by(message)
            self.first.setdefault(partition, self.newest[partition])


def read_ahead(log: Log, starts: Mapping[TopicPartition, int]) -> Ahead:
    """From these offsets to where the log ends now. Raises LogUnavailable."""
    ahead = Ahead()
    ends = log.all_ends(starts)
    left = {partition for partition, start in starts.items() if start < ends[partition].next}
    if not left:
        return ahead
    reader = log.reader({partition: starts[partition] for partition in left})
    deadline = time.monotonic() + STALLED_S
    try:
        while left:
            records = reader.poll(POLL_RECORDS, POLL_S)
            for record in records:
                ahead.note(record)
            # Positions also pass what no record is handed out for.
            left = {each for each in left if reader.position(*each) < ends[each].next}
            deadline = time.monotonic() + STALLED_S if records else deadline
            if time.monotonic() > deadline:
                raise LogUnavailable(f"the log has handed out nothing for {STALLED_S:g} s, and is not read to its end")
    except OffsetOutOfRange as error:  # it was in range a moment ago
        raise LogUnavailable(str(error)) from error
    finally:
        reader.close()
    return ahead
