"""The drive as which a Pico shows itself while its BOOTSEL button is held at power-up."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from board_cli.failures import Failure

INFO = "INFO_UF2.TXT"
CHIP = "RPI-RP2"  # in its Board-ID line
MOUNTS = Path("/proc/mounts")
VOLUMES = Path("/Volumes")  # where macOS mounts
POLL_S = 0.5
GUIDE = "unplug the board, hold its BOOTSEL button, plug it in, let go: it shows itself as a drive"


def mounted() -> list[Path]:
    """All folders where a drive may be."""
    if MOUNTS.exists():
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
        return [Path(line.split()[1].replace("\\040", " ")) for line in lines if len(line.split()) > 1]
    return list(VOLUMES.iterdir()) if VOLUMES.exists() else []


def is_pico(folder: Path) -> bool:
    try:
        return CHIP in (folder / INFO).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def find(folders: Iterable[Path]) -> Path | None:
    return next((folder for folder in folders if is_pico(folder)), None)


def await_drive(wait_s: float) -> Path:
    """Raises Failure."""
    deadline = time.monotonic() + wait_s
    while (found := find(mounted())) is None:
        if time.monotonic() > deadline:
            raise Failure(f"no Pico came as a drive within {wait_s:g} s; {GUIDE}; where it is not mounted by itself, "
                          "mount it and name it by --drive")  # fmt: skip
        time.sleep(POLL_S)
    return found


def copy(content: bytes, drive: Path) -> None:
    """The Pico takes the file as it comes, and starts anew when it has all of it. Raises Failure."""
    if not is_pico(drive):
        raise Failure(f"{drive}: no Pico's drive, which has {INFO} with {CHIP}; {GUIDE}")
    try:
        with (drive / "firmware.uf2").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Failure(f"{drive}: the image could not be copied ({error.strerror}); {GUIDE}") from None
