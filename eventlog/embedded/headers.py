"""Headers as one blob of the embedded log: each name and each content preceded by its length."""

import struct
from collections.abc import Mapping

_LENGTHS = struct.Struct("<HI")


def pack_headers(headers: Mapping[str, bytes]) -> bytes:
    parts: list[bytes] = []
    for name, content in headers.items():
        encoded = name.encode()
        parts += (_LENGTHS.pack(len(encoded), len(content)), encoded, content)
    return b"".join(parts)


def unpack_headers(packed: bytes) -> dict[str, bytes]:
    headers: dict[str, bytes] = {}
    position = 0
    while position < len(packed):
        name_length, content_length = _LENGTHS.unpack_from(packed, position)
        name_start = position + _LENGTHS.size
        content_start = name_start + name_length
        position = content_start + content_length
        headers[packed[name_start:content_start].decode()] = packed[content_start:position]
    return headers
