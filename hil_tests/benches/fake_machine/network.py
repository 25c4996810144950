"""The fake `network`: a station whose access point comes, goes, and changes its password. `air` is what is around."""

STA_IF = 0


class Air:
    def __init__(self):
        self.password = "right"  # of the one access point; None: it is off
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
        air.joined = air.joined and air.password is not None
        return air.joined

    def connect(self, ssid, password):
        if self._trying:
            raise OSError(16)
        self._trying = True
        air.tries += 1
        air.joined = password == air.password

    def disconnect(self):
        self._trying = air.joined = False
