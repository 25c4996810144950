"""Which port a board is at."""

import pytest

from board_cli.failures import Failure
from board_cli.talk.ports import RASPBERRY_PI, Found, choose

PICO, ESP32 = Found("/dev/ttyACM0", RASPBERRY_PI), Found("/dev/ttyUSB0", 0x10C4)
MODEM = Found("/dev/ttyS0", None)


def test_the_only_board_is_found_among_other_ports():
    assert choose(None, [MODEM, PICO]) == PICO


def test_port_that_is_named_is_taken_with_what_is_known_of_it():
    assert choose("/dev/ttyUSB0", [PICO, ESP32]) == ESP32
    assert choose("/dev/pts/3", [PICO]) == Found("/dev/pts/3", None)


def test_two_boards_are_not_guessed_between():
    with pytest.raises(Failure, match=r"/dev/ttyACM0 \(Raspberry Pi\), /dev/ttyUSB0 .*; name one"):
        choose(None, [PICO, ESP32])


def test_no_board_is_told_with_what_to_do():
    with pytest.raises(Failure, match="plug one in"):
        choose(None, [MODEM])
