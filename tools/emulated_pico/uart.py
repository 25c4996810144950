"""A UART in place of the emulator's, which raises its transmit interrupt at every look, so that `machine.UART` hangs.

Levels, timeout and flags of the PL011 as MicroPython uses it; a byte takes its ten bits' time.
"""

from rp2040py.peripherals import uart
from rp2040py.rp2040 import RP2040

DEPTH = 32
LEVELS = (4, 8, 16, 24, 28, 28, 28, 28)  # of `UARTIFLS`
IFLS = 0x34
IFLS_RESET = 0x12
RECEIVE_TIMEOUT = 1 << 6
BUSY = 1 << 3
TRANSMIT_FULL = 1 << 5
TIMEOUT_BYTES = 3.2  # the PL011's 32 bit times
UNSET_BYTE_NS = 87_000  # at 115,200 baud, before one is set
MAX_SENT_BYTES = 65536  # kept of what the guest sends


def mend(mcu: RP2040) -> None:
    for each in mcu.uart:
        _Mended(mcu, each)


def byte_ns(port: uart.RPUART) -> float:
    return 10e9 / port.baud_rate if port.baud_divider else UNSET_BYTE_NS


class _Mended:
    """Stands before one emulated UART and answers for what it does wrong."""

    def __init__(self, mcu: RP2040, port: uart.RPUART) -> None:
        self._mcu = mcu
        self._port = port
        self._sending = 0  # bytes in the transmit FIFO
        self._ifls = IFLS_RESET
        self._timeout = mcu.clock.create_alarm(self._timed_out)
        self._sent = mcu.clock.create_alarm(self._one_sent)
        self._write, self._read, self._reset = port.write_uint32, port.read_uint32, port.reset
        port.check_interrupts = self._check
        port.feed_byte = self._feed
        port.write_uint32 = self._write_register
        port.read_uint32 = self._read_register
        port.reset = self._forget

    def _forget(self) -> None:
        self._sending, self._ifls = 0, IFLS_RESET
        self._timeout.cancel()
        self._sent.cancel()
        self._reset()

    @property
    def _receive_level(self) -> int:
        return LEVELS[self._ifls >> 3 & 7] if self._port.fifos_enabled else 1

    @property
    def _transmit_level(self) -> int:
        return LEVELS[self._ifls & 7] if self._port.fifos_enabled else 0

    def _raise(self, interrupt: int, on: bool = True) -> None:
        status = self._port._interrupt_status  # pyright: ignore[reportPrivateUsage]  # the register itself
        status = status | interrupt if on else status & ~interrupt
        self._port._interrupt_status = status  # pyright: ignore[reportPrivateUsage]  # a register
        self._check()

    def _check(self) -> None:
        port = self._port
        pending = port._interrupt_status & port._interrupt_mask  # pyright: ignore[reportPrivateUsage]  # a register
        self._mcu.set_interrupt(port.irq, bool(pending))

    def _feed(self, value: int) -> None:
        """A byte comes from outside."""
        fifo = self._port.rx_fifo
        if fifo.full:
            return  # lost, as on the chip
        fifo.push(value)
        self._timeout.schedule(byte_ns(self._port) * TIMEOUT_BYTES)
        if fifo.item_count >= self._receive_level:
            self._raise(uart.UARTRXINTR)

    def _timed_out(self) -> None:
        if not self._port.rx_fifo.empty:
            self._raise(RECEIVE_TIMEOUT)

    def _one_sent(self) -> None:
        self._sending -= 1
        if self._sending > 0:
            self._sent.schedule(byte_ns(self._port))
        if self._sending <= self._transmit_level:
            self._raise(uart.UARTTXINTR)

    def _write_register(self, offset: int, value: int) -> None:
        if offset == IFLS:
            self._ifls = value
        elif offset == uart.UARTDR:
            self._send(value & 0xFF)
        else:
            self._write(offset, value)

    def _send(self, byte: int) -> None:
        if self._port.on_byte:
            self._port.on_byte(byte)
        self._sending += 1
        if self._sending == 1:
            self._sent.schedule(byte_ns(self._port))
        if self._sending > self._transmit_level:
            self._raise(uart.UARTTXINTR, on=False)

    def _read_register(self, offset: int) -> int:
        if offset == IFLS:
            return self._ifls
        if offset == uart.UARTFR:
            return self._flags()
        if offset == uart.UARTDR:
            return self._take()
        return self._read(offset)

    def _flags(self) -> int:
        fifo = self._port.rx_fifo
        flags = {
            uart.RXFF: fifo.full, uart.RXFE: fifo.empty, uart.TXFE: self._sending == 0, BUSY: self._sending > 0,
            TRANSMIT_FULL: self._sending >= DEPTH,
        }
        return sum(flag for flag, holds in flags.items() if holds)

    def _take(self) -> int:
        fifo = self._port.rx_fifo
        value = 0 if fifo.empty else fifo.pull()
        if fifo.item_count < self._receive_level:
            self._raise(uart.UARTRXINTR, on=False)
        if fifo.empty:
            self._raise(RECEIVE_TIMEOUT, on=False)
        else:
            self._timeout.schedule(byte_ns(self._port) * TIMEOUT_BYTES)
        return value


class Wire:
    """The other end of a UART: `sent` is what came from the guest, `feed` sends to it at its baud rate."""

    def __init__(self, mcu: RP2040, number: int) -> None:
        self.sent = bytearray()
        self._port = mcu.uart[number]
        self._coming = bytearray()
        self._next = mcu.clock.create_alarm(self._one_comes)
        self._port.on_byte = self._take

    def feed(self, data: bytes) -> None:
        if not self._coming:
            self._next.schedule(byte_ns(self._port))
        self._coming += data

    def _take(self, byte: int) -> None:
        if len(self.sent) < MAX_SENT_BYTES:
            self.sent.append(byte)

    def _one_comes(self) -> None:
        self._port.feed_byte(self._coming.pop(0))
        if self._coming:
            self._next.schedule(byte_ns(self._port))
