"""The thread that commits a process's appends to the embedded log, and deletes what is past its retention."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from eventlog.embedded.file import FileWatch, WriterLock, connect, delete_older, refusal, transaction
from eventlog.pending import Pending
from eventlog.port import Appended, LogClosed, LogError, LogReplaced
from eventlog.topics import Topic

MAX_COMMIT_RECORDS = 2_000
RETENTION_MAX_RECORDS = 1_000  # of a partition at a time, to hold up the writers for milliseconds only
CLOSE_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that waits for its commit."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: bytes
    size_bytes: int
    future: Future[Appended]


@dataclass(slots=True)
class _End:
    slot: int
    next: int


class EmbeddedWriter:
    def __init__(
        self,
        path: Path,
        lock: WriterLock,
        topics: Iterable[Topic],
        pending: Pending,
        busy_timeout_s: float,
        retention_interval_s: float,
        now_ms: Callable[[], int],
    ) -> None:
        self._path = path
        self._lock = lock
        self._retention_ms = {
            topic.name: topic.retention_ms for topic in topics if topic.retention_ms is not None
        }
        self._pending = pending
        self._now_ms = now_ms
        self._connection = connect(path, busy_timeout_s)
        self._watch = FileWatch(path)
        self._retention_interval_s = retention_interval_s
        self._retention_due = time.monotonic()
        self._changed = threading.Condition()
        self._queue: list[Waiting] = []
        self._committing: Sequence[Waiting] = ()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"log-writer-{path.name}", daemon=True)
        self._thread.start()

    def put(self, waiting: Waiting) -> None:
        """Raises LogBusy, LogClosed."""
        with self._changed:
            if self._closed:
                raise LogClosed(f"the embedded log {self._path} is closed")
            self._pending.take(waiting.size_bytes)
            self._queue.append(waiting)
            self._changed.notify()

    def close(self) -> bool:
        """Commits what waits, and fails what is left after some seconds. False if the thread still hangs in
        SQLite.
        """
        self._pending.wait_until_none(CLOSE_TIMEOUT_S)
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(CLOSE_TIMEOUT_S)
        self._fail_left()
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while True:
                batch = self._next_batch()
                if batch:
                    self._commit(batch)
                elif self._closed:
                    return
                if time.monotonic() >= self._retention_due:
                    self._delete_old()
        finally:  # also when something unforeseen ends this thread: nobody may wait for it for ever
            self._closed = True
            self._fail_left()
            self._connection.close()

    def _next_batch(self) -> Sequence[Waiting]:
        """What waits; empty when the log is closed or a deletion is due."""
        with self._changed:
            pause_s = max(0.0, self._retention_due - time.monotonic())
            self._changed.wait_for(lambda: self._queue or self._closed, pause_s)
            batch = self._queue[:MAX_COMMIT_RECORDS]
            del self._queue[: len(batch)]
            self._committing = batch
            return batch

    def _commit(self, batch: Sequence[Waiting]) -> None:
        try:
            with self._lock.held():
                self._watch.check()
                with transaction(self._connection, "BEGIN IMMEDIATE"):
                    places = self._insert(batch)
        except LogReplaced as error:
            self._fail(self._take_committing(), error)
            return
        except (sqlite3.Error, OSError) as error:
            self._fail(self._take_committing(), refusal(self._path, error))
            return
        # Nothing is left of the batch where close() has lost patience and failed it.
        for waiting, place in zip(self._take_committing(), places, strict=False):
            self._pending.give_back(waiting.size_bytes)
            waiting.future.set_result(place)

    def _take_committing(self) -> Sequence[Waiting]:
        with self._changed:
            batch, self._committing = self._committing, ()
            return batch

    def _insert(self, batch: Sequence[Waiting]) -> list[Appended]:
        now_ms = self._now_ms()  # as this host's clock is, taken under the lock: honest times rise with offsets
        ends: dict[tuple[str, int], _End] = {}
        places: list[Appended] = []
        rows: list[tuple[int, int, int, bytes, bytes, bytes]] = []
        for waiting in batch:
            end = ends.get((waiting.topic, waiting.partition))
            if end is None:
                end = ends[waiting.topic, waiting.partition] = self._end_of(waiting.topic, waiting.partition)
            rows.append((end.slot, end.next, now_ms, waiting.key, waiting.value, waiting.headers))
            places.append(Appended(waiting.partition, end.next, now_ms))
            end.next += 1
        self._connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._connection.executemany(
            "UPDATE partitions SET next = ? WHERE slot = ?", [(end.next, end.slot) for end in ends.values()]
        )
        return places

    def _end_of(self, topic: str, partition: int) -> _End:
        query = "SELECT slot, next FROM partitions WHERE topic = ? AND partition = ?"
        return _End(*self._connection.execute(query, (topic, partition)).fetchone())

    def _delete_old(self) -> None:
        now_ms = self._now_ms()
        deleted = 0
        try:
            for topic, retention_ms in self._retention_ms.items():
                with self._lock.held(), transaction(self._connection, "BEGIN IMMEDIATE"):
                    deleted += delete_older(
                        self._connection, topic, now_ms - retention_ms, RETENTION_MAX_RECORDS
                    )
        except (sqlite3.Error, OSError):
            deleted = 0  # what could not be deleted now is deleted at the next turn
        pause_s = min(1.0, self._retention_interval_s) if deleted else self._retention_interval_s
        self._retention_due = time.monotonic() + pause_s

    def _fail_left(self) -> None:
        with self._changed:
            left = [*self._committing, *self._queue]
            self._committing, self._queue = (), []
        self._fail(left, LogClosed(f"the embedded log {self._path} was closed before this was written"))

    def _fail(self, batch: Iterable[Waiting], error: LogError) -> None:
        for waiting in batch:
            self._pending.give_back(waiting.size_bytes)
            waiting.future.set_exception(error)
