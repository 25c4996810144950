"""Waiting for what can pass, with growing pauses, and saying so once in a while instead of at each try."""

import logging
import threading
import time

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0
SAY_AGAIN_S = 30.0

logger = logging.getLogger(__name__)


class Pauses:
    """`stop` ends a pause at once."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._pause_s = FIRST_PAUSE_S
        self._said = ""
        self._said_at = 0.0

    def wait(self, why: str) -> None:
        if why != self._said or time.monotonic() - self._said_at > SAY_AGAIN_S:
            logger.warning("waiting: %s", why)
            self._said, self._said_at = why, time.monotonic()
        self._stop.wait(self._pause_s)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def over(self) -> None:
        if self._said:
            logger.info("going on")
        self._said, self._pause_s = "", FIRST_PAUSE_S
