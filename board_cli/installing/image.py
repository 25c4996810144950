"""What an image of MicroPython is for, by its bytes: UF2 for a Pico, a binary for an ESP32. No I/O."""

import re
import struct
from typing import NamedTuple

from board_cli.failures import Failure
from board_cli.provisioning.judged import OLDEST, OLDEST_ONLINE

UF2_BLOCK = 512
_UF2_HEAD = struct.Struct("<IIIIIIII")  # magic, magic, flags, address, bytes, number, blocks, family
_UF2_MAGIC = (0x0A324655, 0x9E5D5157)
_UF2_END = 0x0AB16F30
_UF2_DATA = slice(_UF2_HEAD.size, _UF2_HEAD.size + 256)  # of a block
_HAS_FAMILY = 0x2000
RP2040 = 0xE48BFF56
RP2350 = 0xE48BFF59
FAMILIES = {RP2040: "RP2040 (Pico, Pico W)", RP2350: "RP2350 (Pico 2)"}
_ESP_MAGIC = 0xE9
_CHIP_AT = 12  # 2 bytes: the chip of an ESP image
_BANNER = re.compile(rb"MicroPython v(\d+)\.(\d+)\.(\d+)")  # what it greets with
_HAS_RADIO = b"Pico W"  # in the name of its board; an ESP32 always has one
ESP_CHIPS = {0: ("esp32", 0x1000), 9: ("esp32s3", 0)}  # by id: its name, and where its image begins


class Image(NamedTuple):
    """`chip`: rp2040, esp32 or esp32s3; `offset`: where it begins in the flash of an ESP32."""

    chip: str
    offset: int
    content: bytes


def image_of(content: bytes, name: str) -> Image:
    """Raises Failure."""
    if content[:4] == struct.pack("<I", _UF2_MAGIC[0]):
        data = _judge_uf2(content, name)
        _judge_version(data, _HAS_RADIO in data, name)
        return Image("rp2040", 0, content)
    if content[:1] == bytes([_ESP_MAGIC]) and len(content) > _CHIP_AT + 2:
        number = int.from_bytes(content[_CHIP_AT : _CHIP_AT + 2], "little")
        if number not in ESP_CHIPS:
            raise Failure(f"{name}: an image for another chip (number {number}) than an ESP32 or an ESP32-S3")
        _judge_version(content, True, name)
        return Image(*ESP_CHIPS[number], content)
    raise Failure(f"{name}: no image; expected a .uf2 for a Pico, or a .bin for an ESP32, as MicroPython releases them")


def _judge_uf2(content: bytes, name: str) -> bytes:
    """What it writes to the flash."""
    if len(content) % UF2_BLOCK:
        raise Failure(f"{name}: is cut short: {len(content)} bytes are no whole blocks of {UF2_BLOCK}")
    blocks = [content[at : at + UF2_BLOCK] for at in range(0, len(content), UF2_BLOCK)]
    for at, block in enumerate(blocks):
        head = _UF2_HEAD.unpack(block[: _UF2_HEAD.size])
        if head[:2] != _UF2_MAGIC or block[-4:] != struct.pack("<I", _UF2_END) or head[6] < len(blocks) - 1:
            raise Failure(f"{name}: block {at} is damaged; fetch it again")
        if head[2] & _HAS_FAMILY and head[7] != RP2040:
            found = FAMILIES.get(head[7], "another chip")
            raise Failure(f"{name}: is for {found}; expected one for {FAMILIES[RP2040]}")
    return b"".join(block[_UF2_DATA] for block in blocks)


def _judge_version(data: bytes, has_network: bool, name: str) -> None:
    found = _BANNER.search(data)
    if found is None:
        raise Failure(f"{name}: is no image of MicroPython; expected one as MicroPython releases them")
    oldest = OLDEST_ONLINE if has_network else OLDEST
    if tuple(int(each) for each in found.groups()) < oldest:
        needed = ".".join(map(str, oldest))
        raise Failure(f"{name}: {found[0].decode()} is too old for that board: {needed} or newer is needed")
