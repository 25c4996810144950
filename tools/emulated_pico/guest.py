"""An emulated Pico with an image of MicroPython, its faults mended, and the guest's time in the hands of its owner."""

import random
from collections.abc import Callable
from pathlib import Path

from rp2040py.boards import BOARDS, resolve_firmware
from rp2040py.device import MicroPythonDevice
from rp2040py.device.base_device import ResetCause
from rp2040py.execute_batch import execute_batch
from rp2040py.memory_map import FLASH_START_ADDRESS

from tools.emulated_pico import adc, dma_timer, identity, uart, usb
from tools.emulated_pico.flash import SavedFlash
from tools.emulated_pico.pins import Moved, Outputs

NS = 1_000_000_000


class Guest:
    """`run` lets it run; it stands still otherwise. What it says on its USB port goes to `cdc.on_serial_data`."""

    def __init__(
        self, image: Path, flash: Path, counts: adc.Input, moved: Moved, chip_id: bytes, source: random.Random
    ) -> None:
        """`counts`: see adc.read_from; `moved`: see pins.Outputs. Both by the guest's time, which begins at 0.

        `chip_id`: 8 bytes. `source`: of what the chip gives for random.
        """
        self._device = MicroPythonDevice(board=resolve_firmware(BOARDS["pico"], "micropython", str(image)))
        self._simulator = self._device.simulator
        self.mcu = self._device.mcu
        self.cdc = self._device.cdc
        self.flash = SavedFlash(self.mcu, flash)
        leave_out_pio(self._device)
        identity.random_bits(self.mcu, source)
        identity.unique_id(self.mcu, chip_id)
        usb.hold_empty_polls(self._device)
        uart.mend(self.mcu)
        self.wires = [uart.Wire(self.mcu, number) for number in range(len(self.mcu.uart))]
        dma_timer.right_way_up(self.mcu)
        adc.go_round(self.mcu)
        adc.read_from(self.mcu, counts)
        self.outputs = Outputs(self.mcu, moved)
        self.enumeration = usb.Enumeration(self._device)
        self._halted = False
        self._deadline = self.mcu.clock.create_alarm(self.halt)
        self.mcu.core.pc = FLASH_START_ADDRESS

    @property
    def now_ns(self) -> int:
        """Goes on through resets."""
        return round(self.mcu.clock.nanos)

    def run(self, seconds: float, between: Callable[[], None] = lambda: None) -> None:
        """Until so much of the guest's time has passed, or `halt` was called in it. The same instructions each time.

        `between`: called every few milliseconds of the world's time.
        """
        self._halted = False
        self._deadline.schedule(max(1.0, seconds * NS))
        while not self._halted:
            self._simulator.stopped = False
            execute_batch(self._simulator, 1)
            between()
        self._deadline.cancel()

    def halt(self) -> None:
        """Called from within the emulation, it ends `run` at this very instruction."""
        self._halted = True
        self._simulator.stopped = True

    def reset(self) -> None:
        """The reset button: flash and levels outside stay as they are."""
        self._device.hard_reset(cause=ResetCause.RUN_PIN)


def leave_out_pio(device: MicroPythonDevice) -> None:
    """The emulator looks after two PIO blocks at each instruction, which takes a seventh of its time; no board of ours
    uses them. A reset wants them back for a moment.
    """
    blocks = device.mcu.pio
    enter_reset = device._enter_reset  # pyright: ignore[reportPrivateUsage]  # what every kind of reset goes through

    def enter(cause: ResetCause) -> None:
        device.mcu.pio = blocks
        enter_reset(cause)
        device.mcu.pio = []

    device._enter_reset = enter  # pyright: ignore[reportPrivateUsage]  # as above
    device.mcu.pio = []
