"""Ending on SIGTERM and SIGINT: the first asks, threads and asyncio alike; the second ends at once."""

import asyncio
import os
import signal
import threading
from types import FrameType

from runtime.exit_codes import SIGNAL_EXIT_BASE

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Shutdown:
    """Whether this process has been asked to end; `install` in its main thread, once."""

    def __init__(self) -> None:
        self.requested = threading.Event()
        self._lock = threading.Lock()
        self._waiters: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._signals = 0

    def install(self) -> None:
        """Take over SIGTERM and SIGINT. Raises ValueError outside the main thread."""
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)

    def request(self) -> None:
        """Ask the process to end; from any thread but not from a signal handler; again does nothing."""
        with self._lock:
            self.requested.set()
            waiters, self._waiters = self._waiters, []
        for loop, event in waiters:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def wait(self) -> None:
        """Until the process is asked to end."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            if self.requested.is_set():
                return
            self._waiters.append(waiter)
        try:
            await waiter[1].wait()
        finally:
            with self._lock:
                if waiter in self._waiters:
                    self._waiters.remove(waiter)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._signals += 1
        if self._signals > 1:
            os._exit(SIGNAL_EXIT_BASE + number)
        # The main thread may hold the very locks that `request` takes, so a thread of its own takes them.
        threading.Thread(target=self.request, name="shutdown", daemon=True).start()
