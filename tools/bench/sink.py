"""A program that acks whatever comes, and does nothing else: what it takes in is what the fleet can say.

    python -m tools.bench.sink PORT
"""

import asyncio
import sys

from wire import ids
from wire.frame import Decoder, encode, parse
from wire.seal import CRC32

from tools.services.ports import LOOPBACK


class _Sink(asyncio.Protocol):
    """Numbers come in order, so after the first message only newlines are counted."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._board = self._epoch = ""
        self._next = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._board:
            self._begin(data)
        count = data.count(b"\n")
        numbers = list(range(self._next, self._next + count))
        self._next += count
        for start in range(0, count, ids.WINDOW):
            self._ack(numbers[start : start + ids.WINDOW])

    def _ack(self, numbers: list[int]) -> None:
        message: dict[str, object] = {"type": "ack", "board": self._board, "epoch": self._epoch, "n": numbers}
        self._transport.write(encode(message, CRC32))

    def _begin(self, data: bytes) -> None:
        """The first message comes alone: the fleet waits for its ack."""
        (payload,) = Decoder(CRC32).feed(data)
        named = ids.parse(str(parse(payload)["message_id"]))
        assert named is not None
        self._board, self._epoch, first = named
        assert first is not None
        self._next = first


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Sink, LOOPBACK, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
