"""Run on MicroPython: how often an idle hour, a charging hour and a charge erase a Pico's flash, by the real firmware.

    micropython wear.py FIRMWARE

Intervals are the firmware's own, every message is acked. Prints one JSON object: {"idle", "charging", "charge": erases,
"programs": of the charging hour, "most": erases of the block that had most of them, "blocks": of the file system}.
"""

import json
import sys

import vfs  # pyright: ignore[reportMissingImports]  # MicroPython's own

sys.path.insert(0, sys.argv[1])

from nor_flash import ERASED, PROGRAM, Flash
from small_world import Bench

BLOCKS = 212  # a Pico W's file system; a Pico's has 352
HOUR_MS = 3600000
STEP_MS = 100
IDLE_STEP_MS = 1000


def main():
    flash = Flash(bytearray(ERASED * BLOCKS))
    vfs.VfsLfs2.mkfs(flash, progsize=PROGRAM)
    vfs.mount(vfs.VfsLfs2(flash, progsize=PROGRAM), "/flash")
    bench = Bench("/flash/state", STEP_MS)
    bench.power_on()
    bench.until(bench.idle, "idle")
    before = sum(flash.erases)
    until_ms = bench.clock.ms + HOUR_MS
    while bench.clock.ms < until_ms:
        bench.board.step()
        bench.clock.ms += IDLE_STEP_MS
    idle = sum(flash.erases) - before
    bench.start("s1")
    bench.stop("s1")
    charge = sum(flash.erases) - before - idle
    bench.start("s2")
    before, programs = sum(flash.erases), flash.programs
    bench.run(HOUR_MS)
    charging = sum(flash.erases) - before
    print(json.dumps({
        "idle": idle, "charging": charging, "charge": charge, "programs": flash.programs - programs,
        "most": max(flash.erases), "blocks": BLOCKS,
    }))


main()
