"""Feeds a meter the same windows on any Python, and prints what it reads; on MicroPython it must allocate nothing."""

import sys

from chargepoint.engine.meter import Meter
from chargepoint.sample_window import HALVED_ABOVE, MAX_SAMPLES, SampleWindow
from hal.contract import COUNT_MAX, COUNT_MIN

# uA and uV per count, and the nominal voltage where none is measured.
CALIBRATIONS = (
    (29297, 195313, None), (97656, 195313, None), (1000, 488281, None), (12345, 54321, None),
    (29297, 195313, 230000), (97656, 1, 260000),
)
RANGES = ((COUNT_MIN, COUNT_MAX), (-3, 3), (COUNT_MAX - 5, COUNT_MAX), (-1000, 200))
LENGTHS = (HALVED_ABOVE, 1, MAX_SAMPLES, 137)
DURATIONS = (200, 1, 199, 30000, 3600000, 17)


class Random:
    """The same numbers on every Python."""

    def __init__(self, seed: int):
        self._state = seed

    def between(self, low: int, high: int) -> int:
        self._state = (self._state * 1103515245 + 12345) % 2147483648
        return low + (self._state >> 8) % (high - low + 1)


def _fill(window: SampleWindow, random: Random, n: int, low: int, high: int, duration_ms: int) -> None:
    window.n, window.duration_ms, window.clipped = n, duration_ms, 0
    window.sum_i = window.sum_ii = window.sum_v = window.sum_vv = window.sum_vi = 0
    for _ in range(n):
        i, v = random.between(low, high), random.between(low, high)
        window.sum_i += i
        window.sum_ii += i * i
        window.sum_v += v
        window.sum_vv += v * v
        window.sum_vi += v * i
    if n > HALVED_ABOVE:
        window.sum_ii, window.sum_vv, window.sum_vi = window.sum_ii >> 1, window.sum_vv >> 1, window.sum_vi >> 1


if sys.implementation.name == "micropython":
    micropython = __import__("micropython")  # nothing CPython's type checker knows

    def _take(meter: Meter, window: SampleWindow) -> bool:
        micropython.heap_lock()
        try:
            return meter.take(window)
        finally:
            micropython.heap_unlock()

    def _ahead(meter: Meter, duration_ms: int) -> int:
        micropython.heap_lock()
        try:
            return meter.register_in(duration_ms)
        finally:
            micropython.heap_unlock()

else:

    def _take(meter: Meter, window: SampleWindow) -> bool:
        return meter.take(window)

    def _ahead(meter: Meter, duration_ms: int) -> int:
        return meter.register_in(duration_ms)


def main() -> None:
    window, random = SampleWindow(), Random(12345)
    for i_ua, v_uv, nominal_mv in CALIBRATIONS:
        meter = Meter("m1", 1000000, i_ua, v_uv, nominal_mv)
        for turn in range(60):
            low, high = RANGES[turn % 4]
            _fill(window, random, LENGTHS[turn // 4 % 4], low, high, DURATIONS[turn % len(DURATIONS)])
            if turn % 9 == 8:
                window.sum_ii = random.between(-1000, 1 << 29)  # usually a sum that no samples can have
            read = [_take(meter, window), meter.current_ma, meter.voltage_mv, meter.power_mw, meter.power_w,
                    meter.register_wh, meter.window_ms, meter.bad_windows, _ahead(meter, 2 * window.duration_ms)]
            sys.stdout.write(str(read) + "\n")


main()
