"""Dead letters as they are shown, read from the log: records that could not be folded, and why."""

from dataclasses import dataclass

from wire.kinds import DEAD

from eventlog import Log, Record

READ_TIMEOUT_S = 2.0


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


def read_newest(log: Log, limit: int) -> list[StoredDeadLetter]:
    """The newest dead letters, oldest first. Raises LogUnavailable."""
    partitions = [(DEAD, partition) for partition in range(log.partitions(DEAD))]
    ends = log.all_ends(partitions)
    left = {partition: end.next for partition, end in ends.items() if end.next > end.first}
    if not left:
        return []
    reader = log.reader({partition: max(ends[partition].first, ends[partition].next - limit) for partition in left})
    found: list[Record] = []
    try:
        while left and (records := reader.poll(limit, READ_TIMEOUT_S)):
            found += records
            for record in records:
                partition = (record.topic, record.partition)
                if record.offset + 1 >= left.get(partition, 0):
                    left.pop(partition, None)
    finally:
        reader.close()
    found.sort(key=lambda record: record.timestamp_ms)
    return [_stored(record) for record in found[-limit:]]


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
