"""Edge cases of byte lines: nobody listens, a connection is refused, the clock wraps."""

import socket
from pathlib import Path

import pytest
from chargepoint.ticks import TICKS_PERIOD
from hal.plant_line import RETRY_MS, PlantLine
from hal.serial import SerialLine
from hal.tcp import Dialler, Listener

from hil_tests.benches.unix import UnixBench
from tools.services.ports import LOOPBACK, free_port
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S


def test_serial_port_that_is_none_is_not_open(tmp_path: Path):
    (tmp_path / "file").write_text("no tty")
    for path in (tmp_path / "file", tmp_path / "nowhere", tmp_path):
        line = SerialLine(str(path))
        line.dial()
        assert (line.is_open, line.generation, line.read(9), line.write(b"x")) == (False, 0, b"", False)


def test_board_whose_serial_port_is_none_goes_on(tmp_path: Path, interpreter: str):
    (tmp_path / "file").write_text("no tty")
    port = free_port()
    with UnixBench(tmp_path, interpreter) as bench:
        board = bench.board(central=f"serial:{tmp_path}/file", retry_first_ms=10, plain_port=port)
        for _ in range(3):  # an answer a second apart, each after many tries
            with socket.create_connection((LOOPBACK, port), timeout=DEADLINE_S) as line:
                line.sendall(b'{"type":"health_check_request","id":"cp_1","timestamp":1}\n')
                assert b"health_check_response" in line.recv(4096)
            bench.server.serve(0.3)
        assert board.running


def test_address_that_is_taken_is_named():
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen at {LOOPBACK}:{port}"):
            Listener((LOOPBACK, port))


def test_dialler_that_is_refused_is_neither_open_nor_dialling():
    line = Dialler((LOOPBACK, free_port()))
    line.dial()
    wait_for(lambda: line.step(0) or not line.is_dialling, DEADLINE_S, "the refusal")
    assert (line.is_open, line.generation, line.write(b"x")) == (False, 0, False)


def test_plant_is_dialled_again_after_more_than_half_a_turn_of_the_clock():
    """Ticks compare right while they lie less than 6.2 days apart; a connection may last longer."""
    with socket.create_server((LOOPBACK, 0)) as plant:
        line = PlantLine(*plant.getsockname())
        wait_for(lambda: line.step(0) or line.connection, DEADLINE_S, "the first connection")
        first = plant.accept()[0]
        now = 0
        while now < TICKS_PERIOD * 3 // 4:
            now += TICKS_PERIOD // 16
            line.step(now)
        first.close()
        for _ in range(200):
            now += RETRY_MS
            line.step(now)
        wait_for(lambda: line.step(now + RETRY_MS) or line.connection > 1, DEADLINE_S, "the second connection")
        line.close()
