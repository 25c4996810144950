"""What happens in the demo: charges begin, a monitor and the bridge are killed, charges end, figures are compared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.demo.drivers import Driver
from tools.demo.verdict import Account, Billed, Flowed
from tools.services.process import ChildProcess, wait_for
from tools.stack.boards import ChargePoint
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

END_TIMEOUT_S = 75.0
NAMES = ("Ada", "Grace", "Alan")
MONITOR_KILLED_AT_WH = 500  # so that there is something to lose
FLOWS_WITHOUT_BRIDGE_WH = 2000

Say = Callable[[str], None]


class Story:
    def __init__(self, stack: Stack, folder: Path, say: Say) -> None:
        self._stack = stack
        self._say = say
        self._points = stack.charge_points
        self._drivers = {
            cp_id: Driver(name, folder / "drivers" / name, stack.api_url)
            for cp_id, name in zip(self._points, NAMES, strict=True)
        }
        self.receipts: dict[str, dict[str, Any]] = {}  # by the driver's name

    def run(self) -> Account:
        """Raises whatever keeps the story from going on."""
        charges = self._begin()
        self._kill_monitor(self._points["cp_003"])
        self._kill_bridge(self._points["cp_001"])
        self._say("the other cars charge until they are full")
        for process in charges:
            code = process.wait_ended(END_TIMEOUT_S)
            if code != 0:
                raise RuntimeError(f"{process.name} ended with code {code}: {process.log_tail().strip()[-300:]}")
        return self._account()

    def _begin(self) -> list[ChildProcess]:
        for driver in self._drivers.values():
            driver.register()
        charges = [driver.start("charge", cp_id) for cp_id, driver in self._drivers.items()]
        for point in self._points.values():
            wait_for(lambda point=point: point.plant.state()["relay"], DEADLINE_S, f"{_id(point)}: relay closed")
        self._say(f"{len(charges)} cars charge: " + ", ".join(f"{d.name} at {c}" for c, d in self._drivers.items()))
        return charges

    def _kill_monitor(self, point: ChargePoint) -> None:
        enough = MONITOR_KILLED_AT_WH * 1000
        wait_for(lambda: point.plant.state()["plant_mwh"] > enough, DEADLINE_S, f"{_id(point)}: energy flows")
        monitor = point.boards["monitor"]
        monitor.kill()
        self._say(f"{_id(point)}: its monitor is killed")
        wait_for(lambda: not point.plant.state()["relay"], DEADLINE_S, f"{_id(point)}: relay opened")
        edge = point.plant.state()["edges"][-1]
        self._say(f"{_id(point)}: the plant saw the relay open, at {edge['at_ms'] / 60000:.0f} min of the car's time")
        monitor.start()

    def _kill_bridge(self, point: ChargePoint) -> None:
        self._stack.bridge.kill()
        self._say("the bridge is killed; boards meter and journal on")
        enough = point.plant.state()["plant_mwh"] + FLOWS_WITHOUT_BRIDGE_WH * 1000
        wait_for(lambda: point.plant.state()["plant_mwh"] > enough, DEADLINE_S, f"{_id(point)}: charges on")
        self._stack.bridge.start()
        self._say("the bridge is started again")

    def _account(self) -> Account:
        self.receipts = {driver.name: driver.run("receipt") for driver in self._drivers.values()}
        billed = [Billed(r["cp_id"], r["session_id"], r["energy_wh"]) for r in self.receipts.values()]
        flowed = [closure for point in self._points.values() for closure in _closures(point)]
        histories = [driver.run("history")["charges"] for driver in self._drivers.values()]
        booked = [charge["session_id"] for history in histories for charge in history]
        return Account(len(self._drivers), flowed, billed, booked)


def _id(point: ChargePoint) -> str:
    return point.design.cp_id


def _closures(point: ChargePoint) -> list[Flowed]:
    return [
        Flowed(
            _id(point), closure["session_id"], closure["energy_mwh"] / 1000,
            closure["register_end_wh"] - closure["register_start_wh"],
        )
        for closure in point.plant.state()["sessions"]
    ]
