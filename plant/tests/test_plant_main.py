"""`wattline-plant` as a process: what it says when it is ready or misused, and how it ends."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from chargepoint.settings import TABLE
from wire.frame import encode
from wire.seal import CRC32

from plant.main import main
from plant.profile_files import DEFAULT_PROFILE
from runtime.program import version
from tools.testing.deadlines import DEADLINE_S

PROFILES = Path(__file__).parents[1] / "profiles"
PLANT = [sys.executable, "-m", "plant.main"]


def test_it_says_where_it_is_and_ends_cleanly_with_a_board_attached():
    command = [*PLANT, "--plant-address", "127.0.0.1:0", "--cp", "cp_1", "--cp", "cp_2=constant:3000"]
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
        main(["--control-port", port])
    assert ended.value.code == 2
    assert "--control-port" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["7200", "127.0.0.1:x", "127.0.0.1:70000"])
def test_a_bad_address_is_named_in_one_line(place: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["--plant-address", place])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("wattline-plant: PLANT_ADDRESS")
    assert said.count("\n") == 1


def test_help_has_examples_and_every_option_a_text(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "examples:\n  wattline-plant " in said
    for option in ("--cp", "--profile", "--speed", "--plugged", "--control-port", "--plant-address", "--version"):
        assert option in said


def test_version_is_the_package_s(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"wattline-plant {version()}\n"


def test_car_of_the_default_profile_fits_the_rating_of_a_board_by_default():
    (rated_ma,) = [setting.default for setting in TABLE if setting.name == "rated_current_ma"]
    steps = [row.split(",") for row in (PROFILES / f"{DEFAULT_PROFILE}.csv").read_text().splitlines()[1:]]
    assert max(float(power_w) for _, power_w in steps) / 230 * 1000 <= int(str(rated_ma))


def test_a_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*PLANT, "--plant-address", f"127.0.0.1:{taken.getsockname()[1]}"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert ended.returncode == 2
    assert "cannot listen" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "Traceback" not in ended.stderr
