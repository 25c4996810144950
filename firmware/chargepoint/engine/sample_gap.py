"""How long the sensor has given no sample window, though the loop looked for one.

What held up the loop is not the sensor's fault: samples are buffered meanwhile, or else told as lost.
"""

from chargepoint.delivery.storage import FLASH_MOST_MS
from chargepoint.ticks import ticks_diff

# At most so much of the time between two passes counts, and the flash's for each file that the first of them has cost.
_PASS_MS = 100


class SampleGap:
    """`gap_ms`: real time without a sample window."""

    def __init__(self, now):
        self.gap_ms = 0
        self._stepped_at = now
        self._lost_ms = 0

    def begin(self):
        """Count anew."""
        self.gap_ms = 0

    def step(self, now, seen, files, lost_ms):
        """On every pass. seen: a window came in it; files: what the pass before cost; lost_ms: the platform's."""
        if seen or lost_ms != self._lost_ms:
            self.gap_ms = 0
        else:
            self.gap_ms += min(ticks_diff(now, self._stepped_at), _PASS_MS + files * FLASH_MOST_MS)
        self._lost_ms = lost_ms
        self._stepped_at = now
