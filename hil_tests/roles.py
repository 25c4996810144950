"""What each role takes of an emulated Pico: its files, and the heap of a board that is made of them as main.py does."""

import json
from pathlib import Path
from typing import NamedTuple

from chargepoint.settings import read

from board_cli.files.sources import needed
from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.files import precompiled

_PICO = {"cp_id": "cp_1", "platform": "rp2", "location": "Here", "price_per_kwh": 0.2}
ROLES = {
    "engine": {**_PICO, "role": "engine", "engine": "uart:1", "trip_pin": 19, "feedback_pin": 20},
    "monitor": {**_PICO, "role": "monitor", "engine": "uart:1", "central": "usb"},
    "both": {**_PICO, "role": "both", "central": "usb", "trip_pin": 19, "feedback_pin": 20},
}
# At the prompt that main.py has left a board without a config.json at, with what it has defined.
MAKE = """
import gc, json
from chargepoint.settings import read
settings = read({config!r})
del read
heap.forget("chargepoint.settings")
platform = platforms.make(settings)
board = _made(settings, platform)
heap.spare()

def largest():
    low, high = 0, gc.mem_free()
    while high - low > 256:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
        gc.collect()
    return low

gc.collect()
print(json.dumps([gc.mem_free(), largest()]))
"""
MAKE_LIMIT_S = 6.0
CHARGES = Path(__file__).with_name("vectors") / "charges.py"
PASSES = Path(__file__).with_name("vectors") / "passes.py"
PASSES_LIMIT_S = 5.0


def pass_of_the_loop(bench: PicoBench) -> dict[str, int]:
    """What a pass of a board with both roles allocates, in bytes, and takes, in µs: see vectors/passes.py."""
    return json.loads(bench.exec("import passes", PASSES_LIMIT_S))


class Cost(NamedTuple):
    """`mpy_bytes`: of its precompiled files. `free_bytes`, `largest_bytes`: of the heap, once a board of the role is
    made and has not run yet; the largest block that can be had.
    """

    mpy_bytes: int
    free_bytes: int
    largest_bytes: int


def files_of(role: str) -> dict[str, Path]:
    """Sources, as `wattline-board flash` copies them."""
    return needed(read(json.dumps(ROLES[role])))


def mpy_bytes(role: str, folder: Path) -> int:
    """All but main.py and boot.py, which MicroPython wants as text."""
    made = precompiled(files_of(role), folder)
    return sum(path.stat().st_size for name, path in made.items() if name.endswith(".mpy"))


def cost_of(role: str, bench: PicoBench) -> Cost:
    """On a bench that has not started; it runs afterwards, with the board made, and with CHARGES and PASSES beside."""
    bench.install(also={**files_of(role), CHARGES.name: CHARGES, PASSES.name: PASSES})
    bench.start()
    bench.boot()
    said = bench.exec(MAKE.format(config=json.dumps(ROLES[role])), MAKE_LIMIT_S)
    free, largest = json.loads(said.splitlines()[-1])  # before it the board has said that it is ready
    return Cost(mpy_bytes(role, bench.folder / role), free, largest)
