"""Which pins a board may use for what. No pin is touched here, so that whoever provisions a board can ask it too."""

from boot import RELAY_PIN
from chargepoint.board_kinds import SettingError

# Pins that a board must not use: strapping pins float or are pulled at reset, some carry the flash, some only read.
_ESP32 = (0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 34, 35, 36, 37, 38, 39)
_PICO = (23, 24, 25, 26, 27, 28, 29)  # 23 to 25 and 29: power supply and radio; 26 to 28: the converter
_ESP32_S3 = (0, 3, 19, 20, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 45, 46)
S3 = "ESP32S3"  # in what MicroPython says of its machine
# By platform; an S3 has pins of its own.
REFUSED = {"rp2": _PICO, "esp32": _ESP32, S3: _ESP32_S3}
LAST = {"rp2": 29, "esp32": 39, S3: 48}
# Of a UART whose pins config.json does not name: tx, rx, rts, cts.
UARTS = {("rp2", "uart:0"): (0, 1, 3, 2), ("rp2", "uart:1"): (8, 9, 11, 10), ("esp32", "uart:1"): (25, 26, 27, 33)}
UART_PINS = ("uart_tx_pin", "uart_rx_pin", "uart_rts_pin", "uart_cts_pin")
TASKS = (
    "trip_pin", "feedback_pin", "contact_pin", "rcm_pin", "stop_pin", "i2c_sda_pin", "i2c_scl_pin",
) + UART_PINS


def check(settings, machine=""):
    """Raises SettingError for a pin that this board must not use, and for one that has two tasks.

    machine: what MicroPython says of the board (sys.implementation._machine).
    """
    _name_uart_pins(settings)
    chip = S3 if S3 in machine else settings.platform
    tasks = {RELAY_PIN: "the relay"}
    for name in TASKS:
        pin = getattr(settings, name)
        if pin is None:
            continue
        if pin in REFUSED[chip] or pin > LAST[chip]:
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
