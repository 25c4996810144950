"""Run on MicroPython: what a pass of the control loop allocates, on a platform that allocates nothing itself.

Prints one JSON object: {"quiet": bytes of a pass without a window, "window": of one with it, "quiet_us", "window_us",
"aged_quiet", "aged_window": bytes after more than 12.4 days, when ticks have wrapped and the uptime in ms is no small
integer any more, "locked": how many passes ran with the heap locked, "free": heap afterwards}.
"""

import gc
import json
import os
import time

from chargepoint.roles import Board
from chargepoint.sample_window import SampleWindow
from chargepoint.ticks import TICKS_MOST, ticks_add, ticks_diff
from hal import heap

mem_alloc = gc.mem_alloc  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
mem_free = gc.mem_free  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
heap_lock = __import__("micropython").heap_lock
heap_unlock = __import__("micropython").heap_unlock
ticks_ms = time.ticks_ms  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
ticks_us = time.ticks_us  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own

WARM = 20
COUNTED = 20
JUMP_MS = TICKS_MOST // 2 - 100000
JUMPS = 3  # 18.6 days
# Patient, so that no try to connect and no health check falls among the passes that are counted.
CONFIG = {
    "cp_id": "cp_1", "role": "both", "central": "192.0.2.1:1", "location": "Here", "price_per_kwh": 0.2,
    "keepalive_ms": 600000, "link_lost_ms": 1800000, "retry_first_ms": 600000, "retry_slow_ms": 600000,
}


class DeadLine:
    is_open = False
    is_dialling = False
    generation = 0

    def step(self, now: int):
        pass

    def dial(self):
        pass

    def close(self):
        pass

    def read(self, most: int):
        return b""

    def write(self, data: bytes):
        return False


class StillPlatform:
    has_trip = False
    board = "b"
    state_dir = "state"
    lost_ms = 0
    reset_cause = "power"

    def __init__(self):
        self.jumps = 0
        self.given: "SampleWindow | None" = None
        self._window = SampleWindow()
        self._window.n = 250
        self._window.duration_ms = 200
        self._window.sum_ii, self._window.sum_vv = 1000, 346000000  # noise, and 230 V

    def ticks_ms(self):
        ticks = ticks_ms() & TICKS_MOST
        for _ in range(self.jumps):
            ticks = ticks_add(ticks, JUMP_MS)
        return ticks

    def ticks_diff(self, a: int, b: int):
        return ticks_diff(a, b)

    def next_has_window(self):
        self.given = self._window

    def random_bytes(self, n: int):
        return os.urandom(n)

    def step(self, now: int):
        pass

    def relay(self, closed: bool):
        pass

    def relay_level(self):
        return False

    def trip(self, on: bool):
        pass

    def rcm_tripped(self):
        return None

    def stop_pressed(self):
        return None

    def window(self):
        window, self.given = self.given, None
        return window

    def vehicle(self):
        return "absent"

    def temperature_mc(self):
        return None

    def feedback(self):
        return None

    def report_register(self, meter_id: str, register_wh: int, session_id: "str | None"):
        pass

    def feed_watchdog(self):
        pass


def passes(board: Board, platform: StillPlatform, with_window: bool):
    """(bytes, microseconds) of a pass."""
    gc.collect()
    gc.disable()
    used = mem_alloc()
    started = ticks_us()
    for _ in range(COUNTED):
        if with_window:
            platform.next_has_window()
        board.step()
    spent_us = time.ticks_diff(ticks_us(), started)  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
    allocated = mem_alloc() - used
    gc.enable()
    return allocated // COUNTED, spent_us // COUNTED


def warm(board: Board, platform: StillPlatform):
    for _ in range(WARM):
        platform.next_has_window()
        board.step()


def age(board: Board, platform: StillPlatform):
    for _ in range(JUMPS):
        platform.jumps += 1
        warm(board, platform)


def locked(board: Board, platform: StillPlatform):
    """Raises MemoryError where a pass allocates anything."""
    heap_lock()
    try:
        for _ in range(COUNTED):
            board.step()
            platform.next_has_window()
            board.step()
    finally:
        heap_unlock()
    return 2 * COUNTED


def settings():
    """Read as main.py does, which forgets what reads them."""
    from chargepoint.settings import read

    found = read(json.dumps(CONFIG))
    del read
    heap.forget("chargepoint.settings")
    return found


def main():
    platform = StillPlatform()
    board = Board(settings(), platform, central=DeadLine())
    warm(board, platform)
    quiet, quiet_us = passes(board, platform, False)
    window, window_us = passes(board, platform, True)
    result = {"quiet": quiet, "quiet_us": quiet_us, "window": window, "window_us": window_us}
    age(board, platform)
    result["aged_quiet"] = passes(board, platform, False)[0]
    result["aged_window"] = passes(board, platform, True)[0]
    result["locked"] = locked(board, platform)
    gc.collect()
    result["free"] = mem_free()
    print(json.dumps(result))


main()
