"""How long the sensor has given no sample window, counted in passes of the loop."""

# At most so much of the time between two passes counts. A loop that was held up (by a flash erase, 820 ms at worst) is
# not the sensor's fault.
_PASS_MS = 100


class SampleGap:
    """`gap_ms`: real time without a sample window."""

    def __init__(self):
        self.gap_ms = 0
        self._stepped_at = 0

    def begin(self):
        """Count anew."""
        self.gap_ms = 0

    def step(self, now, seen):
        """On every pass. seen: a window came in it."""
        self.gap_ms = 0 if seen else self.gap_ms + min(now - self._stepped_at, _PASS_MS)
        self._stepped_at = now
