"""The ways that an image takes onto a board, by its chip."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from board_cli.failures import Failure
from board_cli.installing import drive as drives
from board_cli.installing.image import Image, image_of
from board_cli.talk.ports import choose, present

Tell = Callable[[str], None]


def install(path: Path | None, port: str | None, drive: Path | None, wait_s: float, tell: Tell) -> str:
    """What was done, in words. Raises Failure."""
    if path is None:
        device = choose(port, present()).device
        _run(["mpflash", "flash", "--serial", device], "mpflash", "or fetch a released image and name it by --image")
        return f"mpflash has installed MicroPython at {device}"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    image = image_of(content, str(path))
    if image.chip == "rp2040":
        if drive is None:
            tell(drives.GUIDE)
            drive = drives.await_drive(wait_s)
        drives.copy(image.content, drive)
        return f"{path.name} is on the Pico, which starts anew with it"
    device = choose(port, present()).device
    _run(esptool_words(image, device, path), "esptool", "which writes an ESP32's flash")
    return f"{path.name} is on the ESP32 at {device}"


def esptool_words(image: Image, device: str, path: Path) -> list[str]:
    return ["esptool", "--chip", image.chip, "--port", device, "write-flash", hex(image.offset), str(path)]


def _run(words: Sequence[str], package: str, why: str) -> None:
    """A program beside this Python, or on the path. Raises Failure."""
    beside = Path(sys.executable).with_name(words[0])
    program = str(beside) if beside.exists() else shutil.which(words[0])
    if program is None:
        raise Failure(f"{words[0]} is not installed: `pip install {package}`, {why}")
    code = subprocess.run([program, *words[1:]], check=False).returncode
    if code != 0:
        raise Failure(f"{words[0]} has ended with code {code}; its own lines above say why")
