"""A line of frames, whatever carries it: bytes become payloads, answers become bytes, and both are bounded."""

import asyncio
import logging
from collections import deque
from typing import NamedTuple, Protocol

from wire.frame import Decoder, FrameError, encode
from wire.seal import Crc32

from bridge.acks import Acks
from bridge.conversation import Conversation
from bridge.counters import Counters
from bridge.decisions import Message
from bridge.lifetime import aged
from bridge.peer import LineKind, Listener

MAX_IN_FLIGHT = 64  # reliable messages waiting for the log; then the line is not read any further
MAX_LOSSY_IN_FLIGHT = 16  # lossy ones; then they are dropped
MAX_QUEUED = 256  # lines that the other side has not read yet; then it is cut off
PAYLOADS_A_TURN = 32  # then the other lines have their turn
END_TIMEOUT_S = 6.0  # from the other side's end to ours: a health check's answer takes up to 5 s

_DECODER_COUNTERS = ("lines_too_long", "lines_bad_tag", "bytes_dropped")
logger = logging.getLogger(__name__)


class Carrier(Protocol):
    """What carries a line's bytes. Calls `FramedLine.receive`, `clogged`, `unclogged`, `at_end` and `lost`."""

    def write(self, data: bytes) -> None:
        """Without waiting; what does not fit is kept, and `FramedLine.clogged` says so."""
        ...

    def read_on(self, wanted: bool, /) -> None:
        """Whether to read; unread bytes make the sender wait."""
        ...

    def close(self) -> None:
        """After what was written has gone out."""
        ...

    def abort(self) -> None:
        """At once."""
        ...


class _Queued(NamedTuple):
    """`at_s`: since when it waits for the carrier."""

    data: bytes
    message: Message
    at_s: float


class FramedLine:
    """`seal`: None for untagged lines."""

    def __init__(
        self,
        name: str,
        address: str,
        kind: LineKind,
        seal: Crc32 | None,
        carrier: Carrier,
        listener: Listener,
        counters: Counters,
    ) -> None:
        self.name = name
        self.address = address
        self.kind = kind
        self.conversation = Conversation(plain=seal is None)
        self.closed = False
        self.closed_because = ""
        self.heard_anything = False
        self.heard_at_s = asyncio.get_running_loop().time()
        self._seal = seal
        self._decoder = Decoder(seal)
        self._decoder_counts = (0, 0, 0)
        self._carrier = carrier
        self._listener = listener
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._payloads: deque[bytes] = deque()
        self._working = False
        self._reading = True
        self._ended = False
        self._stopped = False
        self._awaited_answers = 0  # beside acks
        self._in_flight = 0
        self._lossy_in_flight = 0
        self._acks = Acks()
        self._acks_scheduled = False
        self._clogged = False
        self._stuck: _Queued | None = None  # what the carrier holds and cannot write
        self._queued: deque[_Queued] = deque()

    # --- in ---

    def receive(self, chunk: bytes) -> None:
        self._payloads.extend(self._decoder.feed(chunk))
        self._count_dropped()
        if not self._working:
            self._work()

    def _count_dropped(self) -> None:
        decoder = self._decoder
        counts = (decoder.lines_too_long, decoder.lines_bad_tag, decoder.bytes_dropped)
        if counts != self._decoder_counts:
            for name, count, before in zip(_DECODER_COUNTERS, counts, self._decoder_counts, strict=True):
                self._counters.count(name, count - before)
            self._decoder_counts = counts

    def _work(self) -> None:
        self._working = False
        turn = min(PAYLOADS_A_TURN, len(self._payloads))
        while turn and self._in_flight < MAX_IN_FLIGHT and not self.closed:
            turn -= 1
            self.heard_anything = True
            self.heard_at_s = self._loop.time()
            self._counters.count("frames")
            self._listener.hear(self, self._payloads.popleft())
        self._read_on(wanted=not self._payloads and self._in_flight < MAX_IN_FLIGHT)
        if self._payloads and self._in_flight < MAX_IN_FLIGHT:
            self._working = True
            self._loop.call_soon(self._work)
        self._close_when_done()

    def _read_on(self, *, wanted: bool) -> None:
        wanted = wanted and not self._stopped
        if self._reading != wanted and not self.closed:
            self._reading = wanted
            self._carrier.read_on(wanted)

    def held_back(self) -> bool:
        return not self._reading

    # --- what waits for the log ---

    def take_in_flight(self, *, reliable: bool) -> bool:
        if reliable:
            self._in_flight += 1
            return True
        if self._lossy_in_flight >= MAX_LOSSY_IN_FLIGHT:
            return False
        self._lossy_in_flight += 1
        return True

    def give_back(self, *, reliable: bool) -> None:
        if not reliable:
            self._lossy_in_flight -= 1
            return
        self._in_flight -= 1
        if not self._reading and not self._working and not self.closed:
            self._working = True
            self._loop.call_soon(self._work)
        self._close_when_done()

    def ack(self, message_id: str) -> None:
        """Sent with the other acks of this turn of the event loop."""
        self._acks.add(message_id)
        if not self._acks_scheduled:
            self._acks_scheduled = True
            self._loop.call_soon(self._send_acks)

    def _send_acks(self) -> None:
        self._acks_scheduled = False
        for message in self._acks.take():
            self.send(message)
        self._close_when_done()

    # --- out ---

    def send(self, message: Message) -> bool:
        if self.closed:
            return False
        try:
            data = encode(message, self._seal)
        except FrameError as error:
            self._counters.count("unsendable")
            logger.warning("line %s: %s is not sent: %s", self.name, message.get("type"), error)
            return False
        if not self._clogged:
            self._write(data, message)
        elif len(self._queued) < MAX_QUEUED:
            self._queued.append(_Queued(data, message, self._loop.time()))
        else:
            self._counters.count("lines_clogged")
            self.close("it does not read")
            return False
        return True

    def clogged(self) -> None:
        """The carrier holds bytes that it cannot write yet."""
        self._clogged = True

    def unclogged(self) -> None:
        self._clogged = False
        self._stuck = None
        while self._queued and not self._clogged and not self.closed:
            self._write_queued(self._queued.popleft())
        self._close_when_done()

    def _write_queued(self, queued: _Queued) -> None:
        message = aged(queued.message, int(1_000 * (self._loop.time() - queued.at_s)))
        if message is None:
            self._counters.count("commands_expired")
            text = "%s to %s expired while line %s did not read"
            logger.warning(text, queued.message["type"], queued.message.get("cp_id"), self.name)
        else:
            self._write(queued.data if message == queued.message else encode(message, self._seal), message)

    def _write(self, data: bytes, message: Message) -> None:
        self._carrier.write(data)
        if self._clogged:
            self._stuck = _Queued(data, message, self._loop.time())

    def holds_what_expired(self) -> bool:
        """Nobody can take it back from the carrier but by closing the line, before the other side reads on."""
        stuck = self._stuck
        return stuck is not None and aged(stuck.message, int(1_000 * (self._loop.time() - stuck.at_s))) is None

    # --- the end ---

    def at_end(self) -> None:
        """The other side will say no more, but may still read."""
        if not self._ended and not self.closed:
            self._ended = True
            if self._seal is None:
                self.receive(b"\n")  # what is typed by hand may lack the last newline
            self._loop.call_later(END_TIMEOUT_S, self.close, "it ended")
            self._close_when_done()

    def _close_when_done(self) -> None:
        waits = self._payloads or self._in_flight or self._acks_scheduled or self._queued or self._awaited_answers
        if self._ended and not waits:
            self.close("it ended")

    def await_answer(self) -> None:
        self._awaited_answers += 1

    def answered(self) -> None:
        self._awaited_answers -= 1
        self._close_when_done()

    def stop_reading(self) -> None:
        self._stopped = True
        self._payloads.clear()
        self._read_on(wanted=False)

    def close(self, reason: str) -> None:
        if self._acks_scheduled and not self._clogged:
            self._send_acks()
        if self.closed:
            return
        self.lost(reason)
        if self._clogged:
            self._carrier.abort()
        else:
            self._carrier.close()

    def lost(self, reason: str) -> None:
        """What carried it is gone. Again does nothing."""
        if not self.closed:
            self.closed = True
            self.closed_because = reason
            self._payloads.clear()
            self._queued.clear()
            self._listener.closed(self, reason)
