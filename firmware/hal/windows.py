"""Pairs of samples out of a ring in, sample windows out: integers only, no allocation.

The ring holds raw counts of a 12-bit converter, `channels` of them in turn and evenly paced: current first, then
voltage. So each voltage is read a `channels`-th of a turn after its current, which at 2,000 turns a second is 250 us
and costs 2 to 3 % of a car's energy. The current at that moment lies between this turn's and the next one's, so the
sum of products is taken with both. A line between two points of a sine lies below it; what that costs at the mains'
frequency (0.3 to 0.4 % of power at 250 us) is added again, within 0.1 % from 50 to 60 Hz. What a current transformer
or a filter shifts (`phase_us`) moves that moment along the line.

Windows are short, so that a protection need not wait for a long one, and centred around the mean of the last MEANS of
them: 200 ms, whole cycles of 50 and of 60 Hz.
"""

import math
from array import array

from chargepoint.sample_window import COUNT_BITS, SampleWindow
from wire.constants import const

CHANNELS = 2  # in their order: current, voltage
SAMPLES_PER_S = 4000
PAIR_US = 1000000 * CHANNELS // SAMPLES_PER_S
PAIRS = 100
MEANS = 4
MID_RAIL = 1 << COUNT_BITS
FULL_SCALE = 2 * MID_RAIL - 1
_OFF_MOST = const(400)  # counts that mid-rail may move; a dead sensor must not be taken for one
_MAINS_HZ = const(55)
_PRODUCTS = PAIRS << 2 * COUNT_BITS  # the largest sum of squares or products
_SUMS = PAIRS << COUNT_BITS


class Windows:
    """`fill(window, at)` sums PAIRS pairs that begin at index `at` of the ring; the pair after them must be there."""

    def __init__(self, ring, channels, pair_us, phase_us=0, offset_i=0, offset_v=0, reads_voltage=True):
        """phase_us: how much later than the voltage the current's sensor shows what is; offset_i, offset_v: what the
        converter reads at rest, less mid-rail; reads_voltage False: nobody cares whether that channel clips.
        """
        self.duration_ms = PAIRS * pair_us // 1000
        self._ring = ring
        self._channels = channels
        share = 1 / channels + phase_us / pair_us
        self._later = round(share * 256)
        angle = 2 * math.pi * _MAINS_HZ * pair_us / 1000000
        lost = share * (1 - share) * angle * angle / 2
        self._regain = round(lost / (1 - lost) * 65536)
        self._rest_i = self._zero_i = MID_RAIL + offset_i
        self._rest_v = self._zero_v = MID_RAIL + offset_v
        self._ends_v = (0, FULL_SCALE) if reads_voltage else ()
        self._raw_i = array("i", [0] * MEANS)
        self._raw_v = array("i", [0] * MEANS)
        self._next = 0
        self._missing = MEANS  # windows until the means are known

    def fill(self, window: SampleWindow, at: int) -> bool:
        """False where the window only served to find mid-rail, at the start."""
        self._sum(window, at)
        self._centre(window.sum_i, window.sum_v)
        if self._missing:
            self._missing -= 1
            return False
        window.n, window.duration_ms, window.centred = PAIRS, self.duration_ms, True
        return True

    def _sum(self, window, at):
        ring, channels, size = self._ring, self._channels, len(self._ring)
        zero_i, zero_v = self._zero_i, self._zero_v
        ends_v = self._ends_v
        sum_i = sum_ii = sum_v = sum_vv = sum_vi = sum_next = clipped = 0
        raw_i = ring[at]
        i = raw_i - zero_i
        for _ in range(PAIRS):
            raw_v = ring[at + 1]
            v = raw_v - zero_v
            if raw_i == 0 or raw_i == FULL_SCALE or raw_v in ends_v:
                clipped += 1
            sum_i += i
            sum_ii += i * i
            sum_v += v
            sum_vv += v * v
            sum_vi += v * i
            at += channels
            if at >= size:
                at = 0
            raw_i = ring[at]
            i = raw_i - zero_i
            sum_next += v * i
        window.sum_i, window.sum_v, window.clipped = _within(sum_i, _SUMS), _within(sum_v, _SUMS), clipped
        window.sum_ii, window.sum_vv = _within(sum_ii, _PRODUCTS), _within(sum_vv, _PRODUCTS)
        window.sum_vi = _within(between(sum_vi, sum_next, self._later, self._regain), _PRODUCTS)

    def _centre(self, sum_i, sum_v):
        """Mid-rail of the next window: the mean of the last MEANS windows."""
        at = self._next
        self._raw_i[at] = sum_i + PAIRS * self._zero_i
        self._raw_v[at] = sum_v + PAIRS * self._zero_v
        self._next = (at + 1) % MEANS
        if self._missing <= 1:
            self._zero_i = _mean(self._raw_i, self._rest_i)
            self._zero_v = _mean(self._raw_v, self._rest_v)


def between(sum_vi, sum_next, later, regain):
    """The sum of products with the current at the voltage's moment, which lies `later` 256ths of a turn after this
    turn's current; regain: what the line lost, in 65536ths.
    """
    products = (sum_vi >> 8) * (256 - later) + (sum_next >> 8) * later
    return products + ((products >> 8) * regain >> 8)


def _mean(sums, rest):
    total = MEANS * PAIRS // 2  # rounds
    for each in sums:
        total += each
    return rest + _within(total // (MEANS * PAIRS) - rest, _OFF_MOST)


def _within(value, most):
    return most if value > most else -most if value < -most else value
