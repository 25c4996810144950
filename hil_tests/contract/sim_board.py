"""The contract's bench for the simulated platform: board and plant in one process, on one virtual clock."""

import math
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from hal.contract import WATCHDOG_MS
from hal.sim import SimPlatform

from hil_tests.benches.virtual import VirtualClock, WorldLine
from hil_tests.contract.checks import MAINS_V
from hil_tests.contract.watcher import Watcher
from plant.load import Sine, Wave
from plant.sensor import EXACT
from plant.world import World


class Draw:
    """A load that a test changes while it runs."""

    end_s = math.inf

    def __init__(self) -> None:
        self.amps, self.power_factor = 0.0, 1.0

    def wave(self, clock_s: float) -> Wave:
        watts = MAINS_V * self.amps * self.power_factor
        return Sine(MAINS_V, self.amps, watts, 50.0)

    def energy_j(self, from_s: float, to_s: float) -> float:
        return MAINS_V * self.amps * self.power_factor * (to_s - from_s)

    def next_change_s(self, clock_s: float) -> float:
        return math.inf


class SimBench(Watcher):
    is_rough = False
    can = ("wrap", "sensors", "phase", "buffer", "watchdog")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._draw = Draw()
        self._clock = VirtualClock()
        self._world = World(self._draw, plugged=True, current=EXACT, voltage=EXACT)
        super().__init__(self._start(), self._clock.sleep_ms)

    def pin(self) -> bool:
        return self._world.relay.coil

    def load(self, amps: float, power_factor: float) -> None:
        self._draw.amps, self._draw.power_factor = amps, power_factor

    def bitten(self) -> bool:
        return self.platform.is_bitten()

    def restart(self, cause: str) -> Self:
        if cause == "reset":
            with suppress(SystemExit):
                self.platform.reset()
        elif cause == "watchdog":
            self.platform.bite()
        self.platform = self._start()
        return self

    def _start(self) -> SimPlatform:
        self._clock.sleep_ms(WATCHDOG_MS)
        line = WorldLine(self._world, self._clock)
        return SimPlatform("b1", "cp_1", line, str(self._folder), self._clock, os.urandom)
