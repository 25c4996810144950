"""A converter that is read in the loop: the ESP32's own. Its steps are uneven and bent, so it is indicative only.

A few pairs in every pass, as they come; each voltage lies between two readings of the current, whose mean counts.
"""

from machine import ADC, Pin

from hal.contract import COUNT_MIN, WINDOW_MS, ticks_diff

PAIRS_A_PASS = 4
_PAIRS_MOST = 240  # of a window: their sums stay below 2^30
_LATE_MS = 1000  # a window that lasted longer is no window, and its time is lost


class PolledSampler:
    """See hal/adc_dma.py; `i_pin` and `v_pin`: numbers."""

    skew_us = 0
    broken = False

    def __init__(self, i_pin, v_pin, ticks_ms):
        self.lost_ms = 0
        self.moved = False
        self._i = ADC(Pin(i_pin), atten=ADC.ATTN_11DB)
        self._v = ADC(Pin(v_pin), atten=ADC.ATTN_11DB)
        self._began_at = ticks_ms()
        self._moved = False
        self._done_ms = 0
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
            else:
                self._done_ms = duration_ms

    def mark(self):
        self._moved = True

    def window(self, window):
        if not self._done_ms:
            return False
        window.n, window.duration_ms, window.centred, window.clipped = self._n, self._done_ms, False, self._clipped
        window.sum_i, window.sum_ii, window.sum_v = self._sum_i, self._sum_ii, self._sum_v
        window.sum_vv, window.sum_vi = self._sum_vv, self._sum_vi
        self.moved = self._moved
        self._clear()
        return True

    def _clear(self):
        self._n = self._clipped = self._done_ms = 0
        self._sum_i = self._sum_ii = self._sum_v = self._sum_vv = self._sum_vi = 0
        self._moved = False

    def _take_pair(self):
        before, voltage, after = self._i.read_u16() >> 4, self._v.read_u16() >> 4, self._i.read_u16() >> 4
        for raw in (before, voltage):
            self._clipped += raw == 0 or raw == 4095
        i, v = (before + after >> 1) + COUNT_MIN, voltage + COUNT_MIN
        self._n += 1
        self._sum_i += i
        self._sum_ii += i * i
        self._sum_v += v
        self._sum_vv += v * v
        self._sum_vi += v * i
