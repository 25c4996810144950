"""One emulated board with what stands at its pins: all that the bench can do to it, by the board's own time."""

import random
import time
from collections import defaultdict, deque
from pathlib import Path
from typing import Any

from tools.emulated_pico import console
from tools.emulated_pico.guest import NS, Guest
from tools.emulated_pico.plant_pins import PlantAtPins
from tools.emulated_pico.signals import Signals

BOOT_LIMIT_S = 5.0
BOOT_STEP_S = 0.001
KEPT_EDGES = 1000


class PicoBoard:
    """`now_ns` and `edges` run on through resets and power cuts. An output that nobody drives is pulled down."""

    def __init__(self, image: Path, flash: Path, number: int) -> None:
        """`number` tells this chip from others, in its id and in what it draws at random."""
        self.port = console.Port()
        self.plant: PlantAtPins | None = None  # in place of the signals
        self.edges: defaultdict[int, deque[tuple[int, bool]]] = defaultdict(lambda: deque(maxlen=KEPT_EDGES))
        self.levels: defaultdict[int, bool] = defaultdict(bool)
        self.signals = Signals(self.levels)
        self._image = image
        self._flash = flash
        self._chip_id = number.to_bytes(8, "big")
        self._random = random.Random(number)
        self._earlier_ns = 0
        self._driven: dict[int, bool] = {}
        self.guest = self._new_guest()

    @property
    def now_ns(self) -> int:
        return self._earlier_ns + self.guest.now_ns

    def exchange(self) -> None:
        self.port.exchange(self.guest)

    def run(self, seconds: float) -> None:
        self.guest.run(seconds, self.exchange)

    def boot(self) -> float:
        """Until its console is there; how much of its time that took. Raises TimeoutError."""
        start_ns = self.now_ns
        while not self.guest.enumeration.up:
            if self.now_ns - start_ns > BOOT_LIMIT_S * NS:
                raise TimeoutError(f"the guest's console did not come within {BOOT_LIMIT_S:g} s of its time")
            self.run(BOOT_STEP_S)
        return (self.now_ns - start_ns) / NS

    def run_code(self, code: str, limit_s: float) -> dict[str, Any]:
        start_ns, started_s = self.now_ns, time.monotonic()
        out, error = console.run_code(self.guest, code, limit_s, self.exchange)
        spent_s = (self.now_ns - start_ns) / NS
        return {"out": out, "error": error, "guest_s": spent_s, "wall_s": time.monotonic() - started_s}

    def drive(self, number: int, high: bool | None) -> None:
        """Puts a level on an input from outside; None: nothing drives it any more."""
        if high is None:
            self._driven.pop(number, None)
            self.guest.mcu.gpio[number].release_input()
        else:
            self._driven[number] = high
            self.guest.mcu.gpio[number].set_input_value(high)

    def attach_plant(self, load: str) -> None:
        """Raises ProfileError."""
        self.plant = PlantAtPins(load, self.drive, self.now_ns)

    def cut_power(self) -> None:
        """What was not in the flash is gone, the pins float, and the board boots anew when it is next run."""
        now_ns = self.now_ns
        for number in [number for number, high in self.levels.items() if high]:
            self._note(number, False, now_ns)
        self._earlier_ns = now_ns
        self.guest = self._new_guest()

    def _new_guest(self) -> Guest:
        earlier_ns = self._earlier_ns

        def counts(channel: int, ns: int) -> int:
            return (self.plant or self.signals).counts(channel, earlier_ns + ns)

        guest = Guest(self._image, self._flash, counts, self._moved, self._chip_id, self._random)
        guest.cdc.on_serial_data = self.port.say
        for number, high in self._driven.items():
            guest.mcu.gpio[number].set_input_value(high)
        return guest

    def _moved(self, number: int, level: bool | None) -> None:
        self._note(number, bool(level), self.now_ns)

    def _note(self, number: int, high: bool, at_ns: int) -> None:
        if high != self.levels[number]:
            self.levels[number] = high
            self.edges[number].append((at_ns, high))
            if self.plant is not None:
                self.plant.moved(number, high, at_ns)
