"""The contract's bench for an emulated Pico: the platform runs there, checks here.

What a check asks of the platform goes through the prompt. `run` is a loop over there that hands over its windows.
"""

import ast
import json
import math
from typing import Any, Self

from chargepoint.sample_window import SampleWindow
from hal.contract import WATCHDOG_MS

from hil_tests.contract.checks import MAINS_V
from hil_tests.contract.watcher import Watcher
from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.plant_pins import CONTACT, CURRENT, FEEDBACK, MID_RAIL, RCM, RELAY, STOP, TRIP, VOLTAGE
from tools.emulated_pico.signals import Signal

PINS = {"contact_pin": CONTACT, "feedback_pin": FEEDBACK, "rcm_pin": RCM, "stop_pin": STOP, "trip_pin": TRIP}
A_PER_COUNT, V_PER_COUNT = 0.029297, 0.195313
CURRENT_ZERO, VOLTAGE_ZERO = MID_RAIL + 37, MID_RAIL - 21  # no divider is exact
LOOP_MS = 1000  # at most so much of the loop at a time: its windows wait in a small heap
LIMIT_S = 5.0
VALUES = ("board", "reset_cause", "skew_us", "flash_writes", "indicative", "has_trip", "lost_ms")
FIELDS = ("n", "duration_ms", "sum_i", "sum_ii", "sum_v", "sum_vv", "sum_vi", "clipped", "relay", "centred")
MODULES = ("boot", "hal.rp2", "hal.ntc", "hal.adc_dma", "chargepoint.settings")
BEGIN = """
import json, machine, time
from chargepoint.settings import read
from hal import rp2
from machine import Timer
from micropython import heap_lock, heap_unlock
platform = rp2.make(read({config!r}), True, ())

def look(locked):
    if locked:
        heap_lock()
    try:
        platform.step(platform.ticks_ms())
        return platform.window()
    finally:
        if locked:
            heap_unlock()

def run(ms, locked):
    got = []
    began = platform.ticks_ms()
    while platform.ticks_diff(platform.ticks_ms(), began) < ms:
        time.sleep_ms(5)
        window = look(locked)
        while window is not None:
            got.append([getattr(window, name) for name in {fields}])
            window = look(locked)
    print(json.dumps(got))
"""
RESET = "Timer().init(mode=Timer.ONE_SHOT, period=20, callback=lambda timer: {who}.reset())"
RESETS = {"reset": "platform", "prompt": "machine"}


class RemotePlatform:
    """Each member is the platform's over there."""

    def __init__(self, pico: PicoBench) -> None:
        self._pico = pico
        self.watched = False

    def __getattr__(self, name: str) -> Any:
        if name in VALUES:
            return self._ask(name)
        return lambda *given: self._ask(f"{name}({', '.join(map(repr, given))})")

    def start_watchdog(self) -> None:
        self._ask("start_watchdog()")
        self.watched = True

    def _ask(self, what: str) -> Any:
        return ast.literal_eval(self._pico.exec(f"print(repr(platform.{what}))", LIMIT_S).strip())


class PicoContractBench(Watcher):
    """It cannot show a `wrap`: the emulated timer stops waking anybody where its 32 bits of microseconds wrap, which is
    where ticks do; nor an `ntc`, whose converter is not at its bus.
    """

    is_rough = False
    can = ("sensors", "phase", "buffer", "loss", "inputs", "watchdog", "prompt", "heap")

    def __init__(self, pico: PicoBench, with_inputs: bool) -> None:
        """pico: has MODULES, and runs; its power is cut first, so that nothing is left of an earlier check."""
        self._pico = pico
        self._pins = PINS if with_inputs else {}
        if not with_inputs:
            self.can = (*(each for each in self.can if each != "inputs"), "no inputs")
        for gpio in PINS.values():
            pico.drive(gpio, None)
        pico.signal(VOLTAGE, Signal(VOLTAGE_ZERO, MAINS_V * math.sqrt(2) / V_PER_COUNT))
        self.load(0, 1)
        pico.cut_power()
        super().__init__(self._start(), lambda ms: pico.run(ms / 1000))

    def pin(self) -> bool:
        return self._level(RELAY)

    def load(self, amps: float, power_factor: float) -> None:
        peak = amps * math.sqrt(2) / A_PER_COUNT
        self._pico.signal(CURRENT, Signal(CURRENT_ZERO, peak, lag=math.acos(power_factor), gate=RELAY))

    def wire(self, name: str, level: int) -> None:
        self._pico.drive(PINS[name], bool(level))

    def output(self, name: str) -> int:
        return int(self._level(PINS[name]))

    def bitten(self) -> bool:
        return self._boots() > self._booted

    def run(self, duration_ms: int, locked: bool = False) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # the loop is over there, with its lock
        if self.platform.watched:
            self._pico.run(duration_ms / 1000)  # it may strike, and nothing at the prompt outlives that
            return
        while duration_ms > 0:
            part_ms = min(duration_ms, LOOP_MS)
            for fields in json.loads(self._pico.exec(f"run({part_ms}, {locked})", LIMIT_S)):
                window = SampleWindow()
                for name, value in zip(FIELDS, fields, strict=True):
                    setattr(window, name, value)
                self._note(window)
            duration_ms -= part_ms

    def restart(self, cause: str) -> Self:
        if cause == "power":
            self._pico.cut_power()
        elif cause == "watchdog":
            self.platform.start_watchdog()
            self._pico.run(WATCHDOG_MS / 1000 + 0.1)
            assert self.bitten()
        else:
            self._pico.exec(RESET.format(who=RESETS[cause]))
            self._pico.run(0.05)
            assert self.bitten()
        self.platform = self._start()
        return self

    def _start(self) -> RemotePlatform:
        self._pico.boot()
        config = {"cp_id": "cp_1", "role": "engine", "platform": "rp2", "engine": "usb", **self._pins}
        self._pico.exec(BEGIN.format(config=json.dumps(config), fields=FIELDS), LIMIT_S)
        self._booted = self._boots()
        return RemotePlatform(self._pico)

    def _boots(self) -> int:
        return int(self._pico.state()["boots"])

    def _level(self, gpio: int) -> bool:
        return bool(self._pico.state()["levels"].get(str(gpio), False))
