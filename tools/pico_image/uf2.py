"""A raw flash image as UF2, the format in which an RP2040 takes it: 512-byte blocks that carry 256 each."""

import struct

FLASH_START = 0x1000_0000
RP2040_FAMILY = 0xE48B_FF56
BLOCK_BYTES = 512
PAYLOAD_BYTES = 256
_MAGIC_START = (0x0A32_4655, 0x9E5D_5157)
_MAGIC_END = 0x0AB1_6F30
_HAS_FAMILY = 0x2000
_HEADER = struct.Struct("<8I")


def pack(image: bytes) -> bytes:
    """The last block is filled up with zeros."""
    pages = [image[at : at + PAYLOAD_BYTES] for at in range(0, len(image), PAYLOAD_BYTES)]
    return b"".join(_block(page, number, len(pages)) for number, page in enumerate(pages))


def _block(page: bytes, number: int, blocks: int) -> bytes:
    address = FLASH_START + number * PAYLOAD_BYTES
    header = _HEADER.pack(*_MAGIC_START, _HAS_FAMILY, address, PAYLOAD_BYTES, number, blocks, RP2040_FAMILY)
    return (header + page).ljust(BLOCK_BYTES - 4, b"\0") + struct.pack("<I", _MAGIC_END)
