"""A board's flash on MicroPython, in RAM, as littlefs sees it: erased in blocks, programmed in pages, and what a power
cut may leave of either.
"""

import errno

BLOCK = 4096
PROGRAM = 256  # a Pico's, as its port's `_boot.py` has it
_COUNT, _SIZE, _ERASE = 4, 5, 6  # what littlefs asks of a device
ERASED = b"\xff" * BLOCK
# How a write is torn: not begun, half of it done, half of it and then noise, or erased and not programmed.
NOT, HALF, GARBAGE, UNPROGRAMMED = "not written", "half written", "garbage tail", "erased"
TEARS = (NOT, HALF, GARBAGE, UNPROGRAMMED)


class Flash:
    """`erases` of each block, `programs` in all. `fails`: numbers of writes that raise OSError, and change nothing."""

    def __init__(self, data: bytearray, log: "list[tuple[int, bytes]] | None" = None, before=None):
        """`log`: where writes are kept, as (offset, bytes), an erase as a block of ones. before(): called at each."""
        self.data = data
        self.log = log
        self.erases = [0] * (len(data) // BLOCK)
        self.programs = 0
        self.writes = 0  # both
        self.fails = range(0)
        self._before = before

    def readblocks(self, block: int, buffer: bytearray, offset: int = 0):
        start = block * BLOCK + offset
        buffer[:] = memoryview(self.data)[start : start + len(buffer)]

    def writeblocks(self, block: int, buffer: bytes, offset: int = 0):
        self.programs += 1
        self._write(block * BLOCK + offset, bytes(buffer))

    def ioctl(self, operation: int, argument: int):
        if operation == _ERASE:
            self.erases[argument] += 1
            self._write(argument * BLOCK, ERASED)
        return {_COUNT: len(self.data) // BLOCK, _SIZE: BLOCK}.get(operation, 0)

    def _write(self, start: int, content: bytes):
        self.writes += 1
        if self.writes in self.fails:
            raise OSError(errno.EIO)
        if self._before is not None:
            self._before()
        if self.log is not None:
            self.log.append((start, content))
        put(self.data, start, content)


def put(data: bytearray, start: int, content: bytes):
    data[start : start + len(content)] = content


def torn(data: bytearray, start: int, content: bytes, tear: str, noise: bytes):
    """What lies where `content` was to be written. noise: at least as many bytes of it."""
    size = len(content)
    old = bytes(data[start : start + size])
    if tear == NOT:
        return old
    if tear == UNPROGRAMMED:
        return ERASED[:size]
    half = content[: size // 2]
    return half + (old[size // 2 :] if tear == HALF else noise[size // 2 : size])
