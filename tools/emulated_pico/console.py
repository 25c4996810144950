"""The guest's USB serial port: a PTY for programs that expect a port, and code run through the raw REPL."""

import os
import pty
import tty
from collections.abc import Callable

from rp2040py.device.raw_repl import CTRL_A, CTRL_C, RawReplError, RawReplRunner

from tools.emulated_pico.guest import Guest

MAX_OUT_BYTES = 65536  # what a program at the port has not read; more is dropped and counted
PUMP_NS = 1_000_000


class Port:
    """The PTY. `path`: what a program opens. Bytes wait in it until the guest listens."""

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self.bytes_dropped = 0
        self._out = bytearray()

    def fileno(self) -> int:
        return self._master

    def say(self, data: bytes | bytearray) -> None:
        """From the guest."""
        room = MAX_OUT_BYTES - len(self._out)
        self._out += data[:room]
        self.bytes_dropped += max(0, len(data) - room)

    def exchange(self, guest: Guest) -> None:
        """Carries what can be carried, both ways, without waiting."""
        fifo = guest.cdc.tx_fifo
        room = fifo.size - fifo.item_count
        if guest.enumeration.up and room:
            for byte in _read(self._master, room):
                guest.cdc.send_serial_byte(byte)
        if self._out:
            del self._out[: _write(self._master, self._out)]


def _read(descriptor: int, most: int) -> bytes:
    try:
        return os.read(descriptor, most)
    except OSError:  # nothing there
        return b""


def _write(descriptor: int, data: bytearray) -> int:
    try:
        return os.write(descriptor, data)
    except OSError:  # nobody reads
        return 0


def run_code(guest: Guest, code: str, limit_s: float, between: Callable[[], None]) -> tuple[str, str]:
    """Runs it through the raw REPL, interrupting what runs; what it printed, and the exception it ended with.

    Raises TimeoutError after `limit_s` of the guest's time, and RawReplError for what is no raw REPL.
    """
    ended: list[tuple[bytes, bytes] | Exception] = []

    def end(result: tuple[bytes, bytes] | Exception) -> None:
        ended.append(result)
        guest.halt()

    def pump() -> None:
        runner.pump()
        if not ended:
            alarm.schedule(PUMP_NS)

    alarm = guest.mcu.clock.create_alarm(pump)
    runner = RawReplRunner(guest.cdc, code.encode(), on_result=end, on_error=end)
    listener, guest.cdc.on_serial_data = guest.cdc.on_serial_data, runner._feed_safe  # pyright: ignore[reportPrivateUsage]  # what its `start` sets
    for byte in (CTRL_C, CTRL_C, CTRL_A):
        guest.cdc.send_serial_byte(byte)
    alarm.schedule(PUMP_NS)
    guest.run(limit_s, between)
    alarm.cancel()
    guest.cdc.on_serial_data = listener
    if not ended:
        raise TimeoutError(f"the guest did not finish within {limit_s:g} s of its time")
    if isinstance(ended[0], Exception):
        raise RawReplError(str(ended[0]))
    out, error = ended[0]
    return out.decode(errors="replace"), error.decode(errors="replace")
