"""Appends to Kafka: one idempotent producer, bounded, and replaced when a record it was given has poisoned
it.
"""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any, cast

from kafka.errors import KafkaError

from eventlog.kafka.client import Producer, SentRecord, new_producer
from eventlog.pending import Pending
from eventlog.port import Appended, LogClosed, LogError, LogUnavailable

CLOSE_TIMEOUT_S = 5.0
TOPIC_TIMEOUT_S = 10.0
CLOSED_EARLY = "the log was closed before Kafka acknowledged this record"

logger = logging.getLogger(__name__)


class KafkaAppender:
    """Thread-safe."""

    def __init__(self, address: str, client_id: str, pending: Pending, linger_ms: int) -> None:
        """Raises LogUnavailable."""
        self._linger_ms = linger_ms
        self._address = address
        self._client_id = client_id
        self._pending = pending
        self._lock = threading.Lock()
        self._waiting: dict[Future[Appended], int] = {}
        self._topics: set[str] = set()
        self._closed = False
        self._producer: Producer | None = new_producer(address, client_id, linger_ms)

    def learn(self, topics: Iterable[str]) -> None:
        """Asks for the topics' partitions: a send to a topic not yet known blocks. Raises LogUnavailable."""
        producer = self._producer
        if producer is None:
            raise LogUnavailable("the producer is being replaced")
        for topic in topics:
            _learn(producer, topic)
            self._topics.add(topic)

    def append(
        self,
        topic: str,
        key: bytes,
        value: bytes,
        headers: Mapping[str, bytes],
        size_bytes: int,
        partition: int | None,
    ) -> Future[Appended]:
        future: Future[Appended] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if self._closed:
                raise LogClosed("this log is closed")
            producer = self._producer
            if producer is None:
                raise LogUnavailable("the producer is being replaced")
            self._pending.take(size_bytes)
            self._waiting[future] = size_bytes
            # Sent under the lock: a record taken by another thread later must not reach the producer earlier.
            try:
                sent = producer.send(topic, value, key, list(headers.items()), partition)
            except KafkaError as error:
                del self._waiting[future]
                self._pending.give_back(size_bytes)
                raise LogUnavailable(f"Kafka took no record for {topic}: {error}") from error
        sent.add_callback(lambda record: self._acked(future, record))
        sent.add_errback(lambda error: self._rejected(producer, future, error))
        return future

    def _acked(self, future: Future[Appended], record: SentRecord) -> None:
        if self._no_longer_waits(future):
            future.set_result(Appended(record.partition, record.offset, record.timestamp))

    def _rejected(self, producer: Producer, future: Future[Appended], error: Exception) -> None:
        """With the largest delivery timeout every error is final, and the producer does not recover from
        it.
        """
        if self._no_longer_waits(future):
            refusal = (
                LogClosed(CLOSED_EARLY)
                if self._closed
                else LogUnavailable(f"Kafka refused a record: {error}")
            )
            future.set_exception(refusal)
        self._discard(producer)

    def _no_longer_waits(self, future: Future[Appended]) -> bool:
        """False where it has been failed already, with the rest of a discarded producer."""
        with self._lock:
            size_bytes = self._waiting.pop(future, None)
        if size_bytes is None:
            return False
        self._pending.give_back(size_bytes)
        return True

    def _discard(self, producer: Producer) -> None:
        with self._lock:
            if self._producer is not producer or self._closed:
                return
            self._producer = None
        logger.warning("a record was refused and has poisoned the producer; making a new one")
        # Not on this thread: it is the old producer's own, and has to end first.
        threading.Thread(
            target=self._replace, args=(producer,), name="kafka-new-producer", daemon=True
        ).start()

    def _replace(self, old: Producer) -> None:
        _end(old)
        self._fail_waiting(
            LogUnavailable("the producer was replaced; the record may or may not be in the log")
        )
        while not self._closed:
            try:
                new = new_producer(self._address, self._client_id, self._linger_ms)
            except LogUnavailable as error:
                logger.warning("%s", error)
                continue
            try:
                for topic in tuple(self._topics):  # another thread may be learning one
                    _learn(new, topic)
            except LogUnavailable as error:
                logger.warning("%s", error)
                _end(new)
                continue
            with self._lock:
                if not self._closed:
                    self._producer = new
                    return
            _end(new)

    def _fail_waiting(self, error: LogError) -> None:
        with self._lock:
            left, self._waiting = self._waiting, {}
        for future, size_bytes in left.items():
            self._pending.give_back(size_bytes)
            future.set_exception(error)

    def close(self) -> None:
        self._pending.wait_until_none(CLOSE_TIMEOUT_S)
        with self._lock:
            self._closed = True
            producer, self._producer = self._producer, None
        if producer is not None:
            _end(producer)
        self._fail_waiting(LogClosed(CLOSED_EARLY))


def _learn(producer: Producer, topic: str) -> None:
    deadline = time.monotonic() + TOPIC_TIMEOUT_S
    while True:
        try:
            producer.partitions_for(topic)
        except KafkaError as error:
            if time.monotonic() >= deadline:
                raise LogUnavailable(f"Kafka does not know the topic {topic}: {error}") from error
        else:
            return


def _end(producer: Producer) -> None:
    """Ends the producer with all its threads, whatever still waits in it: plain close() leaves them running
    then.
    """
    inside = cast(Any, producer)
    inside._sender.force_close()
    inside._sender.join(CLOSE_TIMEOUT_S)
    if inside._sender.is_alive():  # it hangs, in a name server's answer for one: what it ends with is done here
        inside._accumulator.abort_incomplete_batches()
    producer.close(timeout=0)
