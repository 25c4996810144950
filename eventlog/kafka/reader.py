"""Reads partitions of Kafka from given offsets, without a consumer group."""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from kafka.errors import KafkaError, OffsetOutOfRangeError

from eventlog.kafka.client import Consumer, FetchedRecord, LogTruncationError, topic_partition
from eventlog.kafka.link import Link
from eventlog.port import Ends, LogClosed, LogError, LogReplaced, LogUnavailable, OffsetOutOfRange, Record, UnknownTopic
from eventlog.record_size import decode_key

# The consumer cannot be woken: it waits in slices of this length. Records are handed out as they come.
WAKE_INTERVAL_S = 0.05
CLOSE_TIMEOUT_MS = 2_000


# A fetch that waits at the broker is told when its topic is deleted. One that is sent after a pause may find it made
# anew, and nothing tells the two apart but the topic's id.
PAUSE_S = 0.05
CHECK_TOPICS_S = 1.0


class Asked(Protocol):
    """The log itself."""

    def ends(self, topic: str, partition: int) -> Ends: ...
    def ids_of(self, topics: Sequence[str]) -> dict[str, str]: ...


class KafkaReader:
    def __init__(
        self,
        consumer: Consumer,
        link: Link,
        prefix: str,
        positions: Mapping[tuple[str, int], int],
        ask: Asked,
    ) -> None:
        """`prefix`: what the topics' names begin with on the broker. `link`: the consumer's, which is taken over.

        Raises LogUnavailable.
        """
        self._consumer = consumer
        self._link = link
        self._losses = link.losses
        self._prefix = prefix
        self._ask = ask
        self._partitions = {name: topic_partition(prefix + name[0], name[1]) for name in positions}
        self._woken = threading.Event()
        self._using = threading.Lock()  # close() waits for the poll it has woken
        self._closed = False
        self.undecodable_keys = 0
        partitions = list(self._partitions.values())
        link.watch(partitions)
        consumer.assign(partitions)
        for (topic, partition), offset in positions.items():
            self.seek(topic, partition, offset)
        self._topics = list({topic for topic, _ in positions})
        try:
            self._topic_ids = ask.ids_of(self._topics)
            consumer.end_offsets(partitions)  # connects to the brokers, or nobody would notice that one was away since
            link.is_down()  # remembers who leads
        except (KafkaError, LogError) as error:
            consumer.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT_MS)
            raise LogUnavailable(f"Kafka does not answer: {error}") from error
        self._polled_at = self._checked_at = time.monotonic()
        self._is_unsure = False  # whether what comes may be of a topic made anew

    def poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        deadline = time.monotonic() + timeout_s
        with self._using:
            while True:
                if self._closed:
                    raise LogClosed("this reader is closed")
                remaining_s = deadline - time.monotonic()
                slice_ms = int(1_000 * max(0.0, min(remaining_s, WAKE_INTERVAL_S)))
                if records := self._poll_once(slice_ms, max_records):
                    return records
                if self._woken.is_set():
                    self._woken.clear()
                    return []
                if remaining_s <= 0:
                    return []

    def _poll_once(self, timeout_ms: int, max_records: int) -> list[Record]:
        if time.monotonic() > min(self._polled_at + PAUSE_S, self._checked_at + CHECK_TOPICS_S):
            self._is_unsure = True
        try:
            fetched = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        except (OffsetOutOfRangeError, LogTruncationError) as error:
            self._find_out_of_range()
            raise LogUnavailable(f"Kafka does not hold what was read before: {error}") from error
        except KafkaError as error:
            raise LogUnavailable(f"Kafka could not be read: {error}") from error
        try:
            self._check(bool(fetched))
        except LogUnavailable:
            self._give_back(fetched)
            raise
        return [self._record(record) for records in fetched.values() for record in records]

    def _check(self, has_records: bool) -> None:
        """Raises LogReplaced, LogUnavailable. What was fetched before an id was asked for is of that topic."""
        self._polled_at = time.monotonic()
        is_down = self._link.is_down()
        if self._losses != self._link.losses:
            self._losses = self._link.losses
            raise LogUnavailable("the connection to Kafka was lost")
        told = {topic: self._link.topic_id(self._prefix + topic) for topic in self._topics}
        is_changed = any(told[topic] not in (None, known) for topic, known in self._topic_ids.items())
        if is_changed or (has_records and self._is_unsure):
            self._check_topics()
        if is_down:
            raise LogUnavailable("no broker of Kafka serves what is read")

    def _check_topics(self) -> None:
        known, self._topic_ids = self._topic_ids, self._ask.ids_of(self._topics)
        self._checked_at, self._is_unsure = time.monotonic(), False
        for topic in self._topics:
            if known.get(topic) != self._topic_ids.get(topic):
                how = "deleted and made anew" if topic in self._topic_ids else "deleted"
                raise LogReplaced(f"{self._prefix}{topic} was {how}")

    def _give_back(self, fetched: Mapping[object, Sequence[FetchedRecord]]) -> None:
        """The next poll hands them out."""
        for partition, records in fetched.items():
            if records:
                self._consumer.seek(partition, records[0].offset)

    def _find_out_of_range(self) -> None:
        """Raises OffsetOutOfRange for the first partition it is true of.

        None may be: a broker that has just come back does not know its own end for a moment, and one that lost its
        newest records has others under their offsets.
        """
        for topic, partition in self._partitions:
            offset = self.position(topic, partition)
            ends = self._ask.ends(topic, partition)
            if not ends.first <= offset <= ends.next:
                raise OffsetOutOfRange(topic, partition, offset, ends.first, ends.next)

    def _record(self, fetched: FetchedRecord) -> Record:
        key = decode_key(fetched.key)
        self.undecodable_keys += key is None and fetched.key is not None
        return Record(
            fetched.topic.removeprefix(self._prefix),
            fetched.partition,
            fetched.offset,
            key,
            fetched.value or b"",
            {name: content or b"" for name, content in fetched.headers},
            fetched.timestamp,
            fetched.key,
        )

    def seek(self, topic: str, partition: int, offset: int) -> None:
        self._consumer.seek(self._partition(topic, partition), offset)

    def position(self, topic: str, partition: int) -> int:
        try:
            return self._consumer.position(self._partition(topic, partition))
        except KafkaError as error:
            raise LogUnavailable(f"Kafka does not say where {topic}/{partition} is read: {error}") from error

    def _partition(self, topic: str, partition: int) -> object:
        if (topic, partition) not in self._partitions:
            raise UnknownTopic(f"this reader was not given {topic}/{partition}")
        return self._partitions[topic, partition]

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        self._closed = True
        self._woken.set()
        with self._using:
            self._consumer.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT_MS)
