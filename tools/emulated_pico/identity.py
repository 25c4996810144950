"""What tells one chip from another, and one start from the next: the emulator has neither."""

import random

from rp2040py.rp2040 import RP2040

ROSC = 0x40060  # of the ring oscillator, by its page
RANDOM_BIT = 0x1C
READ_UNIQUE_ID = 0x4B
DUMMY_BYTES = 4


def random_bits(mcu: RP2040, source: random.Random) -> None:
    """The emulated oscillator's random bit never changes: `os.urandom` would give the same bytes at every start, and a
    board whose flash is new would draw the epoch of any other.
    """
    oscillator = mcu.peripherals[ROSC]
    read = oscillator.read_uint32

    def read_register(offset: int) -> int:
        return source.getrandbits(1) if offset == RANDOM_BIT else read(offset)

    oscillator.read_uint32 = read_register


def unique_id(mcu: RP2040, chip_id: bytes) -> None:
    """The emulated flash knows no such command: `machine.unique_id` would be eight times 0xff on every board."""
    flash = mcu.ssi
    shift = flash._shift_byte  # pyright: ignore[reportPrivateUsage]  # where a command's answer is made

    def shift_byte(byte_out: int) -> int:
        answer = shift(byte_out)
        command = flash._tx_buffer  # pyright: ignore[reportPrivateUsage]  # what has come of it
        at = len(command) - 1 - DUMMY_BYTES - 1
        return chip_id[at] if command[0] == READ_UNIQUE_ID and 0 <= at < len(chip_id) else answer

    flash._shift_byte = shift_byte  # pyright: ignore[reportPrivateUsage]  # as above
