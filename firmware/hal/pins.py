"""The pins of a real board by their tasks: relay, trip output, safety inputs. The relay's is boot.py's.

Inputs close to ground and have a pull-up, so that a broken wire reads as the safe side of each: an emergency stop that
is pressed, a residual current monitor that has tripped, a load without voltage, a car that is not there.
"""

from boot import RELAY_PIN
from chargepoint.settings import SettingError
from machine import Pin

# Pins that a board must not use: strapping pins float or are pulled at reset, some carry the flash, some only read.
_ESP32 = (0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 34, 35, 36, 37, 38, 39)
_PICO = (23, 24, 25, 26, 27, 28, 29)  # 23 to 25 and 29: power supply and radio; 26 to 28: the converter
REFUSED = {"rp2": _PICO, "esp32": _ESP32}
LAST = {"rp2": 29, "esp32": 39}
# Of a UART whose pins config.json does not name: tx, rx, rts, cts.
UARTS = {("rp2", "uart:0"): (0, 1, 3, 2), ("rp2", "uart:1"): (8, 9, 11, 10), ("esp32", "uart:1"): (25, 26, 27, 33)}
UART_PINS = ("uart_tx_pin", "uart_rx_pin", "uart_rts_pin", "uart_cts_pin")
TASKS = (
    "trip_pin", "feedback_pin", "contact_pin", "rcm_pin", "stop_pin", "i2c_sda_pin", "i2c_scl_pin",
) + UART_PINS


def check(settings):
    """Raises SettingError for a pin that this board must not use, and for one that has two tasks."""
    _name_uart_pins(settings)
    tasks = {RELAY_PIN: "the relay"}
    for name in TASKS:
        pin = getattr(settings, name)
        if pin is None:
            continue
        if pin in REFUSED[settings.platform] or pin > LAST[settings.platform]:
            raise SettingError("%s: %d must not be used on this board; expected a free pin, such as 19" % (name, pin))
        if pin in tasks:
            raise SettingError("%s: %d is the pin of %s; expected another" % (name, pin, tasks[pin]))
        tasks[pin] = name


def _name_uart_pins(settings):
    """Where a line goes by UART, each of its pins has a number afterwards."""
    for place in (settings.central, settings.engine):
        if isinstance(place, str) and place.startswith("uart:"):
            usual = UARTS.get((settings.platform, place), (None,) * len(UART_PINS))
            for k, name in enumerate(UART_PINS):
                if getattr(settings, name) is None:
                    setattr(settings, name, usual[k])
                if getattr(settings, name) is None:
                    raise SettingError("%s: it is missing, and %s has no usual pins on this board" % (name, place))


class Pins:
    """Inputs are Pins, None where there is none: see `closed`. Raises SettingError, with the relay open."""

    def __init__(self, settings):
        self._relay = Pin(RELAY_PIN, Pin.OUT, value=0)
        check(settings)
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
