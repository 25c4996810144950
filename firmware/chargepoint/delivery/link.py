"""Two-way links between engine, monitor and bridge: memory, or frames over anything that carries bytes.

A link has `up`, `generation` (rises with every connection that came up), `step(now)`, `send(payload)` and `next()`,
None where nothing waits; payloads are messages without their tag, so that a monitor passes on what it need not
understand. Output is bounded: `send` is False where there is no room, and the caller decides what then.

A command's `ttl_ms` is what is left of its life, and whoever holds it lets it age. What a line brings may have waited
in it since the line was last seen empty: milliseconds as a rule, minutes where this board was held up.
"""

from wire.constants import const
from wire.frame import Decoder, FrameError, line_of, parse, payload_of
from wire.seal import CRC32

from chargepoint.ticks import ticks_diff

_RECEIVED_MOST = const(64)  # payloads that wait for their reader; then the line is not read, and its peer has to wait
_READ_MOST = const(1024)  # bytes taken from a line in one step
_KEEPALIVE = payload_of({"type": "keepalive"})
_TTL = b'"ttl_ms":'


class MemoryLink:
    """One end of a link within one board; `connect_memory` makes both."""

    def __init__(self):
        self.up = True
        self.generation = 1
        self._peer = self
        self._in = []
        self._empty_at = None
        self._waited_ms = 0

    def step(self, now):
        if not self._in:
            self._empty_at = now
        self._waited_ms = 0 if self._empty_at is None else ticks_diff(now, self._empty_at)

    def send(self, payload):
        waiting = self._peer._in
        if len(waiting) >= _RECEIVED_MOST:
            return False
        waiting.append(payload)
        return True

    def next(self):
        return _aged(self._in.pop(0), self._waited_ms) if self._in else None


def connect_memory():
    one, other = MemoryLink(), MemoryLink()
    one._peer, other._peer = other, one
    return one, other


class LineLink:
    """Frames over a byte line (hal/contract.py says what a line has).

    lost_ms 0: up while the line is open. Otherwise up while something was heard within lost_ms, and a `keepalive` is
    sent every keepalive_ms: an open line does not prove that somebody is there, and a line that is reopened at once
    has lost nothing.
    """

    def __init__(self, line, seal=CRC32, keepalive_ms=0, lost_ms=0):
        self.line = line
        self.up = False
        self.generation = 0
        self.too_long = 0  # payloads that no line can carry
        self._seal = seal
        self._decoder = Decoder(seal)
        self._line_generation = 0
        self._keepalive_ms = keepalive_ms
        self._lost_ms = lost_ms
        self._fresh = True  # nothing was heard on this connection yet
        self._heard_at = None
        self._said_at = None
        self._in = []
        self._empty_at = None  # when the line was last seen with nothing in it
        self._waited_ms = 0  # since then, as of this step

    def step(self, now):
        self.line.step(now)
        if self.line.generation != self._line_generation:
            self._begin()
        self._waited_ms = 0 if self._empty_at is None else ticks_diff(now, self._empty_at)
        if len(self._in) < _RECEIVED_MOST:
            self._read(now)
        if self._keepalive_ms:
            self._keep_alive(now)
        self._judge(now)

    def send(self, payload):
        try:
            return self.line.is_open and self.line.write(line_of(payload, self._seal))
        except FrameError:
            self.too_long += 1
            return True  # it is done with: trying again would not make it shorter

    def next(self):
        return _aged(self._in.pop(0), self._waited_ms) if self._in else None

    def _begin(self):
        """A new connection: half a line of the previous one counts no more."""
        self._line_generation = self.line.generation
        self._decoder = Decoder(self._seal)
        self._said_at = None
        self._fresh = True
        self._in = []

    def _read(self, now):
        chunk = self.line.read(_READ_MOST)
        payloads = self._decoder.feed(chunk) if chunk else None
        if not chunk and not self._decoder.held() and not self._in:
            self._empty_at = now
        if payloads:
            self._heard_at = now
            self._in.extend(payloads)

    def _keep_alive(self, now):
        due = self._said_at is None or ticks_diff(now, self._said_at) >= self._keepalive_ms
        if due and self.send(_KEEPALIVE):
            self._said_at = now

    def _judge(self, now):
        if self._lost_ms:
            up = self._heard_at is not None and ticks_diff(now, self._heard_at) < self._lost_ms
            came_up = up and self._heard_at == now and (self._fresh or not self.up)
            if not up:
                self._heard_at = None
        else:
            up = self.line.is_open
            came_up = up and (self._fresh or not self.up)
        if came_up:
            self.generation += 1
            self._fresh = False
        self.up = up


def _aged(payload, waited_ms):
    """The payload of a command with that much less to live, never less than 0: its board says that it has expired."""
    if _TTL not in payload:
        return payload
    try:
        message = parse(payload)
    except FrameError:
        return payload  # whoever takes it will say so
    ttl_ms = message.get("ttl_ms")
    if isinstance(ttl_ms, int) and waited_ms:
        message["ttl_ms"] = max(0, ttl_ms - waited_ms)
        return payload_of(message)
    return payload
