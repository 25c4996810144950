"""What a car draws, over its own clock: in steps of constant power, or as a recorded waveform again and again."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Wave(Protocol):
    """Instantaneous voltage (V) and current (A) at a time of the mains' waveform; `rms_a` of the current."""

    @property
    def rms_a(self) -> float: ...

    def sample(self, wave_s: float) -> tuple[float, float]: ...


class Load(Protocol):
    """A car's demand. `clock_s` runs only while the car is powered."""

    end_s: float  # the car is full; infinite where it never is

    def wave(self, clock_s: float) -> Wave: ...

    def next_change_s(self, clock_s: float) -> float:
        """When the wave or the power next changes; infinite where it never does."""
        ...

    def energy_j(self, from_s: float, to_s: float) -> float: ...


class Sine:
    """`current_a` lags `voltage_v` (both RMS) by as much as gives `power_w`."""

    def __init__(self, voltage_v: float, current_a: float, power_w: float, frequency_hz: float) -> None:
        apparent_va = voltage_v * current_a
        factor = power_w / apparent_va if apparent_va else 1.0
        self.frequency_hz = frequency_hz
        self.rms_a = current_a
        self.peak_v = voltage_v * math.sqrt(2)
        self.peak_a = current_a * math.sqrt(2)
        self.lag = math.acos(max(-1.0, min(1.0, factor)))
        self._omega = 2 * math.pi * frequency_hz

    def sample(self, wave_s: float) -> tuple[float, float]:
        angle = self._omega * wave_s
        return self.peak_v * math.sin(angle), self.peak_a * math.sin(angle - self.lag)


class Step(NamedTuple):
    """From `at_s` on. `current_a` may be more than `power_w / voltage_v` (reactive), never less."""

    at_s: float
    voltage_v: float
    current_a: float
    power_w: float


def step_of_power(at_s: float, power_w: float, voltage_v: float) -> Step:
    return Step(at_s, voltage_v, power_w / voltage_v, power_w)


class Profile:
    """Steps of constant power until `end_s`. Raises ValueError unless they start at 0 and rise in time."""

    def __init__(self, steps: Sequence[Step], end_s: float, frequency_hz: float) -> None:
        self._starts = [step.at_s for step in steps]
        rising = all(a < b for a, b in zip(self._starts, [*self._starts[1:], end_s], strict=True))
        if not steps or self._starts[0] != 0 or not rising:
            raise ValueError("the times of a profile must start at 0 and rise from row to row")
        self.end_s = end_s
        self.steps = tuple(steps)
        self._powers = [step.power_w for step in steps]
        self._waves = [Sine(step.voltage_v, step.current_a, step.power_w, frequency_hz) for step in steps]
        self._energies = [0.0]
        for i, power_w in enumerate(self._powers[:-1]):
            self._energies.append(self._energies[i] + power_w * (self._starts[i + 1] - self._starts[i]))

    def wave(self, clock_s: float) -> Wave:
        return self._waves[self._index(clock_s)]

    def next_change_s(self, clock_s: float) -> float:
        following = self._index(clock_s) + 1
        return self._starts[following] if following < len(self._starts) else self.end_s

    def energy_j(self, from_s: float, to_s: float) -> float:
        return self._energy_until(to_s) - self._energy_until(from_s)

    def _energy_until(self, clock_s: float) -> float:
        clock_s = min(clock_s, self.end_s)
        i = self._index(clock_s)
        return self._energies[i] + self._powers[i] * (clock_s - self._starts[i])

    def _index(self, clock_s: float) -> int:
        return max(0, bisect_right(self._starts, clock_s) - 1)


class Recording:
    """Whole cycles of sampled voltage and current, played again and again."""

    end_s = math.inf

    def __init__(self, volts: Sequence[float], amps: Sequence[float], step_s: float) -> None:
        self.pairs = list(zip(volts, amps, strict=True))
        self._step_s = step_s
        self.rms_a = math.sqrt(sum(i * i for _, i in self.pairs) / len(self.pairs))
        self._power_w = sum(v * i for v, i in self.pairs) / len(self.pairs)

    def wave(self, clock_s: float) -> Wave:
        del clock_s
        return self

    def next_change_s(self, clock_s: float) -> float:
        del clock_s
        return math.inf

    def energy_j(self, from_s: float, to_s: float) -> float:
        return self._power_w * (to_s - from_s)

    def sample(self, wave_s: float) -> tuple[float, float]:
        return self.pairs[round(wave_s / self._step_s) % len(self.pairs)]
