"""What each look at the sensor tells in real time: whether samples come at all, and whether the loop comes in time."""

from chargepoint.engine.lateness import LATE_HOLD_MS, Lateness
from chargepoint.engine.protection import CLEAR_MS, STALL_MS
from chargepoint.engine.sample_gap import SampleGap
from chargepoint.faults import LOOP_LATE, SENSOR_STALL


class Lookout:
    """guard: where its faults begin; flash: what the passes cost."""

    def __init__(self, now, platform, flash, guard):
        self._platform = platform
        self._flash = flash
        self._guard = guard
        self._sample_gap = SampleGap(now)
        self._lateness = Lateness(now)

    @property
    def gap_ms(self):
        """How long no window has come."""
        return self._sample_gap.gap_ms

    def begin(self):
        """The relay closes: a sensor has its time from now on."""
        self._sample_gap.begin()

    def look(self, now, seen, closed):
        """The fault that begins by this look, or None. seen: a window came in it; closed: whether the relay is."""
        files, lost_ms = self._flash.before, self._platform.lost_ms
        self._sample_gap.step(now, seen, files, lost_ms)
        self._lateness.step(now, files, lost_ms)
        if closed and self._sample_gap.gap_ms >= STALL_MS and self._guard.begin(SENSOR_STALL):
            return SENSOR_STALL
        if closed and self._lateness.late_ms >= LATE_HOLD_MS and self._guard.begin(LOOP_LATE):
            return LOOP_LATE
        return None

    def ends_lateness(self):
        """True where the loop has come in time for long enough, and did not before."""
        return self._lateness.calm_ms >= CLEAR_MS and self._guard.end(LOOP_LATE)
