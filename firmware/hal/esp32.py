"""An ESP32: a monitor. As an engine only `indicative`: its converter is too coarse to bill by.

Nobody here has run it on hardware.
"""

import time

import machine

from hal.board import BoardPlatform
from hal.pins import Pins

I_PIN, V_PIN = 36, 39  # both only read


class Esp32:
    name = "esp32"
    indicative = True

    def reset_cause(self):
        """One of hal.contract.RESET_CAUSES."""
        causes = {
            machine.PWRON_RESET: "power", machine.WDT_RESET: "watchdog", machine.SOFT_RESET: "software",
            machine.HARD_RESET: "software",
        }
        return causes.get(machine.reset_cause(), "unknown")


def make(settings, with_sensors, parts):
    """Raises SettingError. with_sensors: it is an engine."""
    pins = Pins(settings)  # the relay opens first
    sampler = temperature = None
    if with_sensors:
        from hal import ntc
        from hal.adc_polled import PolledSampler

        sampler = PolledSampler(I_PIN, V_PIN, time.ticks_ms, settings.nominal_voltage_v is None)
        temperature = ntc.make(settings)
    return BoardPlatform(settings, Esp32(), pins, sampler, temperature, parts)
