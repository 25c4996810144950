"""Byte lines (see hal.contract) over TCP; the same code on MicroPython (unix, ESP32, Pico W) and CPython.

Addresses are numeric; hal/names.py dials a name.
"""

import errno
import select
import socket

MAX_OUT = 8192  # bytes the socket has not taken yet
_UNDER_WAY = (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN)
_BROKEN = select.POLLERR | select.POLLHUP


def resolve(address):
    # For a numeric address this parses and packs; it asks no server, so it cannot block.
    return socket.getaddrinfo(address[0], address[1])[0][-1]


if hasattr(select.poll(), "ipoll"):

    def ready(poll):
        """The events at a poll's one socket, 0 for none; without heap, since it is asked on every pass."""
        for event in poll.ipoll(0):
            return event[1]
        return 0

else:  # CPython

    def ready(poll):
        events = poll.poll(0)
        return events[0][1] if events else 0


class Stream:
    """One connection. `is_open` turns False for good when it breaks."""

    def __init__(self, connected, max_out=MAX_OUT):
        self.is_open = True
        self._socket = connected
        self._max_out = max_out
        self._out = bytearray()
        self._poll = select.poll()
        self._poll.register(connected, select.POLLIN)
        connected.setblocking(False)

    def step(self, now):
        if self._out:
            self._flush()

    def read(self, most):
        if not self.is_open or not ready(self._poll):
            return b""
        try:
            chunk = self._socket.recv(most)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                self.close()
            return b""
        if not chunk:
            self.close()
        return chunk

    def write(self, data):
        if not self.is_open or len(self._out) + len(data) > self._max_out:
            return False
        self._out.extend(data)
        self._flush()
        return self.is_open

    def close(self):
        if self.is_open:
            self.is_open = False
            self._socket.close()
        self._out = bytearray()

    def _flush(self):
        try:
            taken = self._socket.send(self._out)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                self.close()
            return
        self._out = self._out[taken:]


class _StreamLine:
    """A byte line over the stream it has at the moment, if any."""

    def __init__(self):
        self.generation = 0
        self._stream = None

    @property
    def is_open(self):
        return self._stream is not None and self._stream.is_open

    def read(self, most):
        return b"" if self._stream is None else self._stream.read(most)

    def write(self, data):
        return self._stream is not None and self._stream.write(data)

    def _take(self, stream):
        """From now on over this one."""
        self._drop()
        self._stream = stream
        self.generation += 1

    def _flush(self, now):
        if self._stream is not None:
            self._stream.step(now)

    def _drop(self):
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class Dialler(_StreamLine):
    """A byte line to (host, port). Whoever owns it dials, and judges how long dialling may take."""

    def __init__(self, address, max_out=MAX_OUT):
        super().__init__()
        self._address = address
        self._max_out = max_out
        self._dialling = None  # a socket whose connection is under way
        self._poll = select.poll()

    @property
    def is_dialling(self):
        return self._dialling is not None

    def dial(self):
        self.close()
        dialling = None
        try:
            address = resolve(self._address)
            dialling = socket.socket()
            dialling.setblocking(False)
            dialling.connect(address)
        except OSError as error:
            if dialling is None or error.errno not in _UNDER_WAY:
                drop(dialling)
                return
        self._dialling = dialling
        self._poll = select.poll()
        self._poll.register(dialling, select.POLLOUT)

    def step(self, now):
        if self._dialling is not None:
            self._settle(self._dialling)
        self._flush(now)

    def close(self):
        drop(self._dialling)
        self._dialling = None
        self._drop()

    def _settle(self, dialling):
        events = ready(self._poll)
        if not events:
            return
        if events & _BROKEN:
            self.close()
            return
        self._dialling = None
        self._take(Stream(dialling, self._max_out))


class Listener:
    """Accepts connections at (host, port). Raises OSError where the address cannot be had."""

    def __init__(self, address, backlog=4):
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(resolve(address))
            self._socket.listen(backlog)
        except OSError as error:
            self._socket.close()
            raise OSError(error.errno, "cannot listen at %s:%d" % address) from None
        self._socket.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def accept(self):
        """A new Stream, or None."""
        if not ready(self._poll):
            return None
        try:
            return Stream(self._socket.accept()[0])
        except OSError:  # it was gone before it was taken
            return None

    def close(self):
        self._socket.close()


class Answerer(_StreamLine):
    """A byte line for whoever connects last.

    A new connection replaces the old one, even if we had not noticed its loss.
    """

    is_dialling = False

    def __init__(self, listener):
        super().__init__()
        self._listener = listener

    def dial(self):
        """The other side dials."""

    def step(self, now):
        newest = self._listener.accept()
        if newest is not None:
            self._take(newest)
        self._flush(now)

    def close(self):
        self._drop()


def drop(unfinished):
    if unfinished is not None:
        unfinished.close()
