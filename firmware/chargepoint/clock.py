"""What time it is on a board: milliseconds since boot, and the server's time once it was told."""

from wire.kinds.fields import TIME_MAX_MS, TIME_MIN_MS


class Clock:
    """`now` is the uptime in ms. It never wraps, so that an age of weeks is still an age: ticks wrap after 12 days.

    `boot` tells which run of the board an uptime belongs to.
    """

    def __init__(self, platform, boot):
        self._platform = platform
        self._ticks = platform.ticks_ms()
        self._offset_ms = None
        self.boot = boot
        self.now = 0

    def advance(self):
        """Called at least every few days; returns `now`."""
        ticks = self._platform.ticks_ms()
        self.now += self._platform.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self.now

    def set(self, server_time_ms):
        """Take the server's time; what lies outside 2020 to 2100 is no time and changes nothing."""
        if isinstance(server_time_ms, int) and TIME_MIN_MS <= server_time_ms <= TIME_MAX_MS:
            self._offset_ms = server_time_ms - self.now

    def time_ms(self):
        """Unix time in ms, or None until the server said it since boot."""
        return None if self._offset_ms is None else self.now + self._offset_ms

    def stamp(self):
        """The fields that tell when something happened: `occurred_at_ms`, or `uptime_ms` and `boot`."""
        if self._offset_ms is None:
            return {"uptime_ms": self.now, "boot": self.boot}
        return {"occurred_at_ms": self.now + self._offset_ms}
