"""Wi-Fi that comes up and comes back by itself. Lines over TCP find out for themselves whether there is a network.

The radio starts when this is made, which takes seconds on a Pico W: before the watchdog starts. Afterwards nothing
waits: the state is asked for, and joining is begun.
"""

import network
from chargepoint.ticks import ticks_diff

_LOOK_EACH_MS = 1000
JOIN_MS = 20000  # a try that takes longer is begun anew


class Wifi:
    """`joins`: how often joining was begun."""

    def __init__(self, ssid, password, ticks_ms):
        self.joins = 0
        self._ssid = ssid
        self._password = password
        self._station = network.WLAN(network.STA_IF)
        self._station.active(True)
        self._looked_at = ticks_ms()
        self._join(self._looked_at)

    def is_up(self):
        return self._station.isconnected()

    def step(self, now):
        if ticks_diff(now, self._looked_at) < _LOOK_EACH_MS:
            return
        self._looked_at = now
        if self._station.isconnected():
            self._joined_at = now
        elif ticks_diff(now, self._joined_at) >= JOIN_MS:
            self._join(now)

    def _join(self, now):
        self._joined_at = now
        self.joins += 1
        try:
            self._station.disconnect()  # a try that hangs would refuse the next one
        except OSError:
            pass  # there is nothing to leave
        try:
            self._station.connect(self._ssid, self._password)
        except OSError:
            pass  # the radio is busy: tried again later

