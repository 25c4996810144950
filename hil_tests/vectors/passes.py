"""Run on MicroPython: what a pass of the control loop allocates, on a platform that allocates nothing itself.

Prints one JSON object: {"quiet": bytes of a pass without a window, "window": of one with it, "quiet_us", "window_us",
"free": heap afterwards}.
"""

import gc
import json
import os
import time

from chargepoint.roles import Board
from chargepoint.sample_window import SampleWindow
from chargepoint.settings import read

mem_alloc = gc.mem_alloc  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
mem_free = gc.mem_free  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
ticks_diff = time.ticks_diff  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
ticks_ms = time.ticks_ms  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own
ticks_us = time.ticks_us  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own

WARM = 20
COUNTED = 20
CONFIG = {"cp_id": "cp_1", "role": "both", "central": "192.0.2.1:1", "location": "Here", "price_per_kwh": 0.2}


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
    ticks_ms = ticks_ms
    ticks_diff = ticks_diff

    def __init__(self):
        self.given: "SampleWindow | None" = None
        self._window = SampleWindow()
        self._window.n = 250
        self._window.duration_ms = 200
        self._window.sum_ii, self._window.sum_vv = 1000, 346000000  # noise, and 230 V

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
    spent_us = ticks_diff(ticks_us(), started)
    allocated = mem_alloc() - used
    gc.enable()
    return allocated // COUNTED, spent_us // COUNTED


def main():
    platform = StillPlatform()
    board = Board(read(json.dumps(CONFIG)), platform, central=DeadLine())
    for _ in range(WARM):
        platform.next_has_window()
        board.step()
    quiet, quiet_us = passes(board, platform, False)
    window, window_us = passes(board, platform, True)
    gc.collect()
    result = {"quiet": quiet, "quiet_us": quiet_us, "window": window, "window_us": window_us}
    result["free"] = mem_free()
    print(json.dumps(result))


main()
