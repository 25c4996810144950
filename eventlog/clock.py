"""The log's clock as one process hears it: in the stamps of what it appends and reads, never in its own wall clock.

What expires or is due is told in the log's time. A host whose clock is an hour wrong still judges it rightly, once it
has heard one ack.
"""

import time
from collections.abc import Callable
from typing import NamedTuple


class _Heard(NamedTuple):
    log_ms: int
    at_s: float


def wall_ms() -> int:
    """This host's clock, in ms since 1970."""
    return time.time_ns() // 1_000_000


class LogClock:
    """Runs on by this host's monotonic clock between two stamps; it is never ahead of a log that it has heard.

    `host_ms`: this host's clock, which stands for the log's until something is heard. Any thread may tell and ask.
    """

    def __init__(self, host_ms: Callable[[], int] = wall_ms, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._host_ms = host_ms
        self._monotonic_s = monotonic_s
        self._heard = _Heard(host_ms(), monotonic_s())
        self._ahead_ms: int | None = None

    def now_ms(self) -> int:
        heard = self._heard
        return heard.log_ms + int(1_000 * (self._monotonic_s() - heard.at_s))

    def acked(self, timestamp_ms: int) -> None:
        """The log has just stamped a record of this process: that is its clock, whatever was heard before."""
        self._heard = _Heard(timestamp_ms, self._monotonic_s())
        self._ahead_ms = timestamp_ms - self._host_ms()

    def read(self, timestamp_ms: int) -> None:
        """A record carries this stamp, however old it is: the log's clock is no earlier."""
        if timestamp_ms > self.now_ms():
            self._heard = _Heard(timestamp_ms, self._monotonic_s())

    @property
    def ahead_ms(self) -> int | None:
        """How far the log's clock is ahead of this host's (less than nothing: behind); None before the first ack."""
        return self._ahead_ms
