"""Resets by the watchdog: MOST of them within WITHIN_S, and the engine stays safe until somebody has looked.

How long ago each was is kept on flash, once a minute while it counts: a board that starts has no clock. What passed
between the last writing and the reset is lost, so that ages are at most a minute short.
"""

from chargepoint.delivery.storage import taken
from chargepoint.ticks import ticks_diff

MOST = 3
WITHIN_S = 600
_WRITTEN_EACH_MS = 60000
_FILE = "resets"


class Restarts:
    def __init__(self, storage, reset_cause):
        """reset_cause: the platform's, of this start. Raises OSError where the flash does."""
        record = storage.read_record(_FILE) or {}
        self._storage = storage
        self._ages_s = [age_s for age_s in taken(record, "ages_s", []) if isinstance(age_s, int)]
        self._aged_at = None
        if reset_cause == "watchdog":
            self._write((self._ages_s + [0])[-MOST:])

    def too_many(self):
        return len(self._ages_s) >= MOST

    def step(self, now):
        """Costs a file once a minute, and nothing once the last reset is WITHIN_S old."""
        if not self._ages_s:
            return
        if self._aged_at is None:
            self._aged_at = now
        passed_ms = ticks_diff(now, self._aged_at)
        if passed_ms >= _WRITTEN_EACH_MS:
            self._aged_at = now
            self._write(_older(self._ages_s, passed_ms // 1000))

    def forget(self):
        """Somebody has looked."""
        if self._ages_s:
            self._write([])

    def _write(self, ages_s):
        self._ages_s = ages_s
        self._storage.write_record(_FILE, {"ages_s": ages_s})


def _older(ages_s, by_s):
    return [age_s + by_s for age_s in ages_s if age_s + by_s < WITHIN_S]
