"""What the samples of a whole window of sine waves sum up to, without taking one: exact sums, and the noise's scatter.

Over whole cycles the sum of sin is 0, of sin² half the samples, and of sin(x)·sin(x - lag) that half times cos(lag),
at whatever phase the window begins. Noise of a standard deviation s adds n·s² to the squares (rounding to counts adds
1/12 as well) and scatters all sums; its parts along the wave are drawn once, so that power and current err together.
"""

import math
import random
from itertools import cycle

from plant.load import Sine
from plant.sensor import COUNT_MAX, I_A_PER_COUNT, SAMPLES, V_V_PER_COUNT, Quality, Sums

WAVEFORM_S = 0.2  # what a window's samples see, however long it lasts
_ROUNDING = 1 / 12  # variance of what rounding to counts does, where the signal moves over several of them
_MOVES_COUNTS = 4.0
_NOISE_REACHES = 5.0  # standard deviations
_DRAWN = 4093  # normal deviates, again and again: a prime, so that they fall on another place in each window


class ClosedForm:
    """Of a pair of sensors. `sums` is None where only samples tell: near the ends of the converter, or not whole."""

    def __init__(self, current: Quality, voltage: Quality, seed: int) -> None:
        self._current = current
        self._voltage = voltage
        gauss = random.Random(seed).gauss
        self._normal = cycle([gauss(0.0, 1.0) for _ in range(_DRAWN)]).__next__

    def sums(self, wave: Sine, factor: float) -> Sums | None:
        """`factor`: of the current, as the car over-draws."""
        i, v = self._current, self._voltage
        peak_i = wave.peak_a * factor * i.gain / I_A_PER_COUNT
        peak_v = wave.peak_v * v.gain / V_V_PER_COUNT
        if not (_is_whole(wave.frequency_hz) and _fits(peak_i, i) and _fits(peak_v, v)):
            return None
        n, normal = SAMPLES, self._normal
        cos, sin = math.cos(wave.lag), math.sin(wave.lag)
        spread = math.sqrt(n)
        along_i, along_v = normal(), normal()  # of the noise, along its own channel's wave
        across = cos * along_i + sin * normal(), cos * along_v + sin * normal()  # and along the other's
        noise_i, noise_v = normal() * i.noise * spread, normal() * v.noise * spread
        sum_vi = n * (peak_v * peak_i * cos / 2 + v.offset * i.offset) + v.offset * noise_i + i.offset * noise_v
        sum_vi += (peak_v * i.noise * across[0] + peak_i * v.noise * across[1]) * spread / math.sqrt(2)
        return Sums(
            n,
            round(n * i.offset + noise_i), self._squares(peak_i, i, along_i, noise_i),
            round(n * v.offset + noise_v), self._squares(peak_v, v, along_v, noise_v),
            round(sum_vi), 0,
        )

    def _squares(self, peak: float, channel: Quality, along: float, noise: float) -> int:
        variance = channel.noise**2 + _ROUNDING
        mean = SAMPLES * (peak * peak / 2 + channel.offset**2 + variance)
        along_wave = 2 * peak * channel.noise * along * math.sqrt(SAMPLES / 2)
        own = variance * math.sqrt(2 * SAMPLES) * self._normal()
        return max(0, round(mean + along_wave + 2 * channel.offset * noise + own))


def _is_whole(frequency_hz: float) -> bool:
    cycles = frequency_hz * WAVEFORM_S
    return abs(cycles - round(cycles)) < 1e-9


def _fits(peak: float, channel: Quality) -> bool:
    """Nothing is clipped, and what rounding does is noise."""
    moves = peak >= _MOVES_COUNTS or channel.noise >= 0.5
    return moves and peak + abs(channel.offset) + _NOISE_REACHES * channel.noise + 1 < COUNT_MAX
