"""Lines over serial ports: one port is one line, which may carry several charge points."""

import asyncio
import logging
import os
import termios

import serial
from wire.seal import CRC32

from bridge.counters import Counters
from bridge.detached import detached
from bridge.lines.framed import FramedLine
from bridge.peer import UNLIMITED, LineKind, Listener

READ_BYTES = 4_096
REOPEN_FIRST_S = 0.2
REOPEN_MAX_S = 10.0
MAX_REASON = 120  # characters of a link_down's reason

SERIAL = LineKind(shared=True, must_register=False, budget=UNLIMITED)

logger = logging.getLogger(__name__)


def open_port(device: str, baud: int) -> serial.Serial:
    """Raises OSError (SerialException is one) where it cannot be had, or somebody else holds it."""
    port = serial.Serial(baudrate=baud, timeout=0, write_timeout=0, exclusive=True)
    port.port = device
    port.dtr = False  # both lines reset some boards
    port.rts = False
    try:
        port.open()
    except termios.error as error:  # pyserial lets some of these through, and they are no OSErrors
        raise OSError(str(error)) from error
    return port


class SerialLines:
    """Keeps one port open: opens it again, with growing pauses, whenever it has gone."""

    def __init__(self, listener: Listener, counters: Counters, device: str, baud: int) -> None:
        self._listener = listener
        self._counters = counters
        self._device = device
        self._baud = baud
        self._complaint = ""

    async def run(self) -> None:
        """Until it is cancelled."""
        pause_s = REOPEN_FIRST_S
        while True:
            if await self._open_and_carry():
                pause_s = REOPEN_FIRST_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, REOPEN_MAX_S)
            self._counters.count("serial_reopened")

    async def _open_and_carry(self) -> bool:
        """Until the port has gone. Whether anything was heard on it."""
        try:
            port = await detached(lambda: open_port(self._device, self._baud))
            logger.info("serial port %s opened", self._device)
            self._complaint = ""
            return await self._carry(_OpenPort(port))
        except (OSError, ValueError) as error:
            self._complain(str(error))
            return False

    def _complain(self, text: str) -> None:
        """Once for each reason: a port may be away for days, and is tried again every few seconds."""
        level = logging.DEBUG if text == self._complaint else logging.WARNING
        self._complaint = text
        logger.log(level, "serial port %s cannot be used; trying again: %s", self._device, text)

    async def _carry(self, port: "_OpenPort") -> bool:
        line = FramedLine(f"serial:{self._device}", "", SERIAL, CRC32, port, self._listener, self._counters)
        if not self._listener.admit(line):
            port.abort()
            return False
        try:
            reason = await port.carry(line)
            line.lost(f"port lost: {reason}"[:MAX_REASON])
            logger.warning("serial port %s is closed: %s", self._device, line.closed_because)
        finally:
            port.abort()
        return line.heard_anything


class _OpenPort:
    """Reads and writes an open port without ever waiting for it."""

    def __init__(self, port: serial.Serial) -> None:
        self._serial = port
        self._descriptor = port.fileno()
        self._loop = asyncio.get_running_loop()
        self._gone: asyncio.Future[str] = self._loop.create_future()
        self._unwritten = b""
        self._line: FramedLine | None = None

    async def carry(self, line: FramedLine) -> str:
        """Why the port has gone."""
        self._line = line
        self.write(b"\n")  # ends the line that an earlier opening may have left unfinished
        self._loop.add_reader(self._descriptor, self._readable)
        return await self._gone

    def _readable(self) -> None:
        assert self._line is not None
        try:
            chunk = os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(str(error))
            return
        if chunk:
            self._line.receive(chunk)
        else:
            self._lose("nobody is at the other end")

    def write(self, data: bytes) -> None:
        if self._gone.done():
            return
        self._unwritten += data
        self._write_out()
        if self._unwritten and self._line is not None:
            self._loop.add_writer(self._descriptor, self._writable)
            self._line.clogged()

    def _write_out(self) -> None:
        try:
            written = os.write(self._descriptor, self._unwritten)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(str(error))
            return
        self._unwritten = self._unwritten[written:]

    def _writable(self) -> None:
        self._write_out()
        if not self._unwritten and not self._gone.done():
            self._loop.remove_writer(self._descriptor)
            if self._line is not None:
                self._line.unclogged()

    def read_on(self, wanted: bool, /) -> None:
        if self._gone.done():
            return
        if wanted:
            self._loop.add_reader(self._descriptor, self._readable)
        else:
            self._loop.remove_reader(self._descriptor)

    def close(self) -> None:
        self._lose("closed")

    def abort(self) -> None:
        """Closes the port; again does nothing."""
        self._lose("closed")
        if self._serial.is_open:
            self._loop.remove_reader(self._descriptor)
            self._loop.remove_writer(self._descriptor)
            self._discard_output()
            self._serial.close()

    def _discard_output(self) -> None:
        try:  # a port whose other end does not read would hold up its closing for half a minute
            self._serial.reset_output_buffer()
        except (OSError, termios.error):
            logger.debug("serial port %s had no output to discard", self._serial.port)

    def _lose(self, reason: str) -> None:
        if not self._gone.done():
            self._gone.set_result(reason)
            self._loop.remove_reader(self._descriptor)
            self._loop.remove_writer(self._descriptor)
