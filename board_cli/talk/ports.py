"""Which serial port a board is at."""

from collections.abc import Iterable
from typing import NamedTuple

from serial.tools import list_ports

from board_cli.failures import Failure

RASPBERRY_PI = 0x2E8A
# Who makes the USB side of boards; a port of anybody else's is not tried unasked.
MAKERS = {
    RASPBERRY_PI: "Raspberry Pi",
    0x303A: "Espressif",
    0x10C4: "Silicon Labs (most ESP32 boards)",
    0x1A86: "WCH (many ESP32 boards)",
    0x0403: "FTDI",
}
EXAMPLE = "for example --port /dev/ttyACM0"


class Found(NamedTuple):
    """vendor_id: of its USB side; None where the port has none."""

    device: str
    vendor_id: int | None


def choose(wanted: str | None, present: Iterable[Found]) -> Found:
    """The port that is wanted, or the one that a board is at. Raises Failure."""
    present = list(present)
    if wanted is not None:
        return next((each for each in present if each.device == wanted), Found(wanted, None))
    boards = [each for each in present if each.vendor_id in MAKERS]
    if not boards:
        raise Failure(f"no board was found at any USB port; plug one in with a data cable, or name its port, {EXAMPLE}")
    if len(boards) > 1:
        names = ", ".join(f"{each.device} ({MAKERS[each.vendor_id or 0]})" for each in boards)
        raise Failure(f"more than one board was found: {names}; name one, for example --port {boards[0].device}")
    return boards[0]


def present() -> list[Found]:
    return [Found(each.device, each.vid) for each in list_ports.comports()]
