"""For how long the sensor has shown nothing, as far as the loop looked."""

# Of the time between two passes no more counts: that a loop was held up (by a flash erase, 820 ms at worst) is no fault
# of the sensor's, whose next window is only then in the making.
_LOOK_MS = 100


class SampleGap:
    """`blind_ms`: real time without a sample window."""

    def __init__(self):
        self.blind_ms = 0
        self._looked_at = 0

    def begin(self):
        """Count anew."""
        self.blind_ms = 0

    def look(self, now, seen):
        """On every pass; `seen`: a window came in it."""
        self.blind_ms = 0 if seen else self.blind_ms + min(now - self._looked_at, _LOOK_MS)
        self._looked_at = now
