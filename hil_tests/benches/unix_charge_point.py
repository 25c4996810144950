"""The `unix` bench as tests ask for it: main.py on MicroPython's unix port, a plant process, a bridge over TCP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hil_tests.benches.protocol import Truth
from hil_tests.benches.unix import UnixBench
from tools.testing.deadlines import DEADLINE_S

ABILITIES = frozenset({"charge", "faults", "power cut", "line cut"})
SPEED = 60  # of the plant's time
QUICK: dict[str, Any] = {
    "presence": "contact", "location": "Here", "price_per_kwh": 0.2, "retry_first_ms": 50, "retry_slow_ms": 500,
    "resend_ms": 500, "checkpoint_interval_ms": 500, "flash_interval_ms": 200, "telemetry_interval_ms": 100,
}  # fmt: skip


class UnixChargePoint:
    enough_wh = 50.0
    judged_wh = 2.0

    def __init__(self, folder: Path, micropython: str) -> None:
        self._folder = folder
        self._micropython = micropython
        self._bench: UnixBench | None = None

    @property
    def bench(self) -> UnixBench:
        assert self._bench is not None, "start it first"
        return self._bench

    def start(self, power_w: int) -> None:
        world = ("--plugged", "--speed", str(SPEED), "--profile", f"constant:{power_w}")
        self._bench = UnixBench(self._folder, self._micropython, *world)
        self.bridge = self._bench.bridge
        self._bench.board(**QUICK)

    def until(self, condition: Callable[[], object], within_s: float) -> None:
        self.bench.server.until(condition, max(within_s, DEADLINE_S))

    def truth(self) -> Truth:
        state = self.bench.plant.state()
        return Truth(state["relay"], state["plant_mwh"] / 1000, len(state["sessions"]))

    def fault(self, name: str, on: bool) -> None:
        self.bench.plant.ask(do="fault", fault=name, on=on)

    def cut_power(self) -> None:
        self.bench.boards["both"].kill()
        self.bench.board(**QUICK)

    def reset(self) -> None:
        raise NotImplementedError

    def cut_line(self) -> None:
        self.bench.server.cut()

    def close(self) -> None:
        if self._bench is not None:
            self._bench.__exit__(None, None, None)
