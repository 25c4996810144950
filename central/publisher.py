"""Appends what the outbox holds, in order per key, and says which rows the log has acked.

Nothing waits between two records. When an append fails, sending stops until the log has answered for all that is in
flight; then everything not known to be acked goes out again from the outbox, in its order. A record may so be
appended twice, which its message_id makes harmless, but never for the first time after one that was decided later.
"""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from sqlalchemy import Connection
from wire.kinds import COMMANDS

from central.store import outbox
from central.store.outbox import Letter
from eventlog import Appended, Log, LogBusy, LogError, LogUnavailable, TooLarge

MAX_IN_FLIGHT = 2_000
RETRY_S = 0.5

logger = logging.getLogger(__name__)


class Publisher:
    """One thread calls it; only `on_ack` runs on the log's. `counts`: published, failed, expired, too_large."""

    def __init__(self, log: Log, on_ack: Callable[[], None]) -> None:
        self._log = log
        self._on_ack = on_ack
        self._results: SimpleQueue[tuple[Letter, BaseException | None]] = SimpleQueue()
        self._in_flight: dict[int, Letter] = {}
        self._acked: dict[int, Letter] = {}
        self._failed: list[Letter] = []
        self._read_to = 0
        self._retry_at = 0.0
        self.counts: Counter[str] = Counter()

    def publish(self, connection: Connection) -> None:
        """Sends what the outbox holds beyond what was sent. Ends early where the log cannot take more."""
        self._settle()
        if self._failed:
            if self._in_flight or time.monotonic() < self._retry_at:
                return
            self._start_over()
        room = MAX_IN_FLIGHT - len(self._in_flight) - len(self._acked)
        if room <= 0:
            return
        for letter in outbox.read(connection, self._read_to, room):
            if letter.id not in self._acked and not self._send(letter):
                return

    def acked(self) -> list[int]:
        """Rows of the outbox that may be deleted; `forget` them once that is committed."""
        self._settle()
        return list(self._acked)

    def forget(self, ids: list[int]) -> None:
        for row_id in ids:
            self._acked.pop(row_id, None)

    def _send(self, letter: Letter) -> bool:
        if _is_expired(letter):
            return self._drop(letter, "expired")
        headers = {name: text.encode() for name, text in letter.headers.items()}
        try:
            future = self._log.append(letter.topic, letter.key, letter.value, headers)
        except (LogBusy, LogUnavailable) as error:
            logger.warning("the log takes no records now: %s", error)
            return False
        except TooLarge as error:
            logger.error("a message to %s cannot be published and is dropped: %s", letter.key.decode(), error)
            return self._drop(letter, "too_large")
        self._read_to = letter.id
        self._in_flight[letter.id] = letter
        future.add_done_callback(lambda done: self._answered(letter, done))
        return True

    def _drop(self, letter: Letter, why: str) -> bool:
        self.counts[why] += 1
        self._acked[letter.id] = letter
        self._read_to = letter.id
        return True

    def _answered(self, letter: Letter, future: Future[Appended]) -> None:
        self._results.put((letter, future.exception()))
        self._on_ack()

    def _settle(self) -> None:
        while True:
            try:
                letter, error = self._results.get_nowait()
            except Empty:
                return
            self._in_flight.pop(letter.id, None)
            if error is None:
                self.counts["published"] += 1
                self._acked[letter.id] = letter
            else:
                self._fail(letter, error)

    def _fail(self, letter: Letter, error: BaseException) -> None:
        if not isinstance(error, LogError):
            raise error
        if not self._failed:
            logger.warning("the log did not take a record, it goes out again: %s", error)
        self.counts["failed"] += 1
        self._failed.append(letter)
        self._retry_at = time.monotonic() + RETRY_S

    def _start_over(self) -> None:
        # What was acked after a failed one of its key was appended out of order: it goes out again behind it.
        oldest: dict[tuple[str, bytes], int] = {}
        for letter in self._failed:
            place = (letter.topic, letter.key)
            oldest[place] = min(letter.id, oldest.get(place, letter.id))
        for row_id, letter in list(self._acked.items()):
            if oldest.get((letter.topic, letter.key), row_id) < row_id:
                del self._acked[row_id]
        self._read_to = min(letter.id for letter in self._failed) - 1
        self._failed = []


def _is_expired(letter: Letter) -> bool:
    if letter.topic != COMMANDS:
        return False
    expires_at_ms = json.loads(letter.value).get("expires_at_ms")
    return expires_at_ms is not None and expires_at_ms < time.time_ns() // 1_000_000
