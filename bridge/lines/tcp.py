"""Lines over TCP: one connection is one line."""

import asyncio
import socket
from typing import NamedTuple, cast

from wire.seal import CRC32, Crc32

from bridge.counters import Counters
from bridge.lines.framed import FramedLine
from bridge.peer import LineKind, Listener

READ_BYTES = 4_096
BACKLOG = 1_024  # a whole fleet may come back in the same instant
ABORT_AFTER_S = 5.0  # what a closed line has not read by then is lost

FIRST_LINE_TIMEOUT_S = 10.0  # a connection that says nothing may not keep a place for long


class Door(NamedTuple):
    """What connects to one port. `seal`: None for untagged lines."""

    kind: LineKind
    seal: Crc32 | None


BOARDS = Door(LineKind(shared=False, first_line_timeout_s=FIRST_LINE_TIMEOUT_S), CRC32)
PLAIN = Door(LineKind(shared=False, first_line_timeout_s=float("inf")), None)


async def serve(door: Door, listener: Listener, counters: Counters, host: str, port: int) -> asyncio.Server:
    """Raises OSError where the address cannot be had. Port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: _Connection(door, listener, counters), host, port, backlog=BACKLOG)


def port_of(server: asyncio.Server) -> int:
    return cast(int, server.sockets[0].getsockname()[1])


class _Connection(asyncio.BufferedProtocol):
    def __init__(self, door: Door, listener: Listener, counters: Counters) -> None:
        self._door = door
        self._listener = listener
        self._counters = counters
        self._buffer = bytearray(READ_BYTES)
        self._transport: asyncio.Transport
        self._line: FramedLine | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        # No bytes may pile up in the transport: the line itself bounds what waits.
        self._transport.set_write_buffer_limits(high=0)
        connection = cast(socket.socket, transport.get_extra_info("socket"))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        peer = cast(tuple[object, ...], transport.get_extra_info("peername") or ("?", 0))
        name = f"tcp:{peer[0]}:{peer[1]}"
        line = FramedLine(name, self._door.kind, self._door.seal, self, self._listener, self._counters)
        if self._listener.admit(line):
            self._line = line
        else:
            self._transport.abort()

    def get_buffer(self, sizehint: int) -> bytearray:
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._line is not None:
            self._line.receive(bytes(memoryview(self._buffer)[:nbytes]))

    def eof_received(self) -> bool:
        if self._line is not None:
            self._line.at_end()
        return True  # the other half stays open for acks

    def connection_lost(self, exc: Exception | None) -> None:
        if self._line is not None:
            self._line.lost("connection lost" if exc else "connection closed")

    def pause_writing(self) -> None:
        if self._line is not None:
            self._line.clogged()

    def resume_writing(self) -> None:
        if self._line is not None:
            self._line.unclogged()

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def read_on(self, wanted: bool, /) -> None:
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def close(self) -> None:
        self._transport.close()
        asyncio.get_running_loop().call_later(ABORT_AFTER_S, self._transport.abort)

    def abort(self) -> None:
        self._transport.abort()
