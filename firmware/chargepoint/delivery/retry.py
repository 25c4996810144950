"""When to try again: five quick tries with doubling pauses, then slow ones for ever; all jittered.

Jitter keeps a thousand boards, cut off in the same instant, from coming back in the same instant.
"""

from chargepoint.ticks import ticks_add, ticks_diff

QUICK_TRIES = 5


class Retry:
    def __init__(self, random_bytes, first_pause_ms, slow_pause_ms):
        self._random_bytes = random_bytes
        self._first_pause_ms = first_pause_ms
        self._slow_pause_ms = slow_pause_ms
        self.failures = 0  # in a row
        self._due = None  # at once

    def fail(self, now):
        """A try failed. True once the quick ones are used up: time to report it."""
        self.failures += 1
        quick = self._first_pause_ms << min(self.failures - 1, QUICK_TRIES)
        self._pause(now, quick if self.failures <= QUICK_TRIES else self._slow_pause_ms)
        return self.failures >= QUICK_TRIES

    def wait_long(self, now):
        """An answer that trying again soon would not change."""
        self._pause(now, self._slow_pause_ms)

    def succeed(self):
        self.failures = 0
        self._due = None

    def due(self, now):
        return self._due is None or ticks_diff(now, self._due) >= 0

    def _pause(self, now, longest):
        """Half of it to all of it."""
        share = int.from_bytes(self._random_bytes(2), "big")  # of 65535
        longest = min(longest, self._slow_pause_ms)
        self._due = ticks_add(now, longest // 2 + longest * share // 131070)


class Redialler:
    """Keeps a link's line dialled. `quiet_ms`: how long an open line may bring nothing before it is dialled anew."""

    def __init__(self, link, retry, quiet_ms=6000):
        self._link = link
        self._retry = retry
        self._quiet_ms = quiet_ms
        self._dialled_at = None

    def step(self, now):
        """True where a try failed and the quick ones are used up."""
        line = self._link.line
        if self._dialled_at is None:
            if self._retry.due(now):
                self._dialled_at = now
                line.dial()
            return False
        if line.is_open and self._link.up:
            self._retry.succeed()
            self._dialled_at = ticks_add(now, -self._quiet_ms)  # long enough ago, should it fall silent
            return False
        if (line.is_open or line.is_dialling) and ticks_diff(now, self._dialled_at) < self._quiet_ms:
            return False
        line.close()
        self._dialled_at = None
        return self._retry.fail(now)


class Opener:
    """Keeps a line open where nobody dials it: a serial port. Harmless to a line that waits for its other side."""

    def __init__(self, line, retry):
        self._line = line
        self._retry = retry

    def step(self, now):
        if self._line.is_open:
            self._retry.succeed()
        elif self._retry.due(now):
            self._line.dial()
            self._retry.fail(now)
