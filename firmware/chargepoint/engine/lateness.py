"""The control loop late: how long lies between two looks at the sensor, in real time.

A look decides over the relay, so a loop that comes late opens it late. What the files that the pass before has cost
may take explains a long pass; one hold-up that the samples' buffer bridges is no fault; samples lost unexplained are.
"""

from wire.constants import const

from chargepoint.delivery.storage import FLASH_MOST_MS
from chargepoint.ticks import ticks_diff

LATE_MS = 100  # between two looks: what opening the relay may take after a protection's own time
LATE_HOLD_MS = 1000  # of passes in a row that were late
_COUNTED_MS = const(250)  # of one late pass, so that four in a row are a fault, and none alone
_CALM_MOST_MS = const(60000)


class Lateness:
    """`late_ms`: of the late passes in a row until now; `calm_ms`: since the last one, at most _CALM_MOST_MS."""

    def __init__(self, now):
        self.late_ms = 0
        self.calm_ms = 0
        self._looked_at = now
        self._lost_ms = 0

    def step(self, now, files, lost_ms):
        """With each look. files: what the pass before has cost; lost_ms: the platform's, of samples."""
        passed_ms = ticks_diff(now, self._looked_at)
        if passed_ms <= LATE_MS:
            self.late_ms = 0
            self.calm_ms = min(self.calm_ms + passed_ms, _CALM_MOST_MS)
        elif passed_ms > LATE_MS + files * FLASH_MOST_MS:  # between the two, nobody knows
            self.calm_ms = 0
            self.late_ms += LATE_HOLD_MS if lost_ms != self._lost_ms else min(passed_ms, _COUNTED_MS)
        self._lost_ms = lost_ms
        self._looked_at = now
