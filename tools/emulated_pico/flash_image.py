"""Run by MicroPython's unix port: makes a Pico's file system in a file, with MicroPython's own littlefs.

    micropython flash_image.py FLASH < files.json

files.json: [[path on this machine, path on the board], ...]
"""

import io
import json
import sys

import vfs

BLOCK = 4096
PROGRAM = 256  # as the port's `_boot.py` has it
BLOCK_COUNT, BLOCK_SIZE = 4, 5  # what littlefs asks of a device


class Blocks:
    """A block device on an open file."""

    def __init__(self, file: "io.BufferedRandom", count: int):
        self._file = file
        self._count = count

    def readblocks(self, block: int, buffer: bytearray, offset: int = 0):
        self._file.seek(block * BLOCK + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block: int, buffer: bytes, offset: int = 0):
        self._file.seek(block * BLOCK + offset)
        self._file.write(buffer)

    def ioctl(self, operation: int, argument: int):
        return {BLOCK_COUNT: self._count, BLOCK_SIZE: BLOCK}.get(operation, 0)


def main(path: str, files: "list[list[str]]"):
    with open(path, "r+b") as file:
        blocks = Blocks(file, file.seek(0, 2) // BLOCK)
        vfs.VfsLfs2.mkfs(blocks, progsize=PROGRAM)
        disk = vfs.VfsLfs2(blocks, progsize=PROGRAM)
        made: "set[str]" = set()
        for source, target in files:
            make_folders(disk, target, made)
            with open(source, "rb") as content, disk.open(target, "wb") as copy:
                copy.write(content.read())
        disk.umount()


def make_folders(disk: "vfs.VfsLfs2", path: str, made: "set[str]"):
    parts = path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth])
        if folder not in made:
            disk.mkdir(folder)
            made.add(folder)


main(sys.argv[1], json.load(sys.stdin))
