"""Two serial ports joined by a cable: what is written to one is read from the other.

Each port is a pseudo-terminal in raw mode, so pyserial and a MicroPython board open it as they open a real one.
"""

import os
import selectors
import threading
import time
import tty
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK_BYTES = 4096
HELD_BYTES = 65_536  # of what the far side does not read; a real cable would lose it much earlier
DEAF_PERIOD_S = 2.5


class NullModem:
    """`near` and `far` are the ports' paths. Usable as a context manager.

    A port may be opened and closed any number of times. Bytes for a port that nobody reads are held up to
    HELD_BYTES; what comes beyond that is dropped and counted in `dropped_bytes`.

    deaf_s: for so long in each DEAF_PERIOD_S all that is said is lost, and counted in `unheard_bytes`, as where a
    board's flash is erased with its interrupts off.
    """

    def __init__(self, deaf_s: float = 0.0) -> None:
        self._deaf_s = deaf_s
        self.unheard_bytes = 0
        self._masters: list[int] = []
        self._slaves: list[int] = []  # held open: a pseudo-terminal whose last user left reads as broken
        for _ in range(2):
            master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(master, False)
            self._masters.append(master)
            self._slaves.append(slave)
        self.near, self.far = (os.ttyname(slave) for slave in self._slaves)
        self.dropped_bytes = 0
        self._stop_read, self._stop_write = os.pipe()
        self._pump = threading.Thread(target=self._run, name="null-modem", daemon=True)
        self._pump.start()

    def close(self) -> None:
        os.write(self._stop_write, b"x")
        self._pump.join()
        for descriptor in (*self._masters, *self._slaves, self._stop_read, self._stop_write):
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        waiting = {self._masters[0]: b"", self._masters[1]: b""}  # for this master to take
        across = {self._masters[0]: self._masters[1], self._masters[1]: self._masters[0]}
        with selectors.DefaultSelector() as selector:
            selector.register(self._stop_read, selectors.EVENT_READ)
            for master in self._masters:
                selector.register(master, selectors.EVENT_READ)
            while True:
                for key, events in selector.select():
                    if key.fd == self._stop_read:
                        return
                    if events & selectors.EVENT_READ:
                        waiting[across[key.fd]] += self._read(key.fd)
                for master in self._masters:
                    waiting[master] = self._write(master, waiting[master])
                    wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if waiting[master] else 0)
                    selector.modify(master, wanted)

    def _read(self, master: int) -> bytes:
        with suppress(BlockingIOError):
            data = os.read(master, CHUNK_BYTES)
            if time.monotonic() % DEAF_PERIOD_S >= self._deaf_s:
                return data
            self.unheard_bytes += len(data)
        return b""

    def _write(self, master: int, data: bytes) -> bytes:
        """What is left of it."""
        with suppress(BlockingIOError):
            data = data[os.write(master, data) :] if data else data
        self.dropped_bytes += max(0, len(data) - HELD_BYTES)
        return data[:HELD_BYTES]
