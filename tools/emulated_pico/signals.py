"""What stands at the converter's pins where no plant does: a steady level with a sine on it, in converter counts."""

import math
from collections.abc import Mapping
from typing import NamedTuple

NS = 1_000_000_000
MIDDLE = 2048


class Signal(NamedTuple):
    """`amplitude` counts of a sine of `hz` about `offset`, `lag` radians late. `gate`: an output; while that is low
    there is the offset alone. None: none.
    """

    offset: int = MIDDLE
    amplitude: float = 0.0
    hz: float = 50.0
    lag: float = 0.0
    gate: int | None = None

    def at(self, ns: int) -> int:
        return self.offset + round(self.amplitude * math.sin(2 * math.pi * self.hz * ns / NS - self.lag))


class Signals:
    """One for each channel of the converter. `levels`: of the guest's outputs."""

    def __init__(self, levels: Mapping[int, bool]) -> None:
        self.of: dict[int, Signal] = {}
        self._levels = levels

    def counts(self, channel: int, ns: int) -> int:
        signal = self.of.get(channel, Signal())
        is_there = signal.gate is None or self._levels[signal.gate]
        return signal.at(ns) if is_there else signal.offset
