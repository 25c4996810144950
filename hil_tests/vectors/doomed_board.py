"""Run by MicroPython or CPython as main.py is, with something wrong in it once the file `strike` is in its folder.

    micropython doomed_board.py FIRMWARE FAULT
"""

import errno
import os
import sys

sys.path.insert(0, sys.argv[1])

import main
from chargepoint.delivery import storage
from chargepoint.roles import Board

NO_SPACE = 28  # MicroPython's errno has no name for it
hog: "list[bytearray]" = []  # what takes the heap, and gives nothing back
main.START_PAUSE_S = 0


def struck():
    try:
        os.stat("strike")
    except OSError:
        return False
    return True


def only_once():
    if struck():
        os.remove("strike")
        return True
    return False


def defect(board: Board):
    raise ValueError("a defect")


def fill_heap(board: Board):
    size = 65536
    while True:
        try:
            hog.append(bytearray(size))
        except MemoryError:
            if size == 16:
                raise
            size //= 2


def in_step(fault=defect):  # pyright: ignore[reportMissingParameterType]  # MicroPython has no Callable
    step = Board.step

    def doomed(self: Board):
        if struck():
            fault(self)
        step(self)

    Board.step = doomed


def in_write(error: Exception, strikes=struck):  # pyright: ignore[reportMissingParameterType]  # likewise
    replace = storage._replace  # pyright: ignore[reportPrivateUsage]  # where all writes go through

    def doomed(path: str, line: bytes):
        if strikes():
            raise error
        replace(path, line)

    storage._replace = doomed  # pyright: ignore[reportPrivateUsage]  # likewise


def in_print(error: Exception):
    def doomed(what: Exception):
        raise error

    main.print_exception = doomed


def speechless():
    in_step()
    in_print(MemoryError())


FAULTS = {
    "defect": in_step,
    "no memory": lambda: in_step(fill_heap),
    "no memory for a checkpoint": lambda: in_write(MemoryError(), only_once),
    "defect, and another in telling it": speechless,
    "flash fails once": lambda: in_write(OSError(errno.EIO), only_once),
    "flash fails": lambda: in_write(OSError(errno.EIO)),
    "flash is full": lambda: in_write(OSError(NO_SPACE)),
}
FAULTS[sys.argv[2]]()
sys.exit(main.main([]))
