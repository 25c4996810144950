"""Clock, pause and chance: passed in, so that tests have their own."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _jitter() -> float:
    return random.random()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Timing:
    """`jitter`: 0 to 1."""

    monotonic_s: Callable[[], float] = time.monotonic
    sleep_s: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = _jitter
    now: Callable[[], datetime] = _now
