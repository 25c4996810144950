"""Current and voltage sensors on a 12-bit converter: gain error, offset, noise, saturation, and sums over a window."""

import random
from typing import NamedTuple

COUNT_MIN = -2048
COUNT_MAX = 2047
SAMPLES = 250  # a window's; its sums stay within a 32-bit board's small integers
I_A_PER_COUNT = 29297e-6  # ±60 A, what boards are configured for unless told otherwise
V_V_PER_COUNT = 195313e-6  # ±400 V
_NOISE_TABLE = 1021  # a prime, so that noise does not repeat from window to window


class Quality(NamedTuple):
    """How good a sensor is: `gain` 1 is exact; offset and noise (standard deviation) in counts."""

    gain: float = 1.0
    offset: float = 0.0
    noise: float = 0.0


EXACT = Quality()
# Within what a calibrated Hall sensor and a divider of 0.1 % resistors reach.
USUAL_CURRENT = Quality(gain=1.003, offset=6.0, noise=2.0)
USUAL_VOLTAGE = Quality(gain=0.998, offset=-4.0, noise=1.0)


class Sums(NamedTuple):
    """A window's sums in counts; fields as in the wire's `sample_window`."""

    n: int
    sum_i: int
    sum_ii: int
    sum_v: int
    sum_vv: int
    sum_vi: int
    clipped: int


class Channel:
    """One quantity (in `unit`s per count) to counts."""

    def __init__(self, unit: float, quality: Quality, seed: int) -> None:
        rng = random.Random(seed)
        self._scale = quality.gain / unit
        self._offset = quality.offset
        self._errors = [quality.offset + rng.gauss(0.0, quality.noise) for _ in range(_NOISE_TABLE)]
        self._next = 0

    @property
    def rest(self) -> int:
        """What a channel reads whose sensor is unplugged: mid-rail, and no noise of a sensor."""
        return round(self._offset)

    def read(self, value: float) -> int:
        self._next = (self._next + 1) % _NOISE_TABLE
        count = round(value * self._scale + self._errors[self._next])
        return max(COUNT_MIN, min(COUNT_MAX, count))


class Sensor:
    """Both channels and the sums of the window in the making.

    `dead`: the current sensor has lost its supply; `clamp_off`: its clamp is unplugged; `backwards`: the clamp is on
    the wrong way round; `voltage_dead`: the voltage channel is unplugged.
    """

    def __init__(self, current: Quality, voltage: Quality, seed: int) -> None:
        self._current = Channel(I_A_PER_COUNT, current, seed)
        self._voltage = Channel(V_V_PER_COUNT, voltage, seed + 1)
        self._i: list[int] = []
        self._v: list[int] = []
        self.dead = self.clamp_off = self.backwards = self.voltage_dead = False

    def sample(self, volts: float, amps: float) -> None:
        self._i.append(self.current_count(self._current, amps))
        self._v.append(self.voltage_count(self._voltage, volts))

    def current_count(self, channel: Channel, amps: float) -> int:
        """What the converter reads of it. Without supply the output lies at 0 V, the bottom of its range."""
        if self.dead:
            return COUNT_MIN
        return channel.rest if self.clamp_off else channel.read(-amps if self.backwards else amps)

    def voltage_count(self, channel: Channel, volts: float) -> int:
        return channel.rest if self.voltage_dead else channel.read(volts)

    def finish(self) -> Sums:
        """The sums of the samples since the last call."""
        i, v, self._i, self._v = self._i, self._v, [], []
        at_either_end = sum(1 for counts in (i, v) for count in counts if count in (COUNT_MIN, COUNT_MAX))
        return Sums(
            len(i), sum(i), sum(x * x for x in i), sum(v), sum(y * y for y in v),
            sum(x * y for x, y in zip(i, v, strict=True)), min(len(i), at_either_end),
        )
