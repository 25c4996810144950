"""A conversation with the firmware of a board that runs: one line asks, one line answers."""

import errno
import os
import time
import uuid
from typing import Any

import serial
from wire.check import check
from wire.frame import Decoder, FrameError, encode, parse
from wire.kinds.service import KINDS
from wire.seal import CRC32

from board_cli.failures import Failure
from board_cli.talk.ports import RASPBERRY_PI, Found

BAUD = 115_200
READ_S = 0.05
REPEAT_S = 1.0  # a board that starts, or writes to its flash, is deaf meanwhile
TIMES = 5  # said at most, or a board that is slow would have nothing else to do
READ_BYTES = 4096
PROMPT = b">>> "  # MicroPython's own: who is answered by it, is answered by no firmware

TAKEN = "another program has it; stop the bridge or the terminal program that serves it, and run this again"
NO_PORT = "is no serial port; expected such as /dev/ttyACM0"
WHAT_TO_DO = {
    errno.ENOENT: "there is no such port; is the board plugged in, with a data cable? Without --port it is looked for",
    errno.EACCES: "no permission; `sudo usermod -aG dialout $USER` and a new login give it",
    errno.EAGAIN: TAKEN,
    errno.EBUSY: TAKEN,
    errno.ENOTTY: NO_PORT,
    errno.EISDIR: NO_PORT,
}

Message = dict[str, Any]


class ServiceLine:
    """An open port. Raises Failure where it cannot be used."""

    def __init__(self, found: Found) -> None:
        self._port = _open(found)
        self._decoder = Decoder(CRC32)
        self._said = b""  # the newest

    def ask(self, kind: str, answer: str, wait_s: float, **fields: object) -> Message | None:
        """The answer of that kind; None where there was none in time, or a prompt, since no firmware runs there."""
        message_id = str(uuid.uuid4())
        self._said = b""
        line = b"\n" + encode({"type": kind, "message_id": message_id, **fields}, CRC32)
        deadline = time.monotonic() + wait_s
        repeat_s = max(REPEAT_S, wait_s / TIMES)
        said_at = None
        while (now := time.monotonic()) < deadline:
            if said_at is None or now - said_at >= repeat_s:
                self._write(line)
                said_at = now
            for message in self._read():
                if message["type"] == answer and message.get("message_id") == message_id:
                    return message
            if PROMPT in self._said:
                return None
        return None

    def close(self) -> None:
        self._port.close()

    def _write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialException as error:
            raise Failure(f"{self._port.port}: {error}") from None

    def _read(self) -> list[Message]:
        try:
            data = self._port.read(READ_BYTES)
        except serial.SerialException:  # the port has gone: its board starts anew
            time.sleep(READ_S)
            return []
        self._said = self._said[-len(PROMPT) :] + data
        return [message for payload in self._decoder.feed(data) if (message := _parsed(payload)) is not None]


def _open(found: Found) -> serial.Serial:
    port = serial.Serial(baudrate=BAUD, timeout=READ_S, write_timeout=REPEAT_S, exclusive=True)
    port.port = found.device
    # Either level would reset most ESP32 boards; a Pico's USB port says nothing to a host that is not ready.
    port.dtr = found.vendor_id == RASPBERRY_PI
    port.rts = False
    try:
        port.open()
    except (OSError, ValueError) as error:
        raise Failure(unopened(found.device, error)) from None
    return port


def unopened(device: str, error: Exception) -> str:
    """Why a port cannot be opened, and what to do, in one line. pyserial puts the cause in words or in an errno."""
    number = error.errno if isinstance(error, OSError) else None
    cause = next((number for number in WHAT_TO_DO if os.strerror(number) in str(error)), number)
    return f"{device}: {WHAT_TO_DO.get(cause or 0, f'cannot be opened ({error})')}"


def _parsed(payload: bytes) -> Message | None:
    """None for what no firmware of ours says."""
    try:
        message = parse(payload)
    except FrameError:
        return None
    return message if message.get("type") in KINDS and check(message) is None else None
