"""A byte line (see hal.contract) over the board's own USB serial port: its stdin and stdout, which must be raw.

A write to stdout waits up to 500 ms for a host that does not read, so each byte goes out only where poll says that
there is room for it. Ctrl-C is a byte like any other from then on.
"""

import select
import sys

import micropython

MAX_OUT = 4096
_STEP_MOST = 64  # bytes moved in one step, each way: 12.8 kB/s at 5 ms a step


class UsbLine:
    is_dialling = False

    def __init__(self):
        self.generation = 0
        self.is_open = False
        self._out = []  # what is still to be sent, as it was given: joined, it would need a larger piece of the heap
        self._waiting = 0  # bytes of it
        self._sent = 0  # bytes of the first that have gone
        self._byte = bytearray(1)
        self._readable = select.poll()
        self._readable.register(sys.stdin, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sys.stdout, select.POLLOUT)

    def dial(self):
        if not self.is_open:
            micropython.kbd_intr(-1)
            self.is_open = True
            self.generation += 1

    def step(self, now):
        left = _STEP_MOST
        while self._out and left and _ready(self._writable):
            self._byte[0] = self._out[0][self._sent]
            sys.stdout.buffer.write(self._byte)
            left -= 1
            self._sent += 1
            if self._sent == len(self._out[0]):
                self._waiting -= self._sent
                self._sent = 0
                self._out.pop(0)

    def read(self, most):
        if not self.is_open or not _ready(self._readable):
            return b""
        chunk = bytearray()
        while len(chunk) < min(most, _STEP_MOST) and _ready(self._readable):
            byte = sys.stdin.buffer.read(1)
            if not byte:
                break  # a process whose input has ended
            chunk.extend(byte)
        return bytes(chunk)

    def write(self, data):
        if not self.is_open or self._waiting + len(data) > MAX_OUT:
            return False
        if data:
            self._out.append(data)
            self._waiting += len(data)
        return True

    def close(self):
        self._out = []
        self._waiting = self._sent = 0
        if self.is_open:
            micropython.kbd_intr(3)
            self.is_open = False


def _ready(poll):
    for _ in poll.ipoll(0):
        return True
    return False
