"""Lines over TCP: one connection is one line."""

import asyncio
import ipaddress
import socket
from typing import NamedTuple, cast

from wire.seal import CRC32, Crc32

from bridge import peer
from bridge.counters import Counters
from bridge.lines.framed import FramedLine
from bridge.peer import LineKind, Listener

READ_BYTES = 4_096
BACKLOG = 1_024  # a whole fleet may come back in the same instant
ABORT_AFTER_S = 5.0  # what a closed line has not read by then is lost

IPV6_SITE_BITS = 64  # whoever has one address of IPv6 has 2^64


class Door(NamedTuple):
    """What connects to one port. `seal`: None for untagged lines."""

    kind: LineKind
    seal: Crc32 | None


BOARDS = Door(LineKind(shared=False, must_register=True, budget=peer.BOARDS), CRC32)
PLAIN = Door(LineKind(shared=False, must_register=False, budget=peer.PLAIN), None)


async def serve(door: Door, listener: Listener, counters: Counters, host: str, port: int) -> asyncio.Server:
    """Raises OSError where the address cannot be had. Port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: _Connection(door, listener, counters), host, port, backlog=BACKLOG)


def port_of(server: asyncio.Server) -> int:
    return cast(int, server.sockets[0].getsockname()[1])


def site_of(host: str) -> str:
    """What counts as one address: that of IPv4, the network of IPv6."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    return str(address.ipv4_mapped or ipaddress.ip_network((int(address), IPV6_SITE_BITS), strict=False))


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
        host, port = cast(tuple[str, int], (transport.get_extra_info("peername") or ("?", 0))[:2])
        line = FramedLine(
            f"tcp:{host}:{port}", site_of(host), self._door.kind, self._door.seal, self, self._listener, self._counters
        )
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
