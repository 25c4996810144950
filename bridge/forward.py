"""Appends to the log, and brings each result back to the event loop, as many at a time as there are."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from wire.appenders import BRIDGE, appended_by

from bridge.counters import Counters
from eventlog.clock import LogClock
from eventlog.port import Appended, Log, LogBusy, LogError

CLOCK_TOLERANCE_MS = 5_000
CALM_S = 2.0  # without a failure before the log counts as back: a full one takes one record and refuses the next

Done = Callable[[bool], None]

logger = logging.getLogger(__name__)


class Forwarder:
    """Used from the event loop alone. `done(True)` is called there once the log has acked, `done(False)` if it failed.

    `away`: the log has refused something, and has not been calm since. It bounds nothing: who appends (a line, MQTT)
    bounds what it has in flight, and the log bounds the sum.
    """

    def __init__(self, log: Log, counters: Counters, clock: LogClock, calm_s: float = CALM_S) -> None:
        self._appends = log
        self._clock = clock
        self._clock_is_off = False
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._settled: deque[tuple[Done, Appended | BaseException]] = deque()
        self._scheduled = False
        self.away = False
        self._calm_s = calm_s
        self._failed_at_s = 0.0
        self.in_flight = 0

    def append(self, topic: str, key: str, value: bytes, done: Done, by: str = BRIDGE) -> None:
        self.in_flight += 1
        try:
            future = self._appends.append(topic, key, value, appended_by(by))
        except LogError as error:
            self._settle(done, error)
            return
        future.add_done_callback(lambda future: self._on_ack(done, future))

    def _on_ack(self, done: Done, future: Future[Appended]) -> None:
        self._settle(done, future.exception() or future.result())

    def _settle(self, done: Done, result: Appended | BaseException) -> None:
        # From the log's thread as well. One wake-up brings all that has settled; the flag is cleared before the
        # queue is emptied, so that what comes in between is either still taken or wakes the loop again.
        self._settled.append((done, result))
        if not self._scheduled:
            self._scheduled = True
            try:
                self._loop.call_soon_threadsafe(self._drain)
            except RuntimeError:  # the loop is closed, and with it every line that could be acked
                logger.debug("an append settled after the end")

    def _drain(self) -> None:
        self._scheduled = False
        while self._settled:
            done, result = self._settled.popleft()
            self.in_flight -= 1
            if isinstance(result, BaseException):
                self._failed(result)
                done(False)
            else:
                self._acked(result)
                done(True)

    def _acked(self, appended: Appended) -> None:
        self._counters.count("appended")
        self._clock.acked(appended.timestamp_ms)
        self._note_clock()
        if self.away and self._loop.time() - self._failed_at_s >= self._calm_s:
            self.away = False
            logger.info("the log is back: acks go out again")

    def _note_clock(self) -> None:
        ahead_ms = self._clock.ahead_ms or 0
        is_off = abs(ahead_ms) > CLOCK_TOLERANCE_MS
        if is_off and not self._clock_is_off:
            side = "behind" if ahead_ms > 0 else "ahead of"
            text = "this host's clock is %.0f s %s the log's; boards get the log's time"
            logger.warning(text, abs(ahead_ms) / 1000, side)
        self._clock_is_off = is_off

    def _failed(self, error: BaseException) -> None:
        self._counters.count("append_failed")
        self._failed_at_s = self._loop.time()
        if not self.away:
            self.away = True
            level = logging.INFO if isinstance(error, LogBusy) else logging.WARNING
            logger.log(level, "the log does not take every record, and what it does not take is not acked: %s", error)
