"""The TCP port where simulated boards plug in: one line of frames each; a line that breaks lets its pins float."""

import asyncio
import logging
from collections.abc import Mapping

from wire.check import check
from wire.frame import Decoder, FrameError, encode, parse
from wire.seal import CRC32

from plant.attachment import Message
from plant.charge_point import SimulatedChargePoint
from plant.connections import Connections

logger = logging.getLogger(__name__)

HELLO_TIMEOUT_S = 10.0
MAX_UNREAD = 65_536  # bytes that a board has not read; with more, it hangs and its line is closed
MAX_LINES = 256
_CHUNK = 4096


class BoardServer:
    """Serves the charge points given, by cp_id. Counter: `refused` (messages answered with error_response)."""

    def __init__(self, charge_points: Mapping[str, SimulatedChargePoint]) -> None:
        self._charge_points = charge_points
        self._lines: set[BoardLine] = set()
        self.connections = Connections()
        self.refused = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it breaks."""
        if len(self.connections) >= MAX_LINES:
            logger.warning("more than %d boards: line refused", MAX_LINES)
            writer.close()
            return
        line = BoardLine(self, reader, writer)
        self._lines.add(line)
        try:
            with self.connections.one(writer):
                await line.run()
        except (ConnectionError, TimeoutError) as error:
            logger.debug("line ended: %r", error)
        finally:
            self._lines.discard(line)
            line.close()

    def charge_point(self, message: Message) -> SimulatedChargePoint | str:
        """Whose pins a hello asks for, or what is wrong with it."""
        if message.get("type") != "plant_hello":
            return "type: the first message must be plant_hello"
        problem = check(message)
        if problem:
            return problem.text
        known = self._charge_points.get(str(message["cp_id"]))
        return known or f"cp_id: this plant has {', '.join(self._charge_points)}"

    def replace(self, charge_point: SimulatedChargePoint, line: "BoardLine") -> None:
        """A board that restarted may be back before its old line is known to be broken."""
        for other in list(self._lines):
            if other is not line and other.charge_point is charge_point:
                other.close()


class BoardLine:
    def __init__(
        self, server: BoardServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._decoder = Decoder(CRC32)
        self.charge_point: SimulatedChargePoint | None = None

    async def run(self) -> None:
        async with asyncio.timeout(HELLO_TIMEOUT_S) as hello:
            while chunk := await self._reader.read(_CHUNK):
                for payload in self._decoder.feed(chunk):
                    self._take(payload)
                if self.charge_point:
                    hello.reschedule(None)

    def close(self) -> None:
        """The line is gone: the pins float."""
        point, self.charge_point = self.charge_point, None
        if point:
            point.catch_up()
            point.send = None
            logger.info("%s: board %s detached", point.cp_id, point.attachment.board)
            point.attachment.detach()
        self._writer.close()

    def _take(self, payload: bytes) -> None:
        try:
            message = parse(payload)
        except FrameError as error:
            self._refuse(error.code, "", error.text)
            return
        if self.charge_point is None:
            self._attach(message)
            return
        self.charge_point.catch_up()
        problem = self.charge_point.attachment.take(message)
        if problem:
            self._refuse(problem.code, problem.field, problem.text)

    def _attach(self, message: Message) -> None:
        found = self._server.charge_point(message)
        if isinstance(found, str):
            self._refuse("bad_field", found.partition(":")[0], found)
            return
        self._server.replace(found, self)
        found.catch_up()
        found.attachment.attach(str(message["board"]))
        found.send = self._send
        self.charge_point = found
        logger.info("%s: board %s attached", found.cp_id, found.attachment.board)

    def _refuse(self, code: str, field: str, text: str) -> None:
        self._server.refused += 1
        logger.warning("a board's message was refused: %s", text)
        self._send({"type": "error_response", "code": code, "field": field[:64], "text": text[:255]})

    def _send(self, message: Message) -> None:
        if self._writer.transport.get_write_buffer_size() > MAX_UNREAD:
            logger.warning("a board does not read; its line is closed")
            self._writer.transport.abort()
            self.close()
        elif not self._writer.is_closing():
            self._writer.write(encode(message, CRC32))
