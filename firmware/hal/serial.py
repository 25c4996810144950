"""A byte line over a serial port. A wire cannot be dialled and knows no connections: it is open once the port is.

See hal.contract.
"""

import errno
import os
import select
import sys

MAX_OUT = 8192  # bytes the port has not taken yet
_STEP_MOST = 256  # bytes moved in one step, each way; at 5 ms a step far more than 115,200 baud carry


class BytePort:
    """A tty on MicroPython's unix port, whose files only block: so one byte at a time, each as poll allows it."""

    def __init__(self, path):
        import termios  # not on boards, which have other ports

        self._file = open(path, "r+b")
        termios.setraw(self._file.fileno())
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLIN | select.POLLOUT)

    def read(self, most):
        chunk = bytearray()
        while len(chunk) < most and self._ready(select.POLLIN):
            byte = self._file.read(1)
            if not byte:
                break
            chunk.extend(byte)
        return bytes(chunk)

    def write(self, data):
        taken = 0
        while taken < len(data) and self._ready(select.POLLOUT):
            taken += self._file.write(data[taken : taken + 1])
        return taken

    def close(self):
        self._file.close()

    def _ready(self, event):
        """Raises OSError for a tty that hung up: ready for everything, giving nothing, since its other end is gone."""
        ready = self._poll.poll(0)
        if ready and ready[0][1] & select.POLLHUP:
            raise OSError(errno.EIO)
        return ready and ready[0][1] & event


class DescriptorPort:
    """A tty on CPython, opened without blocking."""

    def __init__(self, path):
        import termios
        import tty

        # pyright reads this with a board's stubs, whose os has no flags: boards never come here.
        self._descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)  # pyright: ignore[reportAttributeAccessIssue]  # see above
        try:
            tty.setraw(self._descriptor)
        except termios.error:  # not an OSError on CPython
            self.close()
            raise OSError("%s: is no serial port" % path) from None

    def read(self, most):
        try:
            return os.read(self._descriptor, most)
        except BlockingIOError:
            return b""

    def write(self, data):
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return 0

    def close(self):
        os.close(self._descriptor)


open_port = BytePort if sys.implementation.name == "micropython" else DescriptorPort


class SerialLine:
    """Opens the tty at `path` when it is dialled, and raises nothing: a port that is not there is not open."""

    is_dialling = False

    def __init__(self, path, max_out=MAX_OUT):
        self.generation = 0
        self._path = path
        self._max_out = max_out
        self._port = None
        self._out = bytearray()

    @property
    def is_open(self):
        return self._port is not None

    def dial(self):
        self.close()
        try:
            self._port = open_port(self._path)
        except OSError:
            return
        self.generation += 1

    def step(self, now):
        if self._out and self._port is not None:
            try:
                self._out = self._out[self._port.write(bytes(self._out[:_STEP_MOST])) :]
            except OSError:
                self.close()

    def read(self, most):
        if self._port is None:
            return b""
        try:
            return self._port.read(min(most, _STEP_MOST))
        except OSError:
            self.close()
            return b""

    def write(self, data):
        if not self.is_open or len(self._out) + len(data) > self._max_out:
            return False
        self._out.extend(data)
        return True

    def close(self):
        """What is still to be sent belongs to the conversation that is over."""
        self._out = bytearray()
        if self._port is not None:
            self._port.close()
            self._port = None
