"""The embedded log: one SQLite file, for one machine without Kafka. Several processes write and read it at
once.

An append is acknowledged when its commit has been synced to disk. One thread commits for all callers of a
process, as many records at a time as wait, so that hundreds of them share one sync.
"""

import binascii
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from eventlog.clock import wall_ms
from eventlog.embedded import file as embedded_file
from eventlog.embedded.file import FileWatch, WriterLock, connect, prepare, refusal, transaction
from eventlog.embedded.headers import pack_headers
from eventlog.embedded.reader import EmbeddedReader
from eventlog.embedded.writer import EmbeddedWriter, Waiting
from eventlog.known_topics import KnownTopics
from eventlog.pending import MAX_PENDING_RECORDS, Pending
from eventlog.port import Appended, Ends
from eventlog.record_size import checked_size, encode_key
from eventlog.topics import TOPICS, Topic

BUSY_TIMEOUT_S = 2.0  # how long a stranger's lock is waited for; our own writers queue at the lock file
RETENTION_INTERVAL_S = 60.0


class EmbeddedLog:
    def __init__(
        self,
        path: Path,
        topics: Sequence[Topic] = TOPICS,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        max_pending_records: int = MAX_PENDING_RECORDS,
        retention_interval_s: float = RETENTION_INTERVAL_S,
        now_ms: Callable[[], int] = wall_ms,
    ) -> None:
        """Opens the file, and makes it where there is none. `now_ms`: the clock that stamps the records.

        Raises LogUnavailable, and LogError for another file.
        """
        self._path = path
        self._topics = KnownTopics(topics, str(path))
        self._busy_timeout_s = busy_timeout_s
        self._asking_lock = threading.Lock()
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = WriterLock(path)
            self._asking = connect(path, busy_timeout_s)
            try:
                prepare(path, self._asking, self._lock)
                self._watch = FileWatch(path)
            except BaseException:
                self._asking.close()
                self._lock.close()
                raise
        pending = Pending(max_pending_records)
        self._writer = EmbeddedWriter(
            path, self._lock, topics, pending, busy_timeout_s, retention_interval_s, now_ms
        )

    @contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise refusal(self._path, error) from error

    @contextmanager
    def _snapshot(self) -> Generator[sqlite3.Connection]:
        """One consistent state of the file, for one thread at a time."""
        with self._asking_lock, self._errors():
            self._watch.check()
            with transaction(self._asking, "BEGIN"):
                yield self._asking

    def cluster_id(self) -> str:
        with self._snapshot() as connection:
            return embedded_file.cluster_id(connection)

    def create_topics(self) -> None:
        with self._asking_lock, self._errors():
            self._watch.check()
            with self._lock.held(), transaction(self._asking, "BEGIN IMMEDIATE"):
                embedded_file.create_topics(self._asking, self._topics.table.values())
                counts = {name: embedded_file.partition_count(self._asking, name) for name in self._topics.table}
        self._topics.check(counts)

    def partitions(self, topic: str) -> int:
        return self._topics.existing(topic, self._count(topic))

    def _count(self, topic: str) -> int:
        with self._snapshot() as connection:
            return embedded_file.partition_count(connection, topic)

    def topic_id(self, topic: str) -> str:
        with self._snapshot() as connection:
            found = embedded_file.topic_id(connection, topic)
        return self._topics.existing(topic, found)

    def ends(self, topic: str, partition: int) -> Ends:
        return self.all_ends([(topic, partition)])[topic, partition]

    def all_ends(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Ends]:
        with self._snapshot() as connection:
            return {place: embedded_file.ends(connection, *place) for place in places}

    def offset_at(self, topic: str, partition: int, timestamp_ms: int) -> int:
        with self._snapshot() as connection:
            return embedded_file.offset_at(connection, topic, partition, timestamp_ms)

    def append(
        self,
        topic: str,
        key: str | bytes,
        value: bytes,
        headers: Mapping[str, bytes] | None = None,
        partition: int | None = None,
    ) -> Future[Appended]:
        known = self._topics.writable(topic, self._count)
        headers = headers or {}
        raw_key = encode_key(key)
        size_bytes = checked_size(known, raw_key, value, headers)
        if partition is None:
            partition = binascii.crc32(raw_key) % known.partitions
        future: Future[Appended] = Future()
        future.set_running_or_notify_cancel()
        self._writer.put(Waiting(topic, partition, raw_key, value, pack_headers(headers), size_bytes, future))
        return future

    def reader(self, positions: Mapping[tuple[str, int], int]) -> EmbeddedReader:
        self._watch.check()
        with self._errors():
            return EmbeddedReader(self._path, positions, self._busy_timeout_s)

    def close(self) -> None:
        if self._writer.close():
            with self._asking_lock:
                self._asking.close()
            self._lock.close()
