"""Makes lines over the network: to numeric addresses and to names, and those that others dial."""

import sys

from chargepoint.board_kinds import REAL, SIM, SettingError, is_numeric

from hal.tcp import Answerer, Dialler, Listener


def listen(address):
    """A Listener. Raises SettingError where the address cannot be had; a real board OSError: it may yet come."""
    try:
        return Listener(address)
    except OSError as error:
        if sys.platform in REAL:
            raise
        raise SettingError(str(error)) from None


def make(settings, place, listens):
    """The line to (host, port). Raises as `listen`."""
    by_name = not is_numeric(place[0])
    server = settings.name_server
    if by_name and listens:
        raise SettingError("%s: a board listens at its own address; expected a numeric one" % place[0])
    if by_name and settings.platform == SIM and server is None:
        raise SettingError("name_server: it is missing, and %s is a name; expected such as 192.168.1.1:53" % place[0])
    if listens:
        line = Answerer(listen(place))
    elif by_name:
        from hal.names import NamedDialler, server_of_wifi

        line = NamedDialler(place, server_of_wifi if server is None else lambda: server)
    else:
        line = Dialler(place)
    if settings.wifi_ssid is not None and settings.platform != SIM:
        from hal import wifi

        wifi.lines.append(line)
    return line
