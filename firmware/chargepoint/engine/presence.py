"""How a charge point knows the car, by `presence` in its settings: when a charge may begin, and when it is over.

`none`: a switched, metered socket. Anything plugged in is fed at once; the charge is over when less than QUIET_MA has
flowed for a while, whether something did before or not. (A real car draws 1.4 A of reactive current before it
charges, so that current alone never proves a car.)
`contact`: a switch in the connector. The charge begins when the car is there, and is over when it is gone. What the
contact says counts once it has lasted SETTLED_MS of window time: a worn one flickers.

`vehicle`: what may be said about the car.
`asks_car`: whether the car can be asked to draw no more before the relay opens. Only a control pilot does that.
"""

QUIET_MA = 2000
SETTLED_MS = 500


class WithoutInput:
    """`none`; quiet_end_ms of window time without load end a charge."""

    asks_car = False
    vehicle = "unknown"

    def __init__(self, quiet_end_ms):
        self._quiet_end_ms = quiet_end_ms
        self._quiet_ms = 0

    def begin(self):
        self._quiet_ms = 0

    def sense(self, said, window_ms):
        """There is nothing to hear."""

    def ready(self):
        return True

    def over(self, current_ma, window_ms):
        self._quiet_ms = self._quiet_ms + window_ms if current_ma < QUIET_MA else 0
        return self._quiet_ms >= self._quiet_end_ms


class Contact:
    asks_car = False

    def __init__(self, quiet_end_ms):
        self.vehicle = "unknown"
        self._said = "unknown"
        self._said_ms = 0

    def begin(self):
        """What the contact said before the charge stands."""

    def sense(self, said, window_ms):
        """On every pass, and with each window that came in it. An input that is no longer read counts at once."""
        if said != self._said:
            self._said, self._said_ms = said, 0
        else:
            self._said_ms = min(self._said_ms + window_ms, SETTLED_MS)
        if self._said_ms >= SETTLED_MS or said == "unknown":
            self.vehicle = said

    def ready(self):
        return self.vehicle == "present"

    def over(self, current_ma, window_ms):
        return self.vehicle == "absent"


PRESENCE = {"none": WithoutInput, "contact": Contact}
