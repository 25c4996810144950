"""What a bench of the contract counts of the windows it fetched."""

from chargepoint.engine.meter import Meter

_KEPT = 400


class Watcher:
    """A loop around a platform. `advance(ms)`: lets so much time pass; `locked`: run with the heap locked, if given."""

    def __init__(self, platform, advance, pass_ms=5):
        self.platform = platform
        self.meter = Meter("m", 0)
        self.windows = []
        self._advance = advance
        self._pass_ms = pass_ms
        self._time_ms = 0
        self._power_sum = 0

    def run(self, duration_ms, lock=None, unlock=None):
        for _ in range(max(1, duration_ms // self._pass_ms)):
            self._advance(self._pass_ms)
            window = self._fetch(lock, unlock)
            while window is not None:
                self._note(window)
                window = self._fetch(lock, unlock)

    def stall(self, duration_ms):
        self._advance(duration_ms)

    def window_time_ms(self):
        return self._time_ms

    def mean_power_w(self, duration_ms):
        power, time_ms = self._power_sum, self._time_ms
        self.run(duration_ms)
        return (self._power_sum - power) / (self._time_ms - time_ms) / 1000

    def levels_of(self, duration_ms):
        seen = len(self.windows)
        self.run(duration_ms)
        return [window["relay"] for window in self.windows[seen:]]

    def _fetch(self, lock, unlock):
        if lock is not None:
            lock()
        try:
            self.platform.step(self.platform.ticks_ms())
            return self.platform.window()
        finally:
            if unlock is not None:
                unlock()

    def _note(self, window):
        taken = self.meter.take(window)
        assert taken, "a window that no samples can have made"
        self._time_ms += window.duration_ms
        self._power_sum += self.meter.power_mw * window.duration_ms
        mean = window.sum_i / window.n
        spread = window.sum_ii / window.n - mean * mean
        self.windows.append({
            "n": window.n, "duration_ms": window.duration_ms, "relay": window.relay, "centred": window.centred,
            "rms_counts": max(0, spread) ** 0.5,
        })
        if len(self.windows) > 2 * _KEPT:
            self.windows = self.windows[-_KEPT:]
