"""Wi-Fi that comes up and comes back by itself. Lines over TCP find out for themselves whether there is a network.

The radio starts when this is made, which takes seconds on a Pico W: before the watchdog starts. Afterwards nothing
waits: the state is asked for, and joining is begun.
"""

import network
from chargepoint.ticks import ticks_diff

_LOOK_EACH_MS = 1000
JOIN_MS = 20000  # a try that takes longer is begun anew
SILENT_MS = 180000  # joined, and no line is open: some radios do not notice that their access point has gone

lines = []  # the byte lines that go by this board's one radio


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
        is_up = self._station.isconnected()
        if is_up and _carries():
            self._joined_at = now
        elif ticks_diff(now, self._joined_at) >= (SILENT_MS if is_up else JOIN_MS):
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


def _carries():
    for line in lines:
        if line.is_open:
            return True
    return not lines
