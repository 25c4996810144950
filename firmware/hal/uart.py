"""A byte line (see hal.contract) over a UART with RTS and CTS, so that a flash erase of 45 ms loses nothing.

Bytes come in by interrupt into a buffer of the driver, whose FIFO of 32 bytes holds 2.8 ms. While interrupts are off,
RTS tells the other side to wait; what a side without it loses is sent again, since messages are kept until acked.
"""

from machine import UART, Pin
from wire.constants import const

MAX_OUT = 8192  # bytes the driver has not taken yet
BAUD = 115200
_BUFFER = const(1024)
_STEP_MOST = const(256)  # bytes moved in one step, each way; at 5 ms a step far more than the line carries


class UartLine:
    """Open from `dial()` on. number: of the UART; pins: tx, rx, rts, cts."""

    is_dialling = False

    def __init__(self, number, tx, rx, rts, cts):
        self.generation = 0
        self._number = number
        self._pins = (tx, rx, rts, cts)
        self._uart = None
        self._out = bytearray()
        self._in = bytearray(_STEP_MOST)

    @property
    def is_open(self):
        return self._uart is not None

    def dial(self):
        """A UART that was opened once stays so: what its driver holds belongs to the conversation."""
        if self._uart is None:
            tx, rx, rts, cts = [Pin(number) for number in self._pins]
            self._uart = UART(
                self._number, baudrate=BAUD, tx=tx, rx=rx, rts=rts, cts=cts, flow=UART.RTS | UART.CTS,
                rxbuf=_BUFFER, txbuf=_BUFFER, timeout=0,
            )
            self.generation += 1

    def step(self, now):
        if self._out and self._uart is not None:
            taken = self._uart.write(bytes(self._out[:_STEP_MOST])) or 0
            self._out = self._out[taken:]

    def read(self, most):
        if self._uart is None or not self._uart.any():
            return b""
        count = self._uart.readinto(self._in, min(most, _STEP_MOST, self._uart.any())) or 0
        return bytes(self._in[:count])

    def write(self, data):
        if self._uart is None or len(self._out) + len(data) > MAX_OUT:
            return False
        self._out.extend(data)
        return True

    def close(self):
        self._out = bytearray()
        if self._uart is not None:
            self._uart.deinit()
            self._uart = None
