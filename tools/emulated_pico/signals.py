"""What stands at the converter's pins where no plant does: a steady level with a sine on it, in converter counts."""

import math
from typing import NamedTuple

NS = 1_000_000_000
MIDDLE = 2048


class Signal(NamedTuple):
    """`amplitude` counts of a sine of `hz` about `offset`, `lag` radians late."""

    offset: int = MIDDLE
    amplitude: float = 0.0
    hz: float = 50.0
    lag: float = 0.0

    def at(self, ns: int) -> int:
        return self.offset + round(self.amplitude * math.sin(2 * math.pi * self.hz * ns / NS - self.lag))


class Signals:
    """One for each channel of the converter."""

    def __init__(self) -> None:
        self.of: dict[int, Signal] = {}

    def counts(self, channel: int, ns: int) -> int:
        return self.of.get(channel, Signal()).at(ns)
