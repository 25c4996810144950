"""The alarm that the log's clock and this host's are apart: told in this process's own log, and kept for `/health`."""

import logging
import time
from collections.abc import Callable

from eventlog.clock import APART_MS, apart_text

HOLD_S = 60.0  # a clock that is right for a moment only ends no alarm

logger = logging.getLogger(__name__)


class ClockAlarm:
    """`ahead_ms`: how far the log's clock is ahead of this host's while the alarm stands; None where it does not."""

    def __init__(self, hold_s: float = HOLD_S, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._hold_s = hold_s
        self._monotonic_s = monotonic_s
        self._apart_at = 0.0
        self.ahead_ms: int | None = None

    def look(self, ahead_ms: int | None) -> bool:
        """Whether the alarm began, ended or changed. `ahead_ms`: what the LogClock says now."""
        if ahead_ms is None:
            return False
        if abs(ahead_ms) > APART_MS:
            return self._sound(ahead_ms)
        if self.ahead_ms is None or self._monotonic_s() < self._apart_at + self._hold_s:
            return False
        self.ahead_ms = None
        logger.info("the log's clock and this host's agree again")
        return True

    def _sound(self, ahead_ms: int) -> bool:
        self._apart_at = self._monotonic_s()
        if self.ahead_ms is not None and abs(ahead_ms - self.ahead_ms) <= APART_MS:
            return False
        self.ahead_ms = ahead_ms
        logger.error("ALARM: %s; set the clocks of both machines (NTP)", apart_text(ahead_ms, "this host"))
        return True
