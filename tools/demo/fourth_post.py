"""The demo's fourth charge point: real MicroPython on an emulated Pico, with its plant behind the emulated pins.

A busy one runs at a twentieth of a real one's speed, so its charge is a short one and takes minutes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.demo.drivers import Driver
from tools.demo.verdict import Account, Billed, Flowed
from tools.emulated_pico.post import CP_ID, PATIENT, PicoPost
from tools.services.process import wait_for
from tools.stack.stack import Stack

NAME = "Edith"
POWER_W = 7000
ORDER_KWH = "0.006"  # three seconds of the board's time
WAIT_S = 900.0


class FourthPost:
    settings = PATIENT

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        """Raises PicoUnavailable."""
        self.post = PicoPost(folder, POWER_W)
        self.receipts: dict[str, dict[str, Any]] = {}
        self._folder = folder
        self._say = say

    def charge(self, stack: Stack) -> Account:
        """One charge, from the relay's pin to the receipt."""
        self._say(f"{CP_ID}: waits for its board, an emulated Pico")
        wait_for(lambda: self._status(stack) == "ACTIVE", WAIT_S, f"{CP_ID} is ACTIVE", interval_s=0.5)
        driver = Driver(NAME, self._folder / "driver", stack.api_url)
        driver.register()
        process = driver.start("charge", CP_ID, "--kwh", ORDER_KWH)
        self._say(f"{CP_ID}: {NAME} orders {ORDER_KWH} kWh")
        code = process.wait_ended(WAIT_S)
        if code != 0:
            raise RuntimeError(f"{process.name} ended with code {code}: {process.log_tail().strip()[-300:]}")
        self._say(f"{CP_ID}: done, after {self.post.guest_s():.1f} s of its board's time")
        self.receipts = {NAME: driver.run("receipt")}
        booked = [charge["session_id"] for charge in driver.run("history")["charges"]]
        return self._account(self.receipts[NAME], booked)

    def close(self) -> None:
        self.post.close()

    def _status(self, stack: Stack) -> str | None:
        points = stack.get("/v1/charge-points")["charge_points"]
        return next((point["status"] for point in points if point["cp_id"] == CP_ID), None)

    def _account(self, receipt: dict[str, Any], booked: list[str]) -> Account:
        """A real board reports nothing to its plant: its register is the one that it told with the completion."""
        metered_wh = receipt["end_register_wh"] - receipt["start_register_wh"]
        flowed = [
            Flowed(CP_ID, receipt["session_id"], closure["energy_mwh"] / 1000, metered_wh)
            for closure in self.post.world()["sessions"]
        ]
        return Account(1, flowed, [Billed(CP_ID, receipt["session_id"], receipt["energy_wh"])], booked)
