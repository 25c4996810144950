"""What others' tools are given is what they take, by their own parsers, which complain before they look for a board."""

import subprocess
import sys
from pathlib import Path

import pytest

from board_cli.installing.image import Image
from board_cli.installing.steps import esptool_words, mpflash_words
from tools.testing.deadlines import DEADLINE_S

USAGE_EXIT = 2
NOWHERE = "/dev/no-board-is-here"


def run(words: list[str], home: Path) -> tuple[int, str]:
    program = Path(sys.executable).with_name(words[0])
    if not program.exists():
        pytest.skip(f"{words[0]} is not installed: `pip install {words[0]}` into {program.parent}")
    done = subprocess.run(
        [program, *words[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE_S,
        check=False, env={"HOME": str(home), "PATH": str(program.parent), "COLUMNS": "200"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("chip", "offset"), [("esp32", 0x1000), ("esp32s3", 0)])
def test_esptool_takes_its_words_and_misses_only_the_board(tmp_path: Path, chip: str, offset: int):
    path = tmp_path / "image.bin"
    path.write_bytes(bytes([0xE9]) * 100)
    words = esptool_words(Image(chip, offset, b""), NOWHERE, path)
    code, said = run(words, tmp_path)
    assert code != 0
    assert f"Could not open {NOWHERE}" in said
    assert "No such option" in run([*words[:-2], "--no-such-option", *words[-2:]], tmp_path)[1]


def test_mpflash_takes_its_words_and_misses_only_the_board(tmp_path: Path):
    words = mpflash_words(NOWHERE, is_drive=False, board="RPI_PICO", asks=False)
    code, said = run(words, tmp_path)
    assert code == USAGE_EXIT
    assert "No serial ports matched" in said
    volume = mpflash_words(str(tmp_path), is_drive=True, board="RPI_PICO", asks=False)
    assert "No such option" not in run([*volume, "--help"], tmp_path)[1]
    assert "No such option" in run([*words, "--no-such-option"], tmp_path)[1]
