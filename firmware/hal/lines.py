"""The byte line to a place of config.json: (host, port), serial:PATH, uart:N or usb. Each kind is imported where it is
made: a board has heap for its own alone, and some have no sockets.
"""

from chargepoint.board_kinds import REAL, SettingError


def make(settings, place, listens=False):
    """listens: others dial. Raises SettingError where this board has no such line, or its address is in use."""
    if not isinstance(place, str):
        return _network().make(settings, place, listens)
    kind, _, rest = place.partition(":")
    if (kind == "serial") if settings.platform in REAL else (kind == "uart"):
        raise SettingError("%s: a board of platform %s has no such line" % (place, settings.platform))
    return _MAKERS[kind](settings, rest)


def listener(address):
    return _network().listen(address)


def _network():
    try:
        from hal import tcp_lines
    except ImportError:
        raise SettingError("ip:port: this board has no network; expected uart:0, uart:1 or usb") from None
    return tcp_lines


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
