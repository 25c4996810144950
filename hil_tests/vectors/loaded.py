"""Run on MicroPython: makes the board that a config names, and prints as JSON what that has loaded.

    micropython loaded.py FIRMWARE CONFIG

{"modules": [...], "role": "engine", "heap": bytes that the modules and the board take}
"""

import gc
import json
import os
import sys

sys.path.insert(0, sys.argv[1])

def used() -> int:
    gc.collect()
    return gc.mem_alloc()  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own


def load(config: str) -> None:
    start = used()
    from chargepoint.settings import read
    from hal import heap, platforms
    from hal.making import make_board

    with open(config) as file:
        settings = read(file.read(), os.getenv)
    del read
    heap.forget("chargepoint.settings")
    board = make_board(settings, platforms.make(settings))
    print(json.dumps({"modules": sorted(sys.modules), "role": board.settings.role, "heap": used() - start}))


load(sys.argv[2])
