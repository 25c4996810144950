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


def install(
    path: Path | None, port: str | None, drive: Path | None, wait_s: float, tell: Tell, board: str | None = None
) -> str:
    """What was done, in words. `board`: as MicroPython names it, for mpflash. Raises Failure."""
    if path is None:
        return _fetched(port, drive, board)
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


def _fetched(port: str | None, drive: Path | None, board: str | None) -> str:
    if drive is not None and board is None:
        raise Failure("board: a Pico that shows itself as a drive does not say what it is; expected such as "
                      "--board RPI_PICO_W, or its image by --image")  # fmt: skip
    place = str(drive) if drive else choose(port, present()).device
    words = mpflash_words(place, is_drive=drive is not None, board=board, asks=sys.stdin.isatty())
    _run(words, "mpflash", "or fetch a released image and name it by --image")
    return f"mpflash has installed MicroPython at {place}"


def mpflash_words(place: str, *, is_drive: bool, board: str | None, asks: bool) -> list[str]:
    """`asks`: it may ask what it does not find out, such as what a bare board is."""
    begin = ["mpflash", "--interactive" if asks else "--no-interactive", "flash", "--version", "stable"]
    return [*begin, "--volume" if is_drive else "--serial", place, *(["--board", board] if board else [])]


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
