"""What each role of a board loads, and what that costs of an emulated Pico's flash and heap."""

import json
from pathlib import Path
from typing import NamedTuple

from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.files import for_a_pico, precompiled

SHARED = ("main", "chargepoint.roles", "hal.rp2")
OWN = {
    "engine": ("hal.adc_dma", *(f"chargepoint.engine.{name}" for name in ("engine", "memory", "meter", "telemetry"))),
    "monitor": tuple(f"chargepoint.monitor.{name}" for name in ("central_side", "engine_side", "monitor", "reports")),
}
ROLES = {"engine": ("engine",), "monitor": ("monitor",), "both": ("engine", "monitor")}
SOME = ("adc_dma", "ntc", "uart", "usb")  # modules of the platform that a board may do without
LINES = {"engine": ("hal.uart",), "monitor": ("hal.uart", "hal.usb"), "both": ("hal.usb",)}

MEASURE = """
import gc, json
for name in {names}:
    __import__(name)
gc.collect()
print(json.dumps([gc.mem_alloc(), gc.mem_free()]))
"""
IMPORT_LIMIT_S = 3.0
CHARGES = Path(__file__).with_name("vectors") / "charges.py"
PASSES = Path(__file__).with_name("vectors") / "passes.py"
PASSES_LIMIT_S = 3.0


def pass_of_the_loop(bench: PicoBench) -> dict[str, int]:
    """What a pass of a board with both roles allocates, in bytes, and takes, in µs: see vectors/passes.py."""
    return json.loads(bench.exec("import passes", PASSES_LIMIT_S))


class Cost(NamedTuple):
    """`flash_bytes`: of its files. `heap_bytes`: taken with its modules loaded, before a board is made of them."""

    flash_bytes: int
    heap_bytes: int
    free_bytes: int


def loaded_by(role: str) -> tuple[str, ...]:
    return SHARED + tuple(name for part in ROLES[role] for name in OWN[part]) + LINES[role]


def files_of(role: str) -> dict[str, Path]:
    """Sources of a role, without the other's folder: that is imported where a role needs it, and nowhere else."""
    others = tuple(f"chargepoint/{part}/" for part in OWN if part not in ROLES[role])
    spared = tuple(f"hal/{name}.py" for name in SOME if f"hal.{name}" not in loaded_by(role))
    return {path: source for path, source in for_a_pico(None).items() if not path.startswith((*others, *spared))}


def cost_of(role: str, bench: PicoBench) -> Cost:
    """On a bench that has not started; it runs afterwards, with the role's modules loaded and PASSES beside them."""
    made = precompiled(files_of(role), bench.folder / role)
    bench.install(also={**files_of(role), PASSES.name: PASSES})
    bench.start()
    bench.boot()
    taken, free = json.loads(bench.exec(MEASURE.format(names=loaded_by(role)), IMPORT_LIMIT_S))
    return Cost(sum(path.stat().st_size for path in made.values()), taken, free)
