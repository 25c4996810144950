"""Appends what the outbox holds, in order per key, and says which rows the log has acked.

Nothing waits for a record of another key. Of one key (of one topic) one record is in flight at a time: with several,
one that the log refuses would be overtaken by those behind it. Dead letters alone need no order, and a flood of them
under one key must not hold up what moves money.
"""

import json
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from sqlalchemy import Connection
from wire.kinds import COMMANDS, DEAD

from central.store import outbox
from central.store.outbox import OutboxRecord
from eventlog import Appended, Log, LogBusy, LogError, LogUnavailable, TooLarge
from eventlog.clock import LogClock

MAX_HELD = 2_000  # records in memory; the rest waits in the table
RETRY_S = 0.3

Lane = tuple[str, bytes, int]  # topic, key, and for a dead letter its own id

logger = logging.getLogger(__name__)


class Publisher:
    """One thread calls it; only `on_ack` runs on the log's. `counts`: published, failed, expired, too_large."""

    def __init__(self, log: Log, clock: LogClock, on_ack: Callable[[], None]) -> None:
        self._log = log
        self._clock = clock
        self._on_ack = on_ack
        self._answers: SimpleQueue[tuple[Lane, OutboxRecord, BaseException | None]] = SimpleQueue()
        self._lanes: dict[Lane, deque[OutboxRecord]] = {}
        self._ready: dict[Lane, None] = {}  # lanes whose first record is not in flight, in the order they became so
        self._held = 0
        self._acked: set[int] = set()
        self._read_to = 0
        self._retry_at = 0.0
        self.counts: Counter[str] = Counter()

    def publish(self, connection: Connection) -> None:
        """Sends what can be sent now. Never waits for the log."""
        self._settle()
        self._load(connection)
        while self._ready and time.monotonic() >= self._retry_at:
            lane = next(iter(self._ready))
            del self._ready[lane]
            self._send(lane, self._lanes[lane][0])

    def acked(self) -> Sequence[int]:
        """Rows of the outbox that may be deleted; `forget` them once that is committed."""
        self._settle()
        return list(self._acked)

    def forget(self, ids: Sequence[int]) -> None:
        self._acked.difference_update(ids)

    def _load(self, connection: Connection) -> None:
        room = MAX_HELD - self._held - len(self._acked)
        if room <= 0:
            return
        for record in outbox.read(connection, self._read_to, room):
            self._read_to = record.id
            self._held += 1
            lane = (record.topic, record.key, record.id if record.topic == DEAD else 0)
            if lane in self._lanes:
                self._lanes[lane].append(record)
            else:
                self._lanes[lane] = deque([record])
                self._ready[lane] = None

    def _send(self, lane: Lane, record: OutboxRecord) -> None:
        if self._is_expired(record):
            logger.warning("a command to %s expired before the log took it, and is not sent", record.key.decode())
            self._finish(lane, record, "expired")
            return
        headers = {name: text.encode() for name, text in record.headers.items()}
        try:
            future = self._log.append(record.topic, record.key, record.value, headers)
        except (LogBusy, LogUnavailable) as error:
            self._try_again(lane, error)
        except TooLarge as error:
            key = record.key.decode(errors="replace")
            logger.error("a message to %s cannot be published and is dropped: %s", key, error)
            self._finish(lane, record, "too_large")
        else:
            future.add_done_callback(lambda done: self._answered(lane, record, done))

    def _answered(self, lane: Lane, record: OutboxRecord, future: Future[Appended]) -> None:
        error = future.exception()
        if error is None:
            self._clock.acked(future.result().timestamp_ms)
        self._answers.put((lane, record, error))
        self._on_ack()

    def _settle(self) -> None:
        while True:
            try:
                lane, record, error = self._answers.get_nowait()
            except Empty:
                return
            if error is None:
                self._finish(lane, record, "published")
            elif isinstance(error, LogError):
                self._try_again(lane, error)
            else:
                raise error

    def _finish(self, lane: Lane, record: OutboxRecord, how: str) -> None:
        self.counts[how] += 1
        self._acked.add(record.id)
        self._held -= 1
        waiting = self._lanes[lane]
        waiting.popleft()
        if waiting:
            self._ready[lane] = None
        else:
            del self._lanes[lane]

    def _try_again(self, lane: Lane, error: LogError) -> None:
        now = time.monotonic()
        if now >= self._retry_at:  # the first of many that fail together
            logger.warning("the log did not take a record; it goes out again: %s", error)
        self.counts["failed"] += 1
        self._retry_at = now + RETRY_S
        self._ready[lane] = None

    def _is_expired(self, record: OutboxRecord) -> bool:
        """By the log's clock, whose times commands carry."""
        if record.topic != COMMANDS:
            return False
        expires_at_ms = json.loads(record.value).get("expires_at_ms")
        return expires_at_ms is not None and self._clock.has_passed(expires_at_ms)
