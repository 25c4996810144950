"""The log's clock as one process hears it: in the stamps of what it appends and reads, never in its own wall clock.

What expires or is due is told in the log's time. A host whose clock is an hour wrong still judges it rightly, once it
has heard one ack.
"""

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

APART_MS = 5_000  # more than this the clocks of two hosts should never be apart
IN_A_ROW = 3


class _Heard(NamedTuple):
    log_ms: int
    at_s: float


def wall_ms() -> int:
    """This host's clock, in ms since 1970."""
    return time.time_ns() // 1_000_000


def apart_text(ahead_ms: int, host: str) -> str:
    """For people: what `LogClock.ahead_ms` means."""
    side = "ahead of" if ahead_ms > 0 else "behind"
    return f"the log's clock is {abs(ahead_ms) / 1_000:.0f} s {side} that of {host}"


class LogClock:
    """Runs on by this host's monotonic clock between two stamps. Any thread may tell and ask.

    `host_ms`: this host's clock, which stands for the log's until something is heard.
    """

    def __init__(self, host_ms: Callable[[], int] = wall_ms, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._host_ms = host_ms
        self._monotonic_s = monotonic_s
        self._heard = _Heard(host_ms(), monotonic_s())
        self._is_acked = False
        self._later = 0  # stamps in a row that were read and are later than what the last ack told
        self._ahead_ms: int | None = None

    def now_ms(self) -> int:
        heard = self._heard
        return heard.log_ms + int(1_000 * (self._monotonic_s() - heard.at_s))

    def has_passed(self, at_ms: int) -> bool:
        """False as long as no ack was heard: then nobody knows."""
        return self._is_acked and at_ms < self.now_ms()

    def acked(self, timestamp_ms: int) -> None:
        """The log has just stamped a record of this process: that is its clock, whatever was heard before."""
        self._heard = _Heard(timestamp_ms, self._monotonic_s())
        self._is_acked = True
        self._later = 0
        self._ahead_ms = timestamp_ms - self._host_ms()

    def read(self, stamps_ms: Iterable[int]) -> None:
        """Records carry these stamps, however old they are: the log's clock is no earlier.

        An ack knows better than a single one: several in a row must say that the clock was set since.
        """
        for stamp_ms in stamps_ms:
            ahead_ms = stamp_ms - self.now_ms()
            self._later = self._later + 1 if ahead_ms > APART_MS else 0
            if (ahead_ms > 0 and not self._is_acked) or self._later >= IN_A_ROW:
                self._heard = _Heard(stamp_ms, self._monotonic_s())
                self._later = 0
            if stamp_ms - self._host_ms() > max(APART_MS, self._ahead_ms or 0):
                self._ahead_ms = stamp_ms - self._host_ms()

    @property
    def ahead_ms(self) -> int | None:
        """How far the log's clock is ahead of this host's (less than nothing: behind); None before that is known."""
        return self._ahead_ms
