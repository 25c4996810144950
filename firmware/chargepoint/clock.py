"""What time it is on a board: the loop's ticks, the uptime, and the server's time once it was told."""

from wire.kinds.fields import TIME_MAX_MS, TIME_MIN_MS


class Clock:
    """`now`: the ticks of this pass (see chargepoint/ticks.py), for all that is due or lasts.

    The uptime is counted in seconds and ms, and becomes one number only where it is told. `boot` tells which run of the
    board an uptime belongs to.
    """

    def __init__(self, platform, boot):
        self._platform = platform
        self._offset_ms = None
        self._uptime_s = self._uptime_ms = 0
        self.boot = boot
        self.now = platform.ticks_ms()

    def advance(self):
        """Called at least every few days; returns `now`."""
        ticks = self._platform.ticks_ms()
        uptime_ms = self._uptime_ms + self._platform.ticks_diff(ticks, self.now)
        self._uptime_s += uptime_ms // 1000
        self._uptime_ms = uptime_ms % 1000
        self.now = ticks
        return ticks

    def uptime_ms(self):
        """It never wraps."""
        return self._uptime_s * 1000 + self._uptime_ms

    def set(self, server_time_ms):
        """Take the server's time; what lies outside 2020 to 2100 is no time and changes nothing."""
        if isinstance(server_time_ms, int) and TIME_MIN_MS <= server_time_ms <= TIME_MAX_MS:
            self._offset_ms = server_time_ms - self.uptime_ms()

    def time_ms(self):
        """Unix time in ms, or None until the server said it since boot."""
        return None if self._offset_ms is None else self.uptime_ms() + self._offset_ms

    def stamp(self):
        """The fields that tell when something happened: `occurred_at_ms`, or `uptime_ms` and `boot`."""
        if self._offset_ms is None:
            return {"uptime_ms": self.uptime_ms(), "boot": self.boot}
        return {"occurred_at_ms": self.uptime_ms() + self._offset_ms}
