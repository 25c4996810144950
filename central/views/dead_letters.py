"""Dead letters as they are shown, read from the log: records that could not be folded, and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wire.kinds import DEAD

from central.views.moments import iso
from eventlog import Log, Record

READ_TIMEOUT_S = 2.0
MOST_AT_ONCE = 1_000


@dataclass(frozen=True)
class StoredDeadLetter:
    """One record of ev.dead. `topic`, `partition`, `offset`: of the original. `appender`: who appended that."""

    at_ms: int
    reason: str
    text: str
    topic: str
    partition: str
    offset: str
    appender: str
    key: str
    value: str


def shown_letter(letter: StoredDeadLetter) -> dict[str, Any]:
    return {**asdict(letter), "at": iso(letter.at_ms)}


def read_newest(log: Log, limit: int) -> list[StoredDeadLetter]:
    """The newest dead letters, oldest first. Raises LogUnavailable."""
    return read_before(log, limit, {})[0][::-1]


def read_before(
    log: Log, limit: int, before: Mapping[int, int]
) -> tuple[list[StoredDeadLetter], dict[int, int] | None]:
    """The newest dead letters below these offsets of their partitions, newest first, and where those before them end.

    None: there are none before them. Raises LogUnavailable.
    """
    partitions = [(DEAD, partition) for partition in range(log.partitions(DEAD))]
    ends = {
        place: (end.first, max(end.first, min(end.next, before.get(place[1], end.next))))
        for place, end in log.all_ends(partitions).items()
    }
    found = _read(log, {place: (max(first, next_ - limit), next_) for place, (first, next_) in ends.items()})
    told = _newest(found, limit)
    left = {place[1]: next_ for place, (_, next_) in ends.items()}
    for record in told:
        left[record.partition] = min(left[record.partition], record.offset)
    more = any(left[place[1]] > first for place, (first, _) in ends.items())
    return [_stored(record) for record in told], left if more else None


def _newest(found: list[Record], limit: int) -> list[Record]:
    """Across partitions by the log's time, within each by offset, whatever its stamps say."""
    stacks: dict[int, list[Record]] = {}
    for record in sorted(found, key=lambda record: record.offset):
        stacks.setdefault(record.partition, []).append(record)
    told: list[Record] = []
    while stacks and len(told) < limit:
        partition = max(stacks, key=lambda each: (stacks[each][-1].timestamp_ms, each))
        told.append(stacks[partition].pop())
        if not stacks[partition]:
            del stacks[partition]
    return told


def _read(log: Log, spans: Mapping[tuple[str, int], tuple[int, int]]) -> list[Record]:
    """All records of these partitions from one offset up to another, that one not included."""
    left = {place: until for place, (begin, until) in spans.items() if until > begin}
    if not left:
        return []
    reader = log.reader({place: spans[place][0] for place in left})
    found: list[Record] = []
    try:
        while left and (records := reader.poll(MOST_AT_ONCE, READ_TIMEOUT_S)):
            for record in records:
                place = (record.topic, record.partition)
                if record.offset < spans[place][1]:
                    found.append(record)
                if record.offset + 1 >= left.get(place, 0):
                    left.pop(place, None)
    finally:
        reader.close()
    return found


def _stored(record: Record) -> StoredDeadLetter:
    def header(name: str) -> str:
        return record.headers.get(name, b"").decode(errors="replace")

    return StoredDeadLetter(
        at_ms=record.timestamp_ms,
        reason=header("reason"),
        text=header("text"),
        topic=header("topic"),
        partition=header("partition"),
        offset=header("offset"),
        appender=header("appender"),
        key=(record.raw_key or b"").decode(errors="replace") if record.key is None else record.key,
        value=record.value.decode(errors="replace"),
    )
