"""The byte line to a place of config.json: (host, port), serial:PATH, uart:N or usb. Each kind is imported where it is
made: a board has heap for its own alone, and some have no sockets.
"""

import sys

from chargepoint.board_kinds import REAL, SettingError, is_numeric


def make(settings, place, listens=False):
    """listens: others dial. Raises SettingError where this board has no such line, or its address is in use."""
    if not isinstance(place, str):
        return _tcp(settings, place, listens)
    kind, _, rest = place.partition(":")
    if (kind == "serial") if settings.platform in REAL else (kind == "uart"):
        raise SettingError("%s: a board of platform %s has no such line" % (place, settings.platform))
    return _MAKERS[kind](settings, rest)


def listener(address):
    try:
        return _network().Listener(address)
    except OSError as error:
        if sys.platform in REAL:
            raise  # its network may yet come
        raise SettingError(str(error)) from None


def _tcp(settings, place, listens):
    tcp = _network()
    if listens:
        line = tcp.Answerer(tcp.Listener(place))
    elif is_numeric(place[0]):
        line = tcp.Dialler(place)
    else:
        from hal import names

        server = settings.name_server
        line = names.NamedDialler(place, names.server_of_wifi if server is None else lambda: server)
    if settings.wifi_ssid is not None and settings.platform in REAL:
        from hal import wifi

        wifi.lines.append(line)
    return line


def _network():
    try:
        from hal import tcp
    except ImportError:
        raise SettingError("ip:port: this board has no network; expected uart:0, uart:1 or usb") from None
    return tcp


def _serial(settings, path):
    from hal.serial import SerialLine

    return SerialLine(path)


def _uart(settings, number):
    from hal.uart import UartLine

    pins = (settings.uart_tx_pin, settings.uart_rx_pin, settings.uart_rts_pin, settings.uart_cts_pin)
    return UartLine(int(number), *pins)


def _usb(settings, rest):
    from hal.usb import UsbLine

    return UsbLine()


_MAKERS = {"serial": _serial, "uart": _uart, "usb": _usb}
