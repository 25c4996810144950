"""A Raspberry Pi Pico or Pico W: engine, monitor, or both. Measures current at GPIO26 and voltage at GPIO27."""

import time

import machine

from hal.board import BoardPlatform
from hal.pins import Pins

# Datasheet of the RP2040, 4.7: bit 0, the timer ran out; bit 1, a reset was asked for. machine.reset() does that,
# whoever calls it, and machine.reset_cause() tells both as the watchdog's.
_REASON = 0x40058008
_CAUSES = ("power", "watchdog", "software", "watchdog")


class Pico:
    name = "rp2"
    indicative = False

    def reset_cause(self):
        """One of hal.contract.RESET_CAUSES."""
        return _CAUSES[machine.mem32[_REASON] & 3]


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
