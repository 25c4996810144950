"""Passing the 10 s that a board keeps between two closures of its relay, in some tenths of a second.

The plant runs fast only while the relay is open and nothing flows. A fast plant's window spans seconds, so that on a
busy machine a relay that moves meanwhile looks welded or stuck for a whole window, and the board is right to say so.
A window keeps the length it began with: the plant is slowed down shortly before a long one ends, and the next is short.
"""

import math
import time

from plant.world import WINDOW_MS
from tools.services.process import wait_for
from tools.stack.boards import Plant

FAST = 200
LONG_WINDOW_MS = WINDOW_MS * FAST  # 10 s: one is the pause
SLOW = 1  # the fastest whose windows are as short as by the clock
MARGIN_MS = 1200  # of the plant's time: 6 ms of ours while it is fast
TIMEOUT_S = 10.0


def pass_pause(plant: Plant) -> None:
    """The relay is open, the plant slow. Afterwards it is slow again and its windows are short."""
    now_ms = plant.state()["now_ms"]
    end_ms = end_of_long_window_ms(now_ms)
    while now_ms < end_ms:
        plant.ask(do="speed", speed=FAST)
        time.sleep(max(0.0, end_ms - MARGIN_MS - now_ms) / FAST / 1_000)
        plant.ask(do="speed", speed=SLOW)
        now_ms = plant.state()["now_ms"]
        if now_ms < end_ms:
            break
        end_ms += LONG_WINDOW_MS  # slept too long: another long one has begun
    wait_for(lambda: plant.state()["now_ms"] >= end_ms, TIMEOUT_S, "the plant's long window ends")


def end_of_long_window_ms(now_ms: float) -> float:
    """Of the first that begins after `now_ms`: windows have followed each other since 0, in steps of WINDOW_MS."""
    return math.ceil(now_ms / WINDOW_MS) * WINDOW_MS + LONG_WINDOW_MS
