"""A Raspberry Pi Pico or Pico W: engine, monitor, or both. Measures current at GPIO26 and voltage at GPIO27."""

import time

import machine

from hal.board import BoardPlatform
from hal.pins import Pins

# machine.reset() uses the watchdog, and so counts as one. A scratch register that neither clears tells them apart.
_SCRATCH = 0x40058000 + 0x0C
_BY_US = 0x57415454


class Pico:
    name = "rp2"
    indicative = False

    def reset_cause(self):
        """One of hal.contract.RESET_CAUSES. Asked once: it clears what tells."""
        by_us = machine.mem32[_SCRATCH] == _BY_US
        machine.mem32[_SCRATCH] = 0
        if by_us:
            return "software"
        causes = {machine.PWRON_RESET: "power", machine.WDT_RESET: "watchdog"}
        return causes.get(machine.reset_cause(), "unknown")

    def before_reset(self):
        machine.mem32[_SCRATCH] = _BY_US


def make(settings, with_sensors, parts):
    """Raises SettingError. with_sensors: it is an engine."""
    pins = Pins(settings)  # the relay opens first
    sampler = temperature = None
    if with_sensors:
        from hal import ntc
        from hal.adc_dma import DmaSampler

        sampler = DmaSampler(time.ticks_ms, settings)
        temperature = ntc.make(settings)
    return BoardPlatform(settings, Pico(), pins, sampler, temperature, parts)
