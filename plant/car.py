"""A car at the charge point: plugged in or not, drawing what its load says while it is powered, until it is full."""

import math

from plant.load import Load, Wave

_LEAST_MS = 0.001


class Car:
    """`clock_s` counts powered time; `over_draw` multiplies the current (a car that ignores its limit)."""

    def __init__(self, load: Load, *, plugged: bool) -> None:
        self.load = load
        self.plugged = plugged
        self.clock_s = 0.0
        self.over_draw = 1.0

    @property
    def full(self) -> bool:
        return self.clock_s >= self.load.end_s

    def plug(self) -> None:
        """Another car, at the start of the same load; one that is plugged in stays as it is."""
        if not self.plugged:
            self.plugged = True
            self.clock_s = 0.0

    def unplug(self) -> None:
        self.plugged = False

    def draws(self) -> bool:
        return self.plugged and not self.full

    def wave(self) -> Wave:
        return self.load.wave(self.clock_s)

    def change_in_ms(self) -> float:
        """How long the wave stays as it is, if the car stays powered; never 0, so that time always moves on."""
        if not self.draws():
            return math.inf
        return max(_LEAST_MS, (self.load.next_change_s(self.clock_s) - self.clock_s) * 1000)

    def run(self, duration_ms: float) -> float:
        """Powered for so long: the energy drawn, in J."""
        if not self.draws():
            return 0.0
        before, self.clock_s = self.clock_s, self.clock_s + duration_ms / 1000
        return self.load.energy_j(before, self.clock_s) * self.over_draw
