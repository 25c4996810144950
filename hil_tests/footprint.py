"""What the firmware takes of a board, beside what it may: files, heap, allocations, time. Each figure with its goal.

    make footprint          (also a part of `make bench`; ARGS="--quick": without the emulated Pico)

The emulated Pico takes no time for an erase (96 ms as a rule on a real one), so its times are the least there is.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hil_tests.relay_in_time import worst_ms
from hil_tests.roles import CHARGES, ROLES, cost_of, files_of, mpy_bytes, pass_of_the_loop
from hil_tests.sim_speed import charge_hours_a_minute
from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.files import precompiled
from tools.pico_image import cache
from tools.stack.python_of_boards import find_micropython
from tools.testing.deadlines import DEADLINE_S

KB = 1000
UNIX_HEAPS = ("256k", "288k", "320k")  # the goal's first; a word of it is twice a Pico's
UNIX_CHARGES, QUICK_CHARGES = 100, 2
PICO_CHARGES = 12  # each takes an emulated one half a minute of a processor's time and more
PICO_LIMIT_S = 240.0  # of the guest's time


class Row(NamedTuple):
    """`goal`: at most that much, or at least where `at_least`; None: there is none."""

    where: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False

    @property
    def is_missed(self) -> bool:
        return self.goal is not None and (self.value < self.goal if self.at_least else self.value > self.goal)


def files(folder: Path) -> Iterator[Row]:
    for role in ROLES:
        yield Row("files", f"{role}: .mpy", mpy_bytes(role, folder / role) / KB, "kB", 60)


def of_charges(where: str, told: dict[str, Any], wanted_free: bool) -> Iterator[Row]:
    free, largest = told["free"], told["largest"]
    last = max(free, key=int)
    goals = (140, 40) if wanted_free else (None, None)
    for charge in ("0", last):
        yield Row(where, f"heap free after {charge} charges", free[charge] / KB, "kB", goals[0], at_least=True)
        yield Row(where, f"largest block after {charge} charges", largest[charge] / KB, "kB", goals[1], at_least=True)
    full = "32" if "32" in free else "10"  # as many sessions are remembered
    later = [bytes_free for charge, bytes_free in free.items() if int(charge) > int(full)]
    if full in free and later:
        yield Row(where, f"growth from charge {full} to {last}", (free[full] - max(later)) / KB, "kB", 0.2)
    yield Row(where, "a pass, p99", told["p99_ms"], "ms")
    yield Row(where, "a pass, worst (a charge begins)", told["worst_ms"], "ms")
    yield Row(where, "a line said", told["said_us"] / KB, "ms")
    yield Row(where, "a line heard", told["heard_us"] / KB, "ms")


def on_unix(folder: Path, micropython: str, charges: int) -> Iterator[Row]:
    """The smallest heap of UNIX_HEAPS that holds a board of both roles through all charges."""
    sources = {**files_of("both"), CHARGES.name: CHARGES}
    precompiled(sources, folder / "mpy")
    code = f"import charges; charges.main({charges})"
    for heap in UNIX_HEAPS:
        state = folder / heap
        (state / "state" / "journal").mkdir(parents=True)
        done = subprocess.run(
            [micropython, "-X", f"heapsize={heap}", "-c", code], cwd=state, capture_output=True, text=True,
            env={**os.environ, "MICROPYPATH": f"{folder / 'mpy'}:.frozen"},
            timeout=10 * DEADLINE_S, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            yield Row("unix", "heap that both roles need", int(heap[:-1]), "KiB", 256)
            yield from of_charges(f"unix {heap}", json.loads(done.stdout), wanted_free=False)
            return
        if "MemoryError" not in done.stderr + done.stdout:
            raise RuntimeError(f"charges on the unix port: {(done.stderr or done.stdout)[-500:]}")
    raise RuntimeError(f"both roles do not run in {UNIX_HEAPS[-1]} of heap")


def on_pico(folder: Path, micropython: str, image: Path, charges: int) -> Iterator[Row]:
    for role in ROLES:
        bench = PicoBench(folder / role, image, micropython)
        try:
            cost = cost_of(role, bench)
            yield Row("pico", f"{role}: heap free after start", cost.free_bytes / KB, "kB", 140, at_least=True)
            yield Row("pico", f"{role}: largest block after start", cost.largest_bytes / KB, "kB", 40, at_least=True)
            if role == "both":
                passes = pass_of_the_loop(bench)
                yield Row("pico", "allocated in a quiet pass", passes["quiet"], "B", 0)
                yield Row("pico", "allocated in a pass with a window", passes["window"], "B", 0)
                yield Row("pico", "a quiet pass", passes["quiet_us"] / KB, "ms")
                yield Row("pico", "a pass with a window", passes["window_us"] / KB, "ms")
                bench.reset()
                bench.boot()
                told = json.loads(bench.exec(f"import charges\ncharges.main({charges})", PICO_LIMIT_S))
                yield from of_charges("pico, both roles", told, wanted_free=True)
        finally:
            bench.close()


def measure(folder: Path, quick: bool) -> Iterator[Row]:
    """Raises RuntimeError for what is missing or does not run."""
    micropython = find_micropython()
    if micropython is None:
        raise RuntimeError("MicroPython's unix port is missing; `make setup` brings it")
    yield from files(folder / "files")
    yield Row("sim", "charge hours a minute", charge_hours_a_minute(), "h", 100, at_least=True)
    yield Row("sim", "relay open after a protection's time", worst_ms(), "ms", 100)
    yield from on_unix(folder / "unix", micropython, QUICK_CHARGES if quick else UNIX_CHARGES)
    image = cache.find()
    if image is None:
        raise RuntimeError(f"no image for the emulated Pico: `{cache.COMMAND}` makes one")
    if not quick:
        yield from on_pico(folder / "pico", micropython, image, PICO_CHARGES)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make footprint", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the emulated Pico, and few charges")
    parser.add_argument("--json", action="store_true", help="a JSON object on each line")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            for row in measure(Path(folder), arguments.quick):
                sys.stdout.write((json.dumps(row._asdict()) if arguments.json else shown(row)) + "\n")
                sys.stdout.flush()
        except (RuntimeError, AssertionError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


def shown(row: Row) -> str:
    goal = "" if row.goal is None else f"{'at least' if row.at_least else 'at most'} {row.goal:g}"
    return f"{row.where:18} {row.what:38} {row.value:9.1f} {row.unit:4} {goal:13} {'MISSED' if row.is_missed else ''}"


if __name__ == "__main__":
    raise SystemExit(main())
