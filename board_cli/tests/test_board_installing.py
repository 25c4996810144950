"""An image is judged by its bytes, and reaches a Pico as a file on its drive."""

import struct
from pathlib import Path

import pytest

from board_cli.failures import Failure
from board_cli.installing import drive
from board_cli.installing.image import RP2040, RP2350, image_of
from board_cli.installing.steps import esptool_words, install

BANNER = b"MicroPython v1.28.0 on 2026-04-06; Raspberry Pi Pico W with RP2040"


def uf2(family: int = RP2040, blocks: int = 3, banner: bytes = BANNER) -> bytes:
    """What it holds goes over the border of two blocks."""
    data = (bytes(240) + banner).ljust(256 * blocks, bytes(1))

    def block(number: int) -> bytes:
        head = struct.pack("<8I", 0x0A324655, 0x9E5D5157, 0x2000, number * 256, 256, number, blocks, family)
        return head + data[number * 256 :][:256] + bytes(220) + struct.pack("<I", 0x0AB16F30)

    return b"".join(map(block, range(blocks)))


def esp(chip: int, banner: bytes = BANNER) -> bytes:
    return bytes([0xE9]) + bytes(11) + chip.to_bytes(2, "little") + bytes(100) + banner


@pytest.fixture
def pico_drive(tmp_path: Path) -> Path:
    folder = tmp_path / "RPI-RP2"
    folder.mkdir()
    (folder / drive.INFO).write_text("UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n")
    return folder


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"<html>", "no image; expected a .uf2"),
        (uf2()[:-10], "is cut short"),
        (uf2()[:-4] + bytes(4), "block 2 is damaged"),
        (uf2(RP2350), "is for RP2350"),
        (esp(5), "another chip"),
        (uf2(banner=b"Adafruit CircuitPython 9.2.1"), "x: is no image of MicroPython"),
        (uf2(banner=BANNER.replace(b"28", b"27")), r"v1\.27\.0 is too old for that board: 1\.28\.0 or newer"),
        (uf2(banner=b"MicroPython v1.23.0; Raspberry Pi Pico with RP2040"), r"too old .* 1\.24\.0 or newer"),
        (esp(0, BANNER.replace(b"28", b"27")), r"too old .* 1\.28\.0"),
    ],
)
def test_what_is_no_image_for_these_boards_is_refused(content: bytes, text: str):
    with pytest.raises(Failure, match=text):
        image_of(content, "x")


def test_pico_without_a_radio_may_have_an_older_micropython():
    assert image_of(uf2(banner=b"MicroPython v1.25.0; Raspberry Pi Pico with RP2040"), "x").chip == "rp2040"


def test_image_tells_its_chip_and_where_it_begins():
    assert image_of(uf2(), "x")[:2] == ("rp2040", 0)
    assert image_of(esp(0), "x")[:2] == ("esp32", 0x1000)
    assert image_of(esp(9), "x")[:2] == ("esp32s3", 0)
    words = esptool_words(image_of(esp(0), "x"), "/dev/ttyUSB0", Path("x.bin"))
    assert words == ["esptool", "--chip", "esp32", "--port", "/dev/ttyUSB0", "write-flash", "0x1000", "x.bin"]


def test_pico_gets_its_image_as_a_file_on_its_drive(tmp_path: Path, pico_drive: Path):
    image = tmp_path / "pico.uf2"
    image.write_bytes(uf2())
    assert "pico.uf2 is on the Pico" in install(image, None, pico_drive, 1, lambda text: None)
    assert (pico_drive / "firmware.uf2").read_bytes() == uf2()
    assert drive.find([tmp_path, pico_drive]) == pico_drive


def test_folder_that_is_no_pico_is_left_alone(tmp_path: Path):
    image = tmp_path / "pico.uf2"
    image.write_bytes(uf2())
    with pytest.raises(Failure, match=r"no Pico's drive.*hold its BOOTSEL button"):
        install(image, None, tmp_path, 1, lambda text: None)
    assert not (tmp_path / "firmware.uf2").exists()


def test_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(Failure, match=r"none\.uf2: No such file"):
        install(tmp_path / "none.uf2", None, None, 1, lambda text: None)
