"""The `pico` bench as tests ask for it: the firmware on an emulated Pico, a plant at its pins, a bridge at its USB."""

from collections.abc import Callable
from pathlib import Path

from hil_tests.benches.protocol import Truth
from hil_tests.benches.usb_bridge import UsbBridge
from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.plant_pins import CONTACT, FEEDBACK

ABILITIES = frozenset({"charge", "faults", "power cut", "reset", "contract"})
QUICK = {"telemetry_interval_ms": 500, "keepalive_ms": 500, "health_interval_ms": 500}


class PicoChargePoint:
    enough_wh = 1.0
    judged_wh = 1.0

    def __init__(self, folder: Path, image: Path, micropython: str) -> None:
        self._pico = PicoBench(folder, image, micropython)
        self._usb: UsbBridge | None = None

    @property
    def usb(self) -> UsbBridge:
        assert self._usb is not None, "start it first"
        return self._usb

    def start(self, power_w: int) -> None:
        self._usb = UsbBridge(self._pico, presence="contact", contact_pin=CONTACT, feedback_pin=FEEDBACK, **QUICK)
        self.bridge = self._usb.bridge
        self._pico.attach_plant(f"constant:{power_w}")
        self._pico.world(plug=True)

    def until(self, condition: Callable[[], object], within_s: float) -> None:
        self.usb.until(condition, within_s)

    def truth(self) -> Truth:
        world = self._pico.world()
        return Truth(world["relay"], world["plant_mwh"] / 1000, sum(closed for _, closed in world["edges"]))

    def fault(self, name: str, on: bool) -> None:
        self._pico.world(fault=name, on=on)

    def cut_power(self) -> None:
        self._pico.cut_power()
        self.bridge.connected()

    def reset(self) -> None:
        self._pico.reset()
        self.bridge.connected()

    def cut_line(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        if self._usb is not None:
            self._usb.close()
        self._pico.close()
