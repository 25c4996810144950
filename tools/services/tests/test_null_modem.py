"""The joined serial ports that tests and the demo put between bridge and board."""

import time

import serial

from tools.services.null_modem import HELD_BYTES, NullModem
from tools.testing.deadlines import DEADLINE_S


def _read(port: serial.Serial, size: int) -> bytes:
    deadline, got = time.monotonic() + DEADLINE_S, b""
    while len(got) < size and time.monotonic() < deadline:
        got += port.read(size - len(got))
    return got


def test_bytes_cross_in_both_directions_unchanged() -> None:
    every_byte = bytes(range(256)) * 40
    with NullModem() as modem, serial.Serial(modem.near, timeout=1) as near, serial.Serial(modem.far, timeout=1) as far:
        near.write(every_byte)
        assert _read(far, len(every_byte)) == every_byte
        far.write(every_byte)
        assert _read(near, len(every_byte)) == every_byte


def test_a_port_may_be_opened_again() -> None:
    with NullModem() as modem:
        for _ in range(3):
            with serial.Serial(modem.near, timeout=1) as near, serial.Serial(modem.far, timeout=1) as far:
                near.write(b"hello\n")
                assert _read(far, 6) == b"hello\n"


def test_what_nobody_reads_is_bounded_and_counted() -> None:
    with NullModem() as modem, serial.Serial(modem.near, timeout=1) as near:
        sent = 0
        deadline = time.monotonic() + DEADLINE_S
        while not modem.dropped_bytes and time.monotonic() < deadline:
            sent += near.write(b"x" * 1024) or 0
        assert modem.dropped_bytes > 0
        assert sent - modem.dropped_bytes <= HELD_BYTES + 3 * 65_536  # and what the two terminals themselves hold
