"""The monitor's heartbeats to Central, and what their answers tell."""

from chargepoint.ticks import ticks_diff

UNANSWERED_MOST = 2


class Heartbeats:
    """`unanswered` in a row; an answer to any later one clears the earlier."""

    def __init__(self, interval_ms):
        self._own_interval_ms = self._interval_ms = interval_ms
        self.begin(0)

    def begin(self, now, asked_ms=None):
        """A new registration: whoever was asked before is gone. asked_ms: the interval Central asks for, or None."""
        self._interval_ms = asked_ms or self._own_interval_ms
        self._sent_at = now
        self.unanswered = 0

    def due(self, now):
        return ticks_diff(now, self._sent_at) >= self._interval_ms

    def lost(self):
        """Judged when the next one is due, so that an answer has had its whole interval."""
        return self.unanswered >= UNANSWERED_MOST

    def sent(self, now):
        self._sent_at = now
        self.unanswered += 1

    def answered(self):
        self.unanswered = 0
