"""The line from a simulated board to its plant process: TCP, never blocking, dialled again for ever."""

import errno
import select
import socket

from wire.check import check
from wire.frame import Decoder, FrameError, encode, parse
from wire.seal import CRC32

from hal.contract import ticks_diff

RETRY_MS = 200  # a plant is on the same machine, and alone: there is nothing to spare by waiting longer
CONNECT_MS = 5000
MAX_OUT = 4096  # bytes not yet taken by the socket
MAX_QUEUED = 16  # messages read and not yet asked for; the plant closes the line of a board that never asks
CHUNK = 2048
_UNDER_WAY = (errno.EINPROGRESS, errno.EALREADY)
_BROKEN = select.POLLERR | select.POLLHUP


class PlantLine:
    """Messages to and from the plant at (host, port); a numeric host, or looking it up blocks.

    `connection` is 0 while there is none, and another number with each new one. Counters: `lost` (connections),
    `bad` (messages that were none), `unsent` (messages refused because the line was full or away).
    """

    def __init__(self, host: str, port: int):
        self._address = (host, port)
        self._socket = None
        self._poll = None
        self._dialled_at = None
        self._made = 0
        self._decoder = Decoder(CRC32)
        self._queue = []
        self._out = b""
        self.connection = 0
        self.lost = 0
        self.bad = 0
        self.unsent = 0

    def step(self, now: int) -> None:
        """Dial, read and write as far as it goes at once; `now` in ticks."""
        if self._socket is None:
            if self._dialled_at is not None and ticks_diff(now, self._dialled_at) < RETRY_MS:
                return
            self._dialled_at = now
            self._dial()
        if self._socket is None:
            return
        events = self._events()
        if self.connection == 0:
            self._settle(events, now)
        if self.connection:
            self._flush()
        if self.connection and events & select.POLLIN and len(self._queue) < MAX_QUEUED:
            self._read()

    def send(self, message: "dict[str, object]") -> bool:
        """Whether the line took it; a message refused is the caller's to say again."""
        line = encode(message, CRC32)
        if not self.connection or len(self._out) + len(line) > MAX_OUT:
            self.unsent += 1
            return False
        self._out += line
        self._flush()
        return self.connection != 0

    def receive(self) -> "dict[str, object] | None":
        """The next message, checked against its kind."""
        return self._queue.pop(0) if self._queue else None

    def close(self) -> None:
        if self.connection:
            self.lost += 1
        if self._socket is not None:
            self._socket.close()
        self._socket = self._poll = None
        self.connection = 0
        self._out = b""
        self._decoder = Decoder(CRC32)

    def _dial(self) -> None:
        try:
            address = socket.getaddrinfo(*self._address)[0][-1]
            self._socket = socket.socket()
            self._socket.setblocking(False)
            self._socket.connect(address)
        except OSError as error:
            if self._socket is None or error.errno not in _UNDER_WAY:
                self.close()
                return
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN | select.POLLOUT)

    def _events(self) -> int:
        ready = self._poll.poll(0)
        return ready[0][1] if ready else 0

    def _settle(self, events: int, now: int) -> None:
        """Whether the dialling has come to something."""
        if events & _BROKEN or (not events and ticks_diff(now, self._dialled_at) > CONNECT_MS):
            self.close()
        elif events & select.POLLOUT:
            self._made += 1
            self.connection = self._made

    def _flush(self) -> None:
        if not self._out:
            return
        try:
            self._out = self._out[self._socket.send(self._out) :]
        except OSError as error:
            if error.errno != errno.EAGAIN:
                self.close()

    def _read(self) -> None:
        try:
            chunk = self._socket.recv(CHUNK)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                self.close()
            return
        if not chunk:
            self.close()
            return
        for payload in self._decoder.feed(chunk):
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
