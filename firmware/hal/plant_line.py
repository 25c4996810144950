"""Messages between a simulated board and its plant process, on a TCP line that is dialled again for ever."""

from chargepoint.ticks import ticks_diff
from wire.check import check
from wire.frame import Decoder, FrameError, encode, parse
from wire.kinds import plant  # noqa: F401  # adds what a plant says to the table that `check` reads
from wire.seal import CRC32

from hal.tcp import Dialler

RETRY_MS = 200  # a plant is on the same machine, and has few boards: there is nothing to spare by waiting longer
CONNECT_MS = 5000
MAX_QUEUED = 16  # messages read and not yet asked for; the plant closes the line of a board that never asks
CHUNK = 2048


class PlantLine:
    """Messages to and from the plant at (host, port), a numeric host.

    `connection` is 0 while there is none, and another number with each new one. Counters: `bad` (what came and was
    no message), `unsent` (messages refused because the line was full or away).
    """

    def __init__(self, host: str, port: int):
        self._bytes = Dialler((host, port))
        self._dialled_at = 0
        self._pause_ms = 0  # none before the first time
        self._generation = 0
        self._decoder = Decoder(CRC32)
        self._queue = []
        self.connection = 0
        self.bad = 0
        self.unsent = 0

    def step(self, now: int) -> None:
        """Dial, read and write as far as it goes at once; `now` in ticks."""
        line = self._bytes
        line.step(now)
        if line.is_open:
            self._dialled_at = now  # a connection may outlive half a turn of the ticks, beyond which they compare wrong
            self._serve(line)
        elif not line.is_dialling or ticks_diff(now, self._dialled_at) > CONNECT_MS:
            self._dial(line, now)
        self.connection = line.generation if line.is_open else 0

    def send(self, message: "dict[str, object]") -> bool:
        """Whether the line took it; a message refused is the caller's to say again."""
        sent = self._bytes.write(encode(message, CRC32))
        if not sent:
            self.unsent += 1
        return sent

    def receive(self) -> "dict[str, object] | None":
        """The next message, checked against its kind."""
        return self._queue.pop(0) if self._queue else None

    def close(self) -> None:
        self._bytes.close()
        self.connection = 0

    def _dial(self, line, now: int) -> None:
        if self._pause_ms == 0 or ticks_diff(now, self._dialled_at) >= self._pause_ms:
            self._dialled_at = now
            self._pause_ms = RETRY_MS
            line.dial()

    def _serve(self, line) -> None:
        if line.generation != self._generation:
            self._generation = line.generation
            self._decoder = Decoder(CRC32)
        if len(self._queue) < MAX_QUEUED:
            for payload in self._decoder.feed(line.read(CHUNK)):
                self._take(payload)

    def _take(self, payload: bytes) -> None:
        try:
            message = parse(payload)
        except FrameError:
            self.bad += 1
            return
        if check(message) is None:
            self._queue.append(message)
        else:
            self.bad += 1
