"""The pins of a real board by their tasks: relay, trip output, safety inputs. The relay's is boot.py's.

Inputs close to ground and have a pull-up, so that a broken wire reads as the safe side of each: an emergency stop that
is pressed, a residual current monitor that has tripped, a load without voltage, a car that is not there.
"""

import sys

from boot import RELAY_PIN
from machine import Pin


class Pins:
    """Inputs are Pins, None where there is none: see `closed`. Raises SettingError, with the relay open."""

    def __init__(self, settings):
        from hal.pin_rules import check

        self._relay = Pin(RELAY_PIN, Pin.OUT, value=0)
        check(settings, getattr(sys.implementation, "_machine", ""))
        self._trip = None if settings.trip_pin is None else Pin(settings.trip_pin, Pin.OUT, value=0)
        self.has_trip = self._trip is not None
        self.contact = _input(settings.contact_pin)
        self.feedback = _input(settings.feedback_pin)
        self.rcm_closed = _input(settings.rcm_pin)
        self.stop_closed = _input(settings.stop_pin)

    def relay(self, closed):
        self._relay.value(1 if closed else 0)

    def relay_level(self):
        return self._relay.value() == 1

    def trip(self, on):
        if self._trip is not None:
            self._trip.value(1 if on else 0)


def _input(number):
    return None if number is None else Pin(number, Pin.IN, Pin.PULL_UP)


def closed(pin):
    """Whether an input is closed to ground; None where there is none."""
    return None if pin is None else pin.value() == 0
