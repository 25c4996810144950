"""The simulated platform and the meter on real Pythons, compared with a real plant process."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hil_tests.benches.unix import Plant
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

FIRMWARE = Path(__file__).parents[1] / "firmware"
SCRIPT = Path(__file__).parent / "sim_board.py"
FAST = ("--plugged", "--speed", "300", "--profile")


def start(interpreter: str, plant: Plant, energy_wh: int) -> subprocess.Popen[str]:
    paths = {"MICROPYPATH": f"{FIRMWARE}:.frozen", "PYTHONPATH": str(FIRMWARE)}
    command = [interpreter, str(SCRIPT), str(plant.port), str(energy_wh)]
    return subprocess.Popen(command, env=os.environ | paths, stdout=subprocess.PIPE, text=True)


def state(plant: Plant) -> dict[str, Any]:
    return plant.state()


def until(condition: Callable[[], object]) -> None:
    wait_for(condition, DEADLINE_S, "what the plant should show")


@pytest.fixture
def plant(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Plant]:
    made = Plant(tmp_path, *FAST, request.param)
    yield made
    made.process.stop()


@pytest.mark.parametrize("plant", ["commuter", "constant:9000"], indirect=True)
def test_the_board_meters_what_flowed(plant: Plant, interpreter: str):
    with start(interpreter, plant, 1200) as board:
        said = board.communicate(timeout=DEADLINE_S)[0]
    register_wh, bad_windows, bad_messages = (int(word) for word in said.split())
    metered_wh = register_wh - 5000
    assert metered_wh >= 1200
    assert (bad_windows, bad_messages) == (0, 0)
    until(lambda: state(plant)["board"] is None)
    after = state(plant)
    (closure,) = after["sessions"]
    assert after["relay"] is False
    assert metered_wh == pytest.approx(closure["energy_mwh"] / 1000, rel=0.015, abs=1)
    assert (closure["session_id"], closure["meter_id"]) == ("s1", "m1")
    assert (closure["register_start_wh"], closure["register_end_wh"]) == (5000, register_wh)


@pytest.mark.parametrize("plant", ["constant:7400"], indirect=True)
def test_a_board_that_is_killed_lets_its_relay_fall(plant: Plant, interpreter: str):
    with start(interpreter, plant, 1_000_000) as board:
        until(lambda: state(plant)["relay"])
        board.kill()
    until(lambda: not state(plant)["relay"])
    after = state(plant)
    assert [edge["closed"] for edge in after["edges"]] == [True, False]
    until(lambda: state(plant)["now_ms"] > after["now_ms"] + 30_000)
    assert state(plant)["plant_mwh"] == after["plant_mwh"]


@pytest.mark.parametrize("plant", ["constant:7400"], indirect=True)
def test_a_board_finds_its_plant_again(plant: Plant, interpreter: str, tmp_path: Path):
    with start(interpreter, plant, 1_000_000) as board:
        until(lambda: state(plant)["relay"])
        plant.process.stop()
        (tmp_path / "again").mkdir()
        again = Plant(tmp_path / "again", *FAST, "constant:7400", port=plant.port)
        try:
            until(lambda: state(again)["relay"])
            assert board.poll() is None
        finally:
            board.kill()
            again.process.stop()
