"""Reads partitions of Kafka from given offsets, without a consumer group."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from kafka.errors import KafkaError, OffsetOutOfRangeError

from eventlog.kafka.client import Consumer, FetchedRecord, LogTruncationError, topic_partition
from eventlog.port import Ends, LogClosed, LogUnavailable, OffsetOutOfRange, Record, UnknownTopic
from eventlog.record_size import decode_key

# The consumer cannot be woken: it waits in slices of this length. Records are handed out as they come.
WAKE_INTERVAL_S = 0.05
CLOSE_TIMEOUT_MS = 2_000


class KafkaReader:
    def __init__(
        self,
        consumer: Consumer,
        prefix: str,
        positions: Mapping[tuple[str, int], int],
        ends: Callable[[str, int], Ends],
    ) -> None:
        """`prefix`: what the topics' names begin with on the broker. Takes over the consumer."""
        self._consumer = consumer
        self._prefix = prefix
        self._ends = ends
        self._partitions = {name: topic_partition(prefix + name[0], name[1]) for name in positions}
        self._woken = threading.Event()
        self._using = threading.Lock()  # close() waits for the poll it has woken
        self._closed = False
        self.undecodable_keys = 0
        consumer.assign(list(self._partitions.values()))
        for (topic, partition), offset in positions.items():
            self.seek(topic, partition, offset)

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
        try:
            fetched = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        except (OffsetOutOfRangeError, LogTruncationError):
            self._find_out_of_range()
            return []
        except KafkaError as error:
            raise LogUnavailable(f"Kafka could not be read: {error}") from error
        return [self._record(record) for records in fetched.values() for record in records]

    def _find_out_of_range(self) -> None:
        """Raises OffsetOutOfRange for the first partition it is true of.

        None may be: a broker that has just come back does not know its own end for a moment.
        """
        for topic, partition in self._partitions:
            offset = self.position(topic, partition)
            ends = self._ends(topic, partition)
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
