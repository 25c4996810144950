"""Boards on serial ports; a pseudo terminal stands in for the cable."""

import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from wire.frame import encode
from wire.kinds import CP
from wire.seal import CRC32

from bridge.lines.serial import open_port
from bridge.tests.bench import Bench, command, messages, open_log, refusing
from bridge.tests.boards import Board, Terminal
from eventlog.embedded.log import EmbeddedLog
from runtime.values import SerialPort
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

BANNER = b"\r\nMicroPython v1.28.0; Raspberry Pi Pico\r\nType \"help()\" for more information.\r\n>>> \0\0"


class Cable:
    """A serial device under one name, whose other end can be pulled out and plugged in again."""

    def __init__(self, name: Path) -> None:
        self.name = name
        self.plug()

    def plug(self) -> None:
        board_end, bridge_end = pty.openpty()
        tty.setraw(bridge_end)
        self.name.unlink(missing_ok=True)
        self.name.symlink_to(os.ttyname(bridge_end))
        os.close(bridge_end)
        self.end = Terminal(board_end)

    def pull(self) -> None:
        self.end.close()


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    made = Cable(tmp_path / "ttyBOARD")
    yield made
    made.pull()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = open_log(tmp_path / "log.db")
    yield opened
    opened.close()


@pytest.fixture
def bench(log: EmbeddedLog, cable: Cable) -> Iterator[Bench]:
    with Bench(log, serial_ports=[SerialPort(str(cable.name), 115_200)]) as running:
        running.wait_counted("lines_opened")
        yield running


def test_board_registers_is_acked_and_commanded_over_serial(bench: Bench, cable: Cable):
    board = Board(cable.end, "cp_001")
    board.stream.send(BANNER + b"\n")
    board.register()
    bench.accept("cp_001")
    board.wait_heard("register_response")
    for number in range(100):
        board.say(board.checkpoint(number))
    board.wait_acked(*range(1, 102))
    command(bench.log, {"type": "stop_service", "cp_id": "cp_001", "seq": 1})
    board.wait_heard("stop_service")
    assert len(messages(bench.log, CP, "meter_checkpoint")) == 100
    assert bench.counters["lines_bad_tag"] >= 1


def test_two_charge_points_share_a_line(bench: Bench, cable: Cable):
    one, two = Board(cable.end, "cp_001"), Board(cable.end, "cp_002")
    one.register()
    one.say(two.registration())
    for cp_id in ("cp_001", "cp_002"):
        bench.accept(cp_id)
    one.wait_heard("register_response", 2)
    for cp_id in ("cp_002", "cp_001"):
        command(bench.log, {"type": "stop_service", "cp_id": cp_id, "seq": 1})
    one.wait_heard("stop_service", 2)
    assert {message["cp_id"] for message in one.of_kind("stop_service")} == {"cp_001", "cp_002"}
    command(bench.log, {"type": "register_response", "message_id": "x", "cp_id": "cp_002", "accepted": False,
                        "link_id": bench.link_of("cp_002")["link_id"], "in_service": False})  # fmt: skip
    one.wait_heard("register_response", 3)
    one.say(one.checkpoint())
    one.wait_acked(one.n)
    assert bench.counters["lines_opened"] == 1, "refusing one charge point leaves the line to the other"


def test_new_registration_begins_a_new_link_and_ends_the_older(bench: Bench, cable: Cable):
    board = Board(cable.end, "cp_001")
    board.register()
    first = bench.link_of("cp_001")
    board.register()
    assert bench.link_of("cp_001", 2)["link_id"] != first["link_id"]
    (link_down,) = bench.wait_messages(CP, "link_down")
    assert link_down["link_id"] == first["link_id"]


def test_silence_ends_the_links_and_the_line_stays(log: EmbeddedLog, cable: Cable):
    ports = [SerialPort(str(cable.name), 115_200)]
    with Bench(log, serial_ports=ports, silent_after_s=0.3) as bench:
        bench.wait_counted("lines_opened")  # opening discards what was said before
        board = Board(cable.end, "cp_001")
        board.register()
        (link_down,) = bench.wait_messages(CP, "link_down")
        assert link_down["reason"] == "silent"
        board.say(board.heartbeat())
        assert board.wait_heard("error_response")["code"] == "not_registered"
        board.register()
        assert bench.counters["lines_opened"] == 1


def test_port_that_goes_ends_its_links_and_is_opened_again(bench: Bench, cable: Cable):
    board = Board(cable.end, "cp_001")
    board.register()
    bench.link_of("cp_001")
    cable.pull()
    bench.wait_messages(CP, "link_down")
    cable.plug()
    again = Board(cable.end, "cp_001")
    again.n = board.n
    bench.wait_counted("lines_opened", 2)
    again.register()
    bench.link_of("cp_001", 2)


def test_board_that_does_not_read_is_cut_off_and_heard_again_afterwards(bench: Bench, cable: Cable):
    board = Board(cable.end, "cp_001")
    bad = encode({"type": "no_such_kind", "message_id": "a"}, CRC32)

    def pour() -> bool:
        for _ in range(20):
            board.stream.send(bad)
        return bench.counters["lines_clogged"] > 0

    wait_for(pour, DEADLINE_S, "the line being cut off")
    bench.wait_counted("lines_opened", 2)
    board.stream.send(b"\n")
    board.register()


def test_bridge_that_ends_opens_no_port_again(tmp_path: Path, cable: Cable):
    path = tmp_path / "other.db"
    log = open_log(path, busy_timeout_s=0.05)
    with Bench(log, serial_ports=[SerialPort(str(cable.name), 115_200)]) as bench:
        bench.wait_counted("lines_opened")
        Board(cable.end, "cp_001").register()
        bench.link_of("cp_001")
        with refusing(path):  # so that the bridge waits for its link_down, and the port has time to come back
            bench.stop()
        assert bench.counters["lines_opened"] == 1
    log.close()


def test_port_is_held_by_one_alone(bench: Bench, cable: Cable):
    with pytest.raises(serial.SerialException):
        open_port(str(cable.name), 115_200)
