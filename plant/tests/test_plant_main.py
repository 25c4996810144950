"""`wattline-plant` as a process: what it says when it is ready or misused, and how it ends."""

import re
import signal
import socket
import subprocess
import sys

import pytest
from wire.frame import encode
from wire.seal import CRC32

from plant.main import main
from tools.testing.deadlines import DEADLINE_S


def test_it_says_where_it_is_and_ends_cleanly_with_a_board_attached():
    command = [sys.executable, "-m", "plant.main", "--cp", "cp_1", "--cp", "cp_2=constant:3000"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as plant:
        assert plant.stderr is not None
        ready = re.search(r" INFO .*ready cps=cp_1,cp_2 boards=([\d.]+):(\d+) control=", plant.stderr.readline())
        assert ready is not None
        with socket.create_connection((ready[1], int(ready[2])), timeout=DEADLINE_S) as line:
            line.sendall(encode({"type": "plant_hello", "cp_id": "cp_2", "board": "b"}, CRC32))
            assert b"sample_window" in line.recv(4096)
            plant.send_signal(signal.SIGTERM)
            rest = plant.communicate(timeout=DEADLINE_S)[1]
    assert plant.returncode == 0
    assert "stopped" in rest
    assert "Traceback" not in rest


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["--speed", "nan"], "--speed"), (["--speed", "1e9"], "--speed"), (["--voltage", "12"], "--voltage"),
        (["--cp", "a b"], "--cp"), (["--cp", "x", "--cp", "x"], "--cp"), (["--cp", "=constant:1"], "--cp"),
        (["--profile", "nowhere.csv"], "nowhere.csv"), (["--cp", "a=constant:x"], "constant:x"),
    ],
)  # fmt: skip
def test_a_bad_argument_is_named_in_one_line(argv: list[str], named: str, capsys: pytest.CaptureFixture[str]):
    assert main(argv) == 2
    said = capsys.readouterr().err
    assert said.startswith("wattline-plant: ")
    assert named in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "70000", "http"])
def test_a_bad_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["--port", port])
    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "plant.main", "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert ended.returncode == 2
    assert "cannot listen" in ended.stderr
    assert "Traceback" not in ended.stderr
