"""Run on MicroPython, with benches/fake_machine before its own modules: one check of the contract, or all of them.

    micropython fake_board.py PLATFORM CHECK STATE_DIR [FAULT]

Ends with code 0 where the check holds; prints `skipped` where this platform cannot show it. FAULT plants a mistake.
"""

import json
import math
import sys

import machine
import micropython
from chargepoint.settings import read
from chip import BY_TIMER, MID_RAIL, chip
from hal import platforms
from machine import PWRON_RESET, SOFT_RESET, WDT_RESET, world
from mistakes import MISTAKES

from hil_tests.contract.checks import CHECKS, MAINS_V
from hil_tests.contract.watcher import Watcher

PINS = {"contact_pin": 21, "feedback_pin": 4, "rcm_pin": 22, "stop_pin": 17, "trip_pin": 19}
BUS = {"i2c_sda_pin": 13, "i2c_scl_pin": 16}
SENSORS = {"rp2": (0, 1), "esp32": (36, 39)}  # channels or pins of current and voltage
CAN = {
    "rp2": ("wrap", "sensors", "phase", "buffer", "loss", "inputs", "ntc", "watchdog", "prompt", "heap"),
    "esp32": ("wrap", "sensors", "phase", "inputs", "ntc", "watchdog", "prompt"),  # its reading allocates
}
A_PER_COUNT, V_PER_COUNT = 0.029297, 0.195313
CURRENT_ZERO, VOLTAGE_ZERO = MID_RAIL + 37, MID_RAIL - 21  # no divider is exact
RELAY = 18
HZ = 50


class Bench(Watcher):
    def __init__(self, name, folder, inputs):
        self.name = name
        self.is_rough = name == "esp32"
        self.can = CAN[name] if inputs else tuple(each for each in CAN[name] if each != "inputs") + ("no inputs",)
        self._folder = folder
        self._inputs = inputs
        self._amps, self._angle = 0, 0
        self._noise = 1
        chip.converter.signal = self._signal
        super().__init__(self._start(), self._pass)

    def pin(self):
        return world.outputs[RELAY] == 1

    def load(self, amps, power_factor):
        self._amps, self._angle = amps, math.acos(power_factor)

    def wire(self, name, level):
        world.levels[PINS[name]] = level

    def output(self, name):
        return world.outputs[PINS[name]]

    def ntc(self, word):
        world.ntc = word

    def bitten(self):
        return chip.bitten()

    def run(self, duration_ms, locked=False):
        locks = (micropython.heap_lock, micropython.heap_unlock) if locked else ()
        super().run(duration_ms, *locks)

    def restart(self, cause):
        """The next start: after reset() of the platform or at the prompt, by the watchdog, or with new power."""
        if cause in ("reset", "prompt"):
            (self.platform if cause == "reset" else machine).reset()
            world.cause = SOFT_RESET if self.name == "esp32" else WDT_RESET
        else:
            world.cause = WDT_RESET if cause == "watchdog" else PWRON_RESET
            chip.reason = BY_TIMER if cause == "watchdog" else 0
        chip.watchdog_ms = None
        chip.converter.running = False
        chip.dma = []
        self.platform = self._start()
        return self

    def _start(self):
        config = {"cp_id": "cp_1", "role": "engine", "platform": self.name, "engine": "usb", "state_dir": self._folder}
        if self._inputs:
            config.update(PINS)
            config.update(BUS)
        return platforms.make(read(json.dumps(config)))

    def _pass(self, duration_ms):
        chip.advance_us(duration_ms * 1000)

    def _signal(self, channel, at_us):
        of_current, of_voltage = SENSORS[self.name]
        self._noise = self._noise * 1103515245 + 12345 & 0x7FFFFFFF
        noise = (self._noise >> 16) % 5 - 2
        angle = 2 * math.pi * HZ * (at_us % 1000000) / 1000000
        if channel == of_voltage:
            return VOLTAGE_ZERO + noise + round(MAINS_V * math.sqrt(2) / V_PER_COUNT * math.sin(angle))
        if channel == of_current:
            peak = self._amps * math.sqrt(2) / A_PER_COUNT if self.pin() else 0
            return CURRENT_ZERO + noise + round(peak * math.sin(angle - self._angle))
        return 3000


def main(name, check, folder, mistake=None):
    function, needs = CHECKS[check]
    if mistake is not None:
        MISTAKES[mistake]()
    bench = Bench(name, folder, "inputs" in needs or "ntc" in needs)
    if [each for each in needs if each not in bench.can]:
        print("skipped")
        return
    function(bench)
    print("holds")


main(*sys.argv[1:])
