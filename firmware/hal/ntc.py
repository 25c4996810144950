"""The temperature at the relay: an NTC of 10 kOhm (B 3950) against 10 kOhm to 3.3 V, on an ADS1115 at an I2C bus.

The converter of the RP2040 has no pin left for it: current, voltage, and the control pilot later. An ADS1115 whose
word does not come, and an NTC that is broken or shorted, read as no temperature.
"""

import math

from chargepoint.ticks import ticks_diff
from machine import I2C, Pin

ADDRESS = 0x48
READ_EACH_MS = 500
# Pointer register 1: single shot, channel 0 against ground, +-4.096 V, 128 a second (7.8 ms).
_CONVERT = b"\xc3\x83"
_CONFIG, _RESULT = 1, 0
_UV_PER_COUNT = 125
_SUPPLY_UV = 3300000
_STEP_C = 10
_LOWEST_C, _HIGHEST_C = -40, 150
_BETA, _AT_25_C_K = 3950, 298.15


def _table():
    """Microvolts at _LOWEST_C, each _STEP_C up to _HIGHEST_C; falling."""
    volts = []
    for celsius in range(_LOWEST_C, _HIGHEST_C + 1, _STEP_C):
        ratio = math.exp(_BETA * (1 / (celsius + 273.15) - 1 / _AT_25_C_K))  # of the NTC to its 10 kOhm at 25 degrees
        volts.append(int(_SUPPLY_UV * ratio / (1 + ratio)))
    return volts


class Ntc:
    """`read_mc`: thousandths of a degree Celsius, as read last; None where it cannot be read."""

    def __init__(self, bus):
        self.read_mc = None
        self._bus = bus
        self._table = _table()
        self._word = bytearray(2)
        self._asked_at = None

    def step(self, now):
        """A conversion is fetched when the next one is due, which is long after it is ready."""
        if self._asked_at is not None and ticks_diff(now, self._asked_at) < READ_EACH_MS:
            return
        try:
            if self._asked_at is not None:
                self._bus.readfrom_mem_into(ADDRESS, _RESULT, self._word)
                self.read_mc = self.temperature_of((self._word[0] << 8 | self._word[1]) * _UV_PER_COUNT)
            self._bus.writeto_mem(ADDRESS, _CONFIG, _CONVERT)
        except OSError:
            self.read_mc = None
        self._asked_at = now

    def temperature_of(self, microvolts):
        """None where no NTC of ours gives that."""
        table = self._table
        for k in range(1, len(table)):
            if table[k] <= microvolts < table[k - 1]:
                within = (table[k - 1] - microvolts) * 100 // (table[k - 1] - table[k])
                return (_LOWEST_C + (k - 1) * _STEP_C) * 1000 + within * _STEP_C * 10
        return None


def make(settings):
    """None where no bus is named."""
    if settings.i2c_sda_pin is None or settings.i2c_scl_pin is None:
        return None
    bus = settings.i2c_sda_pin // 2 % 2 if settings.platform == "rp2" else 0  # a Pico's pins belong to one bus each
    sda, scl = Pin(settings.i2c_sda_pin), Pin(settings.i2c_scl_pin)
    return Ntc(I2C(bus, sda=sda, scl=scl, freq=400000, timeout=2000))
