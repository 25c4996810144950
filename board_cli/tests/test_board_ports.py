"""Which port a board is at."""

import errno
import os
import pty
from pathlib import Path

import pytest
import serial

from board_cli.failures import Failure
from board_cli.talk.ports import RASPBERRY_PI, Found, choose
from board_cli.talk.service import ServiceLine, unopened

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


def test_port_that_another_program_has_is_told_with_what_to_do():
    master, slave = pty.openpty()
    device = os.ttyname(slave)
    try:
        with serial.Serial(device, exclusive=True), pytest.raises(Failure, match="another program has it; stop the"):
            ServiceLine(Found(device, None))
    finally:
        os.close(master)
        os.close(slave)


def test_port_that_is_none_is_told(tmp_path: Path):
    with pytest.raises(Failure, match="there is no such port; is the board plugged in"):
        ServiceLine(Found(str(tmp_path / "none"), None))
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path):
        with pytest.raises(Failure, match="is no serial port; expected such as /dev/ttyACM0"):
            ServiceLine(Found(str(path), None))


def test_port_without_permission_is_told_with_the_group():
    error = serial.SerialException(errno.EACCES, "could not open port /dev/x: [Errno 13] Permission denied: '/dev/x'")
    assert "/dev/x: no permission; `sudo usermod -aG dialout $USER`" in unopened("/dev/x", error)
    assert unopened("/dev/x", ValueError("odd")) == "/dev/x: cannot be opened (odd)"
