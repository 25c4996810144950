"""How a charge point knows the car, by `presence` in its settings: when a charge may begin, and when it is over.

`none`: a switched, metered socket. Anything plugged in is fed at once; the charge is over when less than QUIET_MA has
flowed for a while, whether something did before or not. (A real car draws 1.4 A of reactive current before it
charges, so that current alone never proves a car.)
`contact`: a switch in the connector. The charge begins when the car is there, and is over when it is gone.

`asks_car`: whether the car can be asked to draw no more before the relay opens. Only a control pilot does that.
"""

QUIET_MA = 2000
GONE_MS = 1000  # a contact that bounces


class WithoutInput:
    """`none`; quiet_end_ms of window time without load end a charge."""

    asks_car = False

    def __init__(self, quiet_end_ms):
        self._quiet_end_ms = quiet_end_ms
        self._quiet_ms = 0

    def begin(self):
        self._quiet_ms = 0

    def ready(self, vehicle):
        return True

    def over(self, vehicle, current_ma, window_ms):
        self._quiet_ms = self._quiet_ms + window_ms if current_ma < QUIET_MA else 0
        return self._quiet_ms >= self._quiet_end_ms

    def seen(self, vehicle):
        """What may be said about the car."""
        return "unknown"


class Contact:
    asks_car = False

    def __init__(self, quiet_end_ms):
        self._gone_ms = 0

    def begin(self):
        self._gone_ms = 0

    def ready(self, vehicle):
        return vehicle == "present"

    def over(self, vehicle, current_ma, window_ms):
        self._gone_ms = self._gone_ms + window_ms if vehicle == "absent" else 0
        return self._gone_ms >= GONE_MS

    def seen(self, vehicle):
        return vehicle


PRESENCE = {"none": WithoutInput, "contact": Contact}
