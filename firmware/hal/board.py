"""The platform of a real board (see hal.contract): what a Pico and an ESP32 share. `chip` is what each knows alone."""

import binascii
import os
import time

import machine
from chargepoint.sample_window import SampleWindow

from hal.contract import WATCHDOG_MS
from hal.flags import Flag
from hal.pins import closed


class BoardPlatform:
    """chip: `name`, `indicative`, `reset_cause()`; parts: what else `step(now)` drives.

    A monitor of its own has no sensors: `sampler` and `temperature` are None there.
    """

    flash_writes = 1

    def __init__(self, settings, chip, pins, sampler=None, temperature=None, parts=()):
        self.board = settings.board or "%s-%s" % (chip.name, binascii.hexlify(machine.unique_id()).decode())
        self.state_dir = settings.state_dir
        # On the instance: MicroPython would bind a class's function to it.
        self.random_bytes = os.urandom
        self.ticks_ms, self.ticks_diff, self.sleep_ms = time.ticks_ms, time.ticks_diff, time.sleep_ms
        self.indicative = chip.indicative
        self.reset_cause = chip.reset_cause()
        self.skew_us = 0 if sampler is None else sampler.skew_us
        self._chip = chip
        self._pins = pins
        self.has_trip = pins.has_trip
        self._sampler = sampler
        self._temperature = temperature
        self._parts = parts
        self._window = SampleWindow()
        self._level = False
        self._watchdog = None
        self._maintenance = Flag(settings.state_dir, "maintenance")

    def step(self, now):
        for part in self._parts:
            part.step(now)
        if self._sampler is not None:
            self._sampler.step(now)
        if self._temperature is not None:
            self._temperature.step(now)

    # --- outputs ---

    def relay(self, closed):
        self._pins.relay(closed)
        if closed != self._level:
            self._level = closed
            if self._sampler is not None:
                self._sampler.mark()

    def relay_level(self):
        return self._pins.relay_level()

    def trip(self, on):
        self._pins.trip(on)

    # --- inputs ---

    def window(self):
        window = self._window
        if self._sampler is None or not self._sampler.window(window):
            return None
        window.relay = None if self._sampler.moved else self._level
        return window

    @property
    def lost_ms(self):
        return 0 if self._sampler is None else self._sampler.lost_ms

    def vehicle(self):
        there = closed(self._pins.contact)
        return "unknown" if there is None else "present" if there else "absent"

    def temperature_mc(self):
        return None if self._temperature is None else self._temperature.read_mc

    def feedback(self):
        return closed(self._pins.feedback)

    def rcm_tripped(self):
        return _opened(self._pins.rcm_closed)

    def stop_pressed(self):
        return _opened(self._pins.stop_closed)

    def report_register(self, meter_id, register_wh, session_id):
        """A real board has no plant."""

    # --- the board itself ---

    def start_watchdog(self):
        self._watchdog = machine.WDT(timeout=WATCHDOG_MS)

    def feed_watchdog(self):
        if self._watchdog is not None:
            self._watchdog.feed()

    def maintenance(self):
        return self._maintenance.is_up()

    def set_maintenance(self, on):
        self._maintenance.set(on)

    def reset(self):
        machine.reset()


def _opened(pin):
    is_closed = closed(pin)
    return None if is_closed is None else not is_closed
