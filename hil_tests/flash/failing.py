"""Run on MicroPython: flash whose writes fail for a while, from each write of a charge on; littlefs passes that on.

    micropython failing.py FIRMWARE

Where the firmware gives up, the board starts anew, as main.py has it. Prints one JSON object: {"tries", "starts": the
most that a try took, "harmed": how often one write that failed alone ended the charge, "problems"}.
"""

import json
import sys

import vfs  # pyright: ignore[reportMissingImports]  # MicroPython's own

sys.path.insert(0, sys.argv[1])

from nor_flash import ERASED, PROGRAM, Flash
from small_world import Bench

BLOCKS = 32
STEP_MS = 50
EACH = 11  # from so many writes on, one after the other
ONCE, FOR_A_WHILE = 1, 25  # writes that fail
MOST_STARTS = 60


class Board:
    """A board on that flash, in its world, that starts anew where its flash fails."""

    def __init__(self, flash: Flash):
        self.starts = 0
        self.bench = Bench("/flash/state", STEP_MS)
        self.flash = flash
        self._step = self.bench.step
        self.bench.step = self.step
        self.start()

    def start(self):
        while self.starts < MOST_STARTS:
            self.starts += 1
            if self.starts > 1:
                vfs.umount("/flash")
                vfs.mount(vfs.VfsLfs2(self.flash, progsize=PROGRAM), "/flash")
            try:
                self.bench.power_on(self.starts)
                return
            except OSError:
                pass
        raise AssertionError("never: a start")

    def step(self):
        try:
            self._step()
        except OSError:
            self.bench.clock.ms += STEP_MS
            self.start()


def charge(board: Board):
    """Whatever happens to it, it ends; once the flash is well again, another one runs."""
    bench = board.bench
    bench.until(bench.idle, "idle")
    bench.bridge.command("start_charge", session_id="s1")
    bench.run(12000)
    unharmed = board.starts == 1
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(
        lambda: not bench.bridge.commands and bench.idle() and bench.board.engine.under_way() is None, "the end of s1"
    )
    board.flash.fails = range(0)
    bench.start("s2")
    bench.run(1000)
    bench.stop("s2")
    return unharmed


def judge(bench: Bench):
    bridge, world = bench.bridge, bench.world
    wrong = list(bridge.wrong)
    ended = sorted(bridge.ended())
    fed = [session_id for session_id in ("s1", "s2") if session_id in world.closures]  # each once, and s2 in any case
    told = {answer["session_id"] for answer in bridge.of("command_response") if answer["accepted"]} | set(fed)
    if world.closures != fed or fed[-1:] != ["s2"] or not told <= set(ended) or len(set(ended)) != len(ended):
        wrong.append("closed for %s, ended %s, told %s" % (world.closures, ended, told))
    numbers = sorted([n for _, n in bridge.taken])
    if numbers != list(range(1, len(numbers) + 1)) or len({epoch for epoch, _ in bridge.taken}) != 1:
        wrong.append("numbers: %s" % numbers)
    return wrong


def attempt(image: bytearray, fails):
    """(starts, whether the charge went on, what was wrong, writes)."""
    flash = Flash(bytearray(image))
    flash.fails = fails
    vfs.mount(vfs.VfsLfs2(flash, progsize=PROGRAM), "/flash")
    try:
        board = Board(flash)
        unharmed = charge(board)
        return board.starts, unharmed, judge(board.bench), flash.writes
    except AssertionError as error:
        return 0, False, [str(error)], flash.writes
    finally:
        vfs.umount("/flash")


def main():
    image = bytearray(ERASED * BLOCKS)
    vfs.VfsLfs2.mkfs(Flash(image), progsize=PROGRAM)
    last = attempt(image, range(0))[3]
    tries = harmed = most = 0
    problems: "list[str]" = []
    for count in (ONCE, FOR_A_WHILE):
        for first in range(1, last, EACH):
            starts, went_on, wrong, _ = attempt(image, range(first, first + count))
            tries += 1
            harmed += count == ONCE and not went_on
            most = max(most, starts)
            problems += ["%s (%d failed from write %d of %d on)" % (each, count, first, last) for each in wrong]
    print(json.dumps({"tries": tries, "starts": most, "harmed": harmed, "problems": problems[:20]}))


main()
