"""The `sim` bench as tests ask for it: board, plant and bridge in one process on one virtual clock."""

from collections.abc import Callable
from pathlib import Path

from hil_tests.benches.protocol import Truth
from hil_tests.benches.virtual import Bench
from plant.mains import Mains
from plant.profile_files import load_of

ABILITIES = frozenset({"charge", "faults", "power cut", "line cut"})
OFF_MS = 500


class SimChargePoint:
    enough_wh = 1000.0
    judged_wh = 1.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, power_w: int) -> None:
        self._bench = Bench(self._folder, load=load_of(f"constant:{power_w}", Mains()), step_ms=50)
        self.bridge = self._bench.bridge

    def until(self, condition: Callable[[], object], within_s: float) -> None:
        self._bench.until(condition, round(within_s * 1000))

    def truth(self) -> Truth:
        world = self._bench.world
        return Truth(world.relay.contact, world.record.energy_mwh / 1000, len(world.record.closures))

    def fault(self, name: str, on: bool) -> None:
        self._bench.world.fault(name, on)

    def cut_power(self) -> None:
        self._bench.power_off("both")
        self._bench.run(OFF_MS)
        self._bench.power_on("both")

    def reset(self) -> None:
        raise NotImplementedError

    def cut_line(self) -> None:
        self._bench.bridge_cable.cut()

    def close(self) -> None:
        """All of it is this process."""
