"""The emulated flash, kept in a file at every write: the emulator has it in memory alone, and dies with it."""

import mmap
from pathlib import Path

from rp2040py.peripherals import ssi
from rp2040py.rp2040 import RP2040

FS_START = 0xA0000  # of a Pico's 2 MB, after the firmware
FS_BYTES = 1408 * 1024
BLOCK_BYTES = 4096
ERASED = b"\xff"
WRITES = (ssi.CMD_SECTOR_ERASE, ssi.CMD_BLOCK_ERASE, ssi.CMD_PAGE_PROGRAM)


class SavedFlash:
    """The file system's part of the flash, as it is in `path`: a write is in the file, or it has not begun.

    `erases`, `programs`: since the board's power came.
    """

    def __init__(self, mcu: RP2040, path: Path) -> None:
        """Starts with what is in the file; one that does not exist is made, erased."""
        if not path.exists():
            path.write_bytes(ERASED * FS_BYTES)
        self.erases = self.programs = 0
        self._mcu = mcu
        with path.open("r+b") as file:
            self._file = mmap.mmap(file.fileno(), FS_BYTES)
        mcu.flash[FS_START : FS_START + FS_BYTES] = self._file[:]
        self._hook(mcu.ssi)

    def _hook(self, chip: ssi.RPSSI) -> None:
        apply = chip._apply_command  # pyright: ignore[reportPrivateUsage]  # where a whole command has come

        def applied() -> None:
            command = bytes(chip._tx_buffer[:4])  # pyright: ignore[reportPrivateUsage]  # its command
            writes = len(command) == 4 and command[0] in WRITES
            apply()
            if writes:
                self._save(command[0], int.from_bytes(command[1:], "big"))

        chip._apply_command = applied  # pyright: ignore[reportPrivateUsage]  # its command

    def _save(self, command: int, address: int) -> None:
        size = {ssi.CMD_BLOCK_ERASE: ssi.FLASH_BLOCK_SIZE}.get(command, BLOCK_BYTES)
        if command == ssi.CMD_PAGE_PROGRAM:
            self.programs += 1
        else:
            self.erases += size // BLOCK_BYTES
        start = max(address & ~(size - 1), FS_START)
        end = min((address & ~(size - 1)) + size, FS_START + FS_BYTES)
        if start < end:
            self._file[start - FS_START : end - FS_START] = bytes(self._mcu.flash[start:end])
