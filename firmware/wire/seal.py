"""The tag at the end of a line: it proves that the line arrived whole.

A seal is anything with `size` (characters of its tag) and `tag(payload)`.
"""

import binascii


class Crc32:
    """CRC-32 (ISO-HDLC, check value cbf43926) of the payload, as eight lower-case hex digits."""

    size = 8

    def tag(self, payload: bytes) -> bytes:
        return b"%08x" % (binascii.crc32(payload) & 0xFFFFFFFF)


CRC32 = Crc32()
