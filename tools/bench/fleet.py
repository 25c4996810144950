"""Many boards in one process, as fast as whoever acks them: each keeps its window of unacked messages full.

The messages are made before the clock starts, so that in timed work there is only writing, reading and counting.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from wire import ids
from wire.frame import Decoder, encode, parse
from wire.seal import CRC32

from tools.services.ports import LOOPBACK

EPOCH = "00000000000be4c4"
TIMEOUT_S = 120.0
ENERGY_STEP_WH = 10

Message = dict[str, object]


@dataclass(frozen=True)
class Script:
    """What one board says, frame by frame; the first is its registration, and `messages` are what it says after."""

    board: str
    messages: Sequence[Message]
    frames: Sequence[bytes]


def scripts(boards: int, frames: int) -> list[Script]:
    """`frames` altogether, registrations not counted, shared out evenly (rounded down)."""
    return [_script(number, frames // boards) for number in range(boards)]


def _script(number: int, count: int) -> Script:
    cp_id, board = f"cp_{number:03}", f"bench-{number:03}"
    registration: Message = {
        "type": "register_request", "message_id": ids.reliable_id(board, EPOCH, 1), "id": cp_id,
        "location": "Bench", "price_per_kwh": 0.2, "meter_id": f"meter-{number:03}", "register_wh": 0,
    }  # fmt: skip
    messages = [_checkpoint(cp_id, board, number, n) for n in range(2, count + 2)]
    return Script(board, messages, [encode(each, CRC32) for each in (registration, *messages)])


def _checkpoint(cp_id: str, board: str, number: int, n: int) -> Message:
    return {
        "type": "meter_checkpoint", "message_id": ids.reliable_id(board, EPOCH, n), "cp_id": cp_id,
        "session_id": f"3f0f8a52-6b0e-5d3c-9a41-{number:012}", "meter_id": f"meter-{number:03}",
        "register_wh": n * ENERGY_STEP_WH, "uptime_ms": n * 60_000, "boot": 1,
    }  # fmt: skip


class _Board(asyncio.Protocol):
    """Says its script, at most WINDOW frames ahead of the acks. `acked` is set when all of it is acked."""

    def __init__(self, script: Script) -> None:
        self._frames = script.frames
        self._decoder = Decoder(CRC32)
        self._said = 0
        self._count = 0
        self._transport: asyncio.Transport
        self._upto = 1
        self.acked = asyncio.Event()
        self.failure = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say_on()

    def go(self) -> None:
        """Beyond the registration, to the end."""
        self._upto = len(self._frames)
        self.acked.clear()
        self._say_on()

    def data_received(self, data: bytes) -> None:
        for payload in self._decoder.feed(data):
            message = parse(payload)
            if message["type"] == "ack":
                numbers = message["n"]
                assert isinstance(numbers, list)
                self._count += len(cast(list[int], numbers))
            elif message["type"] == "error_response":
                self._fail(str(message["text"]))
        self._say_on()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._count < self._upto:
            self._fail(f"the line was closed: {exc}")

    def close(self) -> None:
        self._transport.close()

    def _say_on(self) -> None:
        ahead = min(self._upto, self._count + ids.WINDOW)
        if self._said < ahead:
            self._transport.write(b"".join(self._frames[self._said : ahead]))
            self._said = ahead
        elif self._count >= self._upto:
            self.acked.set()

    def _fail(self, why: str) -> None:
        self.failure = self.failure or why
        self.acked.set()


def rate(port: int, boards: Sequence[Script]) -> float:
    """Acked frames a second, registrations left out. Raises RuntimeError where a board is refused or cut off."""
    return asyncio.run(asyncio.wait_for(_rate(port, boards), TIMEOUT_S))


async def _rate(port: int, boards: Sequence[Script]) -> float:
    lines = [await _connect(port, script) for script in boards]
    try:
        await _all_acked(lines)
        began_s = time.perf_counter()
        for line in lines:
            line.go()
        await _all_acked(lines)
        elapsed_s = time.perf_counter() - began_s
    finally:
        for line in lines:
            line.close()
    return sum(len(script.messages) for script in boards) / elapsed_s


async def _connect(port: int, script: Script) -> _Board:
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(lambda: _Board(script), LOOPBACK, port)
    return line


async def _all_acked(lines: Sequence[_Board]) -> None:
    for line in lines:
        await line.acked.wait()
        if line.failure:
            raise RuntimeError(f"a board of the bench: {line.failure}")
