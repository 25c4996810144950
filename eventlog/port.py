"""The log's port: what the rest of the project may ask of it, and nothing that tells which log it is.

A log is a set of topics; a topic is a fixed number of partitions; a partition is a sequence of records, each
with an offset. Records with the same key share a partition and keep their order. There are no consumer
groups: a reader says where it starts, and whoever reads keeps its own offsets (the worker in its database,
behind a fence).
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

# Append to read on Kafka in two processes, two cores: 0 ms has p50 1.4 to 2.9 ms but p99 up to 17 ms at 2,000
# records a second, and more beside busy neighbours; 2 ms has p50 2.7 to 3.5 ms and p99 5 to 7 ms at any rate.
STREAM_LINGER_MS = 2
CONNECT_TIMEOUT_S = 30.0  # of a program that starts beside its broker


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it lies in the log.

    `key` is None where the record has no key or one that is not UTF-8 (only a stranger writes such records;
    the bytes are in `raw_key`). `timestamp_ms` is when the log appended it, in ms since 1970, by its host's
    clock as that stands: stamps may fall. Offsets rise within a partition, but need not be contiguous. Of several
    headers of one name the last counts.
    """

    topic: str
    partition: int
    offset: int
    key: str | None
    value: bytes
    headers: Mapping[str, bytes]
    timestamp_ms: int
    raw_key: bytes | None = field(default=None, repr=False)


class Appended(NamedTuple):
    """Where an acknowledged record lies. `timestamp_ms`: when the log appended it, by the log's clock."""

    partition: int
    offset: int
    timestamp_ms: int


class Ends(NamedTuple):
    """`first`: the oldest offset kept. `next`: the one that the next record will get. Empty when they are
    equal.
    """

    first: int
    next: int


class LogError(Exception):
    """Base class of the log's errors."""


class LogUnavailable(LogError):
    """The log cannot be reached, is locked or has no room; trying again later may work.

    As the result of an append it does not promise that the record is absent: the answer may be what was lost.
    """


class LogReplaced(LogUnavailable):
    """The log became another one while it was open: its file was exchanged, a topic made anew, records changed.

    A reader tells it once, and reads on if it is asked to. Where the file was exchanged nothing is read or appended
    any more until the program starts again.
    """


class LogBusy(LogError):
    """As many records wait for their ack as may wait; nothing was appended."""


class LogClosed(LogError):
    """The log was closed, by this process, before or while this was asked."""


class TooLarge(LogError):
    """The record is larger than its topic allows; nothing was appended."""

    def __init__(self, topic: str, size_bytes: int, max_bytes: int) -> None:
        super().__init__(
            f"a record of {size_bytes} bytes is too large for {topic}: at most {max_bytes} bytes"
        )
        self.topic = topic
        self.size_bytes = size_bytes
        self.max_bytes = max_bytes


class BadKey(LogError, ValueError):
    """The key cannot be written as UTF-8; nothing was appended."""


class UnknownTopic(LogError):
    """The topic does not exist; `create_topics` makes those of the table."""


class TopicMismatch(LogError):
    """A topic exists with another number of partitions than the table says. Counts are final: keys would
    move.
    """


class OffsetOutOfRange(LogError):
    """A reader stands before the first record kept, or beyond the end."""

    def __init__(self, topic: str, partition: int, offset: int, first: int, next_offset: int) -> None:
        side = "before the first record kept" if offset < first else "beyond the end"
        super().__init__(
            f"offset {offset} of {topic}/{partition} is {side}: the log holds {first} to {next_offset}"
        )
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.first = first
        self.next = next_offset


class Reader(Protocol):
    """Reads a fixed set of partitions. One thread polls; `wake` may be called from any other."""

    @property
    def undecodable_keys(self) -> int:
        """How many records with a key that is not UTF-8 this reader has handed out."""
        ...

    def poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        """Up to `max_records` records; returns as soon as there is one, or empty after `timeout_s` or a
        `wake`.

        In order within a partition, fair between partitions. Raises OffsetOutOfRange (again and again until
        the reader seeks; no record of another partition is lost by it) and LogUnavailable (the log is away, or was
        since the last poll). The reader stays usable; but what comes may be another log's, since a broker can come
        back without its newest records.
        """
        ...

    def seek(self, topic: str, partition: int, offset: int) -> None:
        """The next poll reads this partition from `offset`. The partition must be one of the reader's own."""
        ...

    def position(self, topic: str, partition: int) -> int:
        """The offset the next poll begins at: that of `Log.ends().next` once everything has been handed out.

        It can pass offsets that no record was handed out for: Kafka gives some to its own marks. Raises LogUnavailable.
        """
        ...

    def wake(self) -> None:
        """Makes the poll that is running, or else the next one, return at once."""
        ...

    def close(self) -> None: ...


class Log(Protocol):
    """Thread-safe. Every call but `append` may block for as long as a round trip takes, up to some
    seconds.
    """

    def cluster_id(self) -> str:
        """The identity of this log, for as long as its data lives."""
        ...

    def create_topics(self) -> None:
        """Creates what is missing of the table in topics.py. Raises TopicMismatch where counts differ."""
        ...

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has. Raises UnknownTopic."""
        ...

    def topic_id(self, topic: str) -> str:
        """The topic's own identity: one that is deleted and made anew has another. Raises UnknownTopic."""
        ...

    def ends(self, topic: str, partition: int) -> Ends: ...

    def all_ends(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Ends]:
        """Those of several partitions (topic, number), in one question: Kafka takes 3 ms for each."""
        ...

    def append(
        self,
        topic: str,
        key: str | bytes,
        value: bytes,
        headers: Mapping[str, bytes] | None = None,
        partition: int | None = None,
    ) -> Future[Appended]:
        """Appends without waiting. The future resolves once the record is durable.

        `partition`: only for what concerns a whole partition, under a key that nothing else has; else the key's own.
        Raises at once LogBusy, TooLarge, BadKey, UnknownTopic, LogClosed or (only before the first append to
        a topic) LogUnavailable. The future may fail with LogUnavailable or LogClosed; it cannot be cancelled.
        Its callbacks run on a thread of the log: they must be quick and must not wait for another append.
        Appends of one key from one thread keep their order, but for those whose future failed.
        """
        ...

    def offset_at(self, topic: str, partition: int, timestamp_ms: int) -> int:
        """The first offset stamped at or after that time, wherever stamps fall; the end where there is none."""
        ...

    def reader(self, positions: Mapping[tuple[str, int], int]) -> Reader:
        """A reader of these (topic, partition) from these offsets on."""
        ...

    def close(self) -> None:
        """Waits some seconds for what is pending, then fails it with LogClosed. Never hangs."""
        ...
