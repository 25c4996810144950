"""A converter that is read in the loop: the ESP32's own. Its steps are uneven and bent, so it is indicative only.

A few pairs in every pass, as they come; each voltage lies between two readings of the current, whose mean counts.
Windows are centred around the mean of those before, as those of hal/windows.py are.
"""

from array import array

from chargepoint.sample_window import COUNT_BITS
from chargepoint.ticks import ticks_diff
from machine import ADC, Pin

from hal.contract import COUNT_MAX, WINDOW_MS

_MID_RAIL = 1 << COUNT_BITS
_MEANS = 4  # windows whose mean is mid-rail
_OFF_MOST = 400  # counts that mid-rail may be off; a dead sensor must not be taken for one

PAIRS_A_PASS = 4
_PAIRS_MOST = 240  # of a window: their sums stay below 2^30
_LATE_MS = 1000  # a window that lasted longer is no window, and its time is lost


class PolledSampler:
    """See hal/adc_dma.py; `i_pin` and `v_pin`: numbers."""

    skew_us = 0
    broken = False

    def __init__(self, i_pin, v_pin, ticks_ms, reads_voltage=True):
        self.lost_ms = 0
        self.moved = False
        self._i = ADC(Pin(i_pin), atten=ADC.ATTN_11DB)
        self._v = ADC(Pin(v_pin), atten=ADC.ATTN_11DB)
        self._reads_voltage = reads_voltage
        self._began_at = ticks_ms()
        self._moved = False
        self._done_ms = 0
        self._zero_i = self._zero_v = _MID_RAIL
        self._raw_i = array("i", [_MID_RAIL] * _MEANS)
        self._raw_v = array("i", [_MID_RAIL] * _MEANS)
        self._means = 0  # how many there have been
        self._clear()

    def step(self, now):
        if self._done_ms:
            return  # nobody has fetched the last one yet
        for _ in range(min(PAIRS_A_PASS, _PAIRS_MOST - self._n)):
            self._take_pair()
        duration_ms = ticks_diff(now, self._began_at)
        if duration_ms >= WINDOW_MS:
            self._began_at = now
            if duration_ms > _LATE_MS:
                self.lost_ms = self.lost_ms + duration_ms & 0x3FFFFFFF
                self._clear()
            elif self._centre():
                self._done_ms = duration_ms
            else:
                self._clear()

    def mark(self):
        self._moved = True

    def window(self, window):
        if not self._done_ms:
            return False
        window.n, window.duration_ms, window.centred, window.clipped = self._n, self._done_ms, True, self._clipped
        window.sum_i, window.sum_ii, window.sum_v = self._sum_i, self._sum_ii, self._sum_v
        window.sum_vv, window.sum_vi = self._sum_vv, self._sum_vi
        self.moved = self._moved
        self._clear()
        return True

    def _clear(self):
        self._n = self._clipped = self._done_ms = 0
        self._sum_i = self._sum_ii = self._sum_v = self._sum_vv = self._sum_vi = 0
        self._moved = False

    def _centre(self):
        """Mid-rail of the next window. False where this one only served to find it, at the start."""
        at = self._means % _MEANS
        self._raw_i[at] = self._zero_i + self._sum_i // self._n
        self._raw_v[at] = self._zero_v + self._sum_v // self._n
        was_known = self._means >= _MEANS
        self._means = at + 1 + _MEANS if was_known else self._means + 1
        if self._means >= _MEANS:
            self._zero_i, self._zero_v = _mean(self._raw_i), _mean(self._raw_v)
        return was_known

    def _take_pair(self):
        before, voltage, after = self._i.read_u16() >> 4, self._v.read_u16() >> 4, self._i.read_u16() >> 4
        for raw in (before, voltage) if self._reads_voltage else (before,):
            self._clipped += raw == 0 or raw == 4095
        i, v = _within((before + after >> 1) - self._zero_i), _within(voltage - self._zero_v)
        self._n += 1
        self._sum_i += i
        self._sum_ii += i * i
        self._sum_v += v
        self._sum_vv += v * v
        self._sum_vi += v * i


def _mean(raw):
    total = _MEANS // 2  # rounds
    for each in raw:
        total += each
    return max(_MID_RAIL - _OFF_MOST, min(_MID_RAIL + _OFF_MOST, total // _MEANS))


def _within(count):
    return max(-COUNT_MAX, min(COUNT_MAX, count))
