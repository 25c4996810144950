"""The fake `network`: a station whose access point comes, goes, changes its password and hands out other addresses.
`air` is what is around.
"""

STA_IF = 0
NO_LEASE = ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")


class Air:
    def __init__(self):
        self.password = "right"  # of the one access point; None: it is off
        self.lease = ("192.168.4.2", "255.255.255.0", "192.168.4.1", "192.168.4.1")  # the last: its name server
        self.is_noticed = True  # that the access point has gone
        self.radio_on = False
        self.tries = 0
        self.joined = False


air = Air()


class WLAN:
    def __init__(self, interface):
        self._trying = False

    def active(self, on):
        air.radio_on = on

    def isconnected(self):
        air.joined = air.joined and (air.password is not None or not air.is_noticed)
        return air.joined

    def ifconfig(self):
        return air.lease if self.isconnected() else NO_LEASE

    def connect(self, ssid, password):
        if self._trying:
            raise OSError(16)
        self._trying = True
        air.tries += 1
        air.joined = password == air.password

    def disconnect(self):
        was_up = self._trying or air.joined
        self._trying = air.joined = False
        if not was_up:
            raise OSError(1)  # some radios have nothing to leave
