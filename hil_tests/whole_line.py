"""What the tests of the whole line share: one running system for each log, and drivers who use the command line."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from eventlog.opening import open_log
from eventlog.port import Log
from tools.demo.drivers import Driver
from tools.services.process import ChildProcess, wait_for
from tools.stack.boards import ROOT, ChargePoint, Design, Shape
from tools.stack.log_choice import Wanted
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

SPEED = 60
TOLERANCE = 0.015  # of what flowed
CHECKPOINT_MS = 500
# Shorter than the field's. The energy of a checkpoint's time is what a power cut may cost. How long a link may be
# silent stays the field's 6 s, which no stall of a loaded machine reaches.
QUICK = {
    "keepalive_ms": 300, "flash_interval_ms": CHECKPOINT_MS, "checkpoint_interval_ms": 1000,
    "retry_first_ms": 100, "retry_slow_ms": 1000, "resend_ms": 1000, "heartbeat_interval_ms": 1000,
    "health_interval_ms": 1000, "answer_ms": 3000,
}  # fmt: skip
POWER_W = 7400
SHAPES: dict[str, Shape] = {"cp_tcp": "tcp", "cp_serial": "serial", "cp_split": "split"}
DESIGNS = [Design(cp_id, shape, f"constant:{POWER_W}", SPEED, config=QUICK) for cp_id, shape in SHAPES.items()]
WITHOUT_VOLTAGE = "cp_estimated"
DESIGNS.append(Design(WITHOUT_VOLTAGE, "tcp", f"constant:{POWER_W}", SPEED, config={**QUICK, "nominal_voltage_v": 230}))
SETTINGS = {
    "PLANT_SPEED": str(SPEED), "HEARTBEAT_INTERVAL_S": "1", "HEALTH_INTERVAL_S": "1", "COMMAND_RESEND_S": "1",
    "TICK_INTERVAL_MS": "100", "OUTAGE_GRACE_S": "1",
}  # fmt: skip

_numbers = count(1)


@dataclass
class Charge:
    """One `wattline charge` in the background. `closures_before`: how often the relay had closed before it."""

    point: ChargePoint
    driver: Driver
    command: ChildProcess
    closures_before: int

    def flowed_wh(self, at_least: float) -> None:
        """Wait until so much flowed in this charge."""
        wait_for(lambda: self._flowed_mwh() >= at_least * 1000, DEADLINE_S, f"{at_least} Wh flow")

    def relay_opened(self) -> None:
        wait_for(lambda: not self.point.plant.state()["relay"], DEADLINE_S, "the relay opens")

    def closure(self) -> dict[str, Any]:
        """The one time that the plant's relay was closed for this charge."""
        closures = self._closures()
        assert len(closures) == 1
        return closures[0]

    def ended(self) -> dict[str, Any]:
        """The receipt, once the command ended well."""
        assert self.command.wait_ended(DEADLINE_S) == 0, self.command.log_tail()
        receipt: dict[str, Any] = self.driver.run("receipt")
        return receipt

    def give_up(self) -> None:
        """Ends a charge that a failed test left running, so that the next test finds the charge point free."""
        if self.command.running:
            self.command.kill()
            self.driver.run("stop", self.point.design.cp_id)

    def _closures(self) -> list[dict[str, Any]]:
        closures: list[dict[str, Any]] = self.point.plant.state()["sessions"]
        return closures[self.closures_before :]

    def _flowed_mwh(self) -> int:
        return sum(closure["energy_mwh"] for closure in self._closures())


class Site:
    """A running system and its drivers."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack = stack
        self._folder = folder
        self._charges: list[Charge] = []

    def driver(self) -> Driver:
        number = next(_numbers)
        driver = Driver(f"driver {number}", self._folder / "drivers" / str(number), self.stack.api_url)
        driver.register()
        return driver

    def charge(self, cp_id: str, kwh: float, driver: Driver | None = None) -> Charge:
        """`driver`: None for a new one."""
        driver = driver or self.driver()
        point = self.ready(cp_id)
        before = len(point.plant.state()["sessions"])
        command = driver.start("charge", cp_id, "--kwh", f"{kwh:g}")
        self._charges.append(Charge(point, driver, command, before))
        return self._charges[-1]

    def ready(self, cp_id: str) -> ChargePoint:
        """Once it can be asked for a charge."""
        wait_for(lambda: self.status(cp_id) == "ACTIVE", DEADLINE_S, f"{cp_id} is ACTIVE")
        return self.stack.charge_points[cp_id]

    def open_log(self) -> Log:
        """The log, as another program would open it."""
        settings = self.stack.settings_of_central()
        return open_log(settings["BROKER_ADDRESS"], Path(settings.get("LOG_PATH", "unused")), "another program")

    def status(self, cp_id: str) -> str:
        status: str = self.stack.get(f"/v1/charge-points/{cp_id}")["status"]
        return status

    def operate(self, *words: str) -> str:
        """What `wattline-central` printed. Raises CalledProcessError."""
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}", **self.stack.settings_of_central()}
        command = [sys.executable, "-m", "central.operate.main", *words]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=DEADLINE_S, check=True
        ).stdout

    def holder(self, driver: Driver) -> str | None:
        """The session that this driver holds."""
        (row,) = self.rows("SELECT claim_session_id FROM Drivers WHERE driver_id = ?", driver.driver_id)
        return row[0]

    def settled(self) -> None:
        """Nobody holds a charge any more, none is open, and the books agree."""
        held = "SELECT driver_id FROM Drivers WHERE claim_session_id IS NOT NULL"
        is_open = "SELECT session_id FROM ChargingSessions WHERE status NOT IN ('completed', 'cancelled', 'failed')"
        wait_for(lambda: not self.rows(held), DEADLINE_S, "nobody holding a charge")
        wait_for(lambda: not self.rows(is_open), DEADLINE_S, "no charge being open")
        assert self.operate("verify").strip() == "the books agree"

    def rows(self, question: str, *values: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.stack.settings_of_central()["DB_PATH"], timeout=DEADLINE_S)) as database:
            return database.execute(question, values).fetchall()

    def tidy(self) -> None:
        """After each test, also after one that failed."""
        while self._charges:
            self._charges.pop().give_up()


@contextmanager
def killed(process: ChildProcess) -> Generator[None]:
    """SIGKILL now, started again afterwards."""
    process.kill()
    try:
        yield
    finally:
        process.start()


@contextmanager
def site(log: Wanted, folder: Path) -> Generator[Site]:
    with Stack(folder, DESIGNS, log, SETTINGS) as stack:
        yield Site(stack, folder)


def due_wh(closure: dict[str, Any], receipt: dict[str, Any]) -> int:
    """What of a charge is billed, by the plant's register: nothing of what flowed beyond the order."""
    return min(_metered_wh(closure), receipt["max_energy_wh"] or _metered_wh(closure))


def _metered_wh(closure: dict[str, Any]) -> int:
    return closure["register_end_wh"] - closure["register_start_wh"]


def agree(charge: Charge, receipt: dict[str, Any]) -> None:
    """Plant, register and bill tell the same, but for what flowed beyond the order; the relay closed once."""
    state = charge.point.plant.state()
    closures = [closure for closure in state["sessions"] if closure["session_id"] == receipt["session_id"]]
    assert len(closures) == 1
    metered_wh = _metered_wh(closures[0])
    flowed_wh = closures[0]["energy_mwh"] / 1000
    assert not state["relay"]
    assert receipt["energy_wh"] == due_wh(closures[0], receipt)
    assert abs(metered_wh - flowed_wh) <= TOLERANCE * flowed_wh + 1
