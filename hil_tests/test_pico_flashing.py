"""`wattline-board flash` with the real mpremote at an emulated Pico's USB port, up to the board's own answer."""

import json
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chargepoint.settings import read

from board_cli.files.sources import ROOT as FIRMWARE
from board_cli.files.sources import needed
from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.plant_pins import RELAY
from tools.services.process import wait_for

ROOT = Path(__file__).parents[1]
CONFIG = {"cp_id": "cp_1", "platform": "rp2", "central": "usb"}
CHANGED = "chargepoint/faults.py"
ANSWER_S = "300"  # of the world's, for a second of a busy guest's
DONE_S = 1500.0
CUT_AFTER = 60  # writes to the flash: some ten files


def command(bench: PicoBench, *words: str) -> list[str]:
    return [sys.executable, "-m", "board_cli", *words, "--port", bench.port, "--wait", ANSWER_S, "--json"]


def board_cli(bench: PicoBench, *words: str) -> Any:
    """What it printed. The guest runs beside it, as fast as it can, as a board does at a port."""
    bench.pace(1.0)
    try:
        done = subprocess.run(
            command(bench, *words), cwd=ROOT, capture_output=True, text=True, timeout=DONE_S, check=False
        )
    finally:
        bench.pace(0)
    assert done.returncode == 0, f"{done.returncode}: {done.stdout}{done.stderr}\n{bench.process.log_tail()}"
    return json.loads(done.stdout)


def nothing_on_its_way(port: str) -> None:
    """What was written and not yet taken is gone with the cable."""
    descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY)
    termios.tcflush(descriptor, termios.TCIOFLUSH)
    os.close(descriptor)


@pytest.fixture
def start(new_pico: Callable[[], PicoBench], tmp_path: Path) -> Callable[[dict[str, Path]], PicoBench]:
    """A Pico that has its config.json and these files of the firmware, and has booted."""

    def make(files: dict[str, Path]) -> PicoBench:
        config = tmp_path / "config.json"
        config.write_text(json.dumps(CONFIG))
        bench = new_pico()
        bench.install(also={**files, "config.json": config})
        bench.start()
        bench.boot()
        return bench

    return make


@pytest.fixture
def older(tmp_path: Path) -> dict[str, Path]:
    """The firmware that this board needs, one module of it as it was before."""
    source = tmp_path / "older.py"
    source.write_text(f"{(FIRMWARE / CHANGED).read_text()}\nOLDER = True\n")
    return {**needed(read(json.dumps(CONFIG))), CHANGED: source}


def copied_and_answered(done: Any, *files: str) -> None:
    assert done["copied"] == list(files)
    assert done["status"]["cp_id"] == "cp_1"
    assert (done["status"]["relay_closed"], done["status"]["reset_cause"]) == (False, "software")


@pytest.mark.guest_s(12, quick=True)
def test_board_that_is_not_complete_gets_what_is_missing(
    start: Callable[[dict[str, Path]], PicoBench], older: dict[str, Path]
):
    bench = start({path: source for path, source in older.items() if path != "main.py"})
    done = board_cli(bench, "flash")
    copied_and_answered(done, CHANGED.replace(".py", ".mpy"), "main.py")


@pytest.mark.guest_s(20)
def test_running_board_goes_into_maintenance_and_no_watchdog_strikes(
    start: Callable[[dict[str, Path]], PicoBench], older: dict[str, Path]
):
    bench = start(older)
    done = board_cli(bench, "flash")
    copied_and_answered(done, CHANGED.replace(".py", ".mpy"))
    assert bench.state()["boots"] == 3, "into maintenance, and out of it"


@pytest.mark.guest_s(450)  # most of it idle, while the command waits ANSWER_S for a firmware that does not run
def test_cut_in_the_middle_leaves_the_relay_open_and_is_flashed_again(
    start: Callable[[dict[str, Path]], PicoBench]
):
    """Of a bare board. The cable is pulled: the copying ends, and the board's power with it."""
    bench = start({})
    bench.pace(1.0)
    process = subprocess.Popen(
        command(bench, "flash"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: bench.state()["programs"] > CUT_AFTER, DONE_S, "some files being copied")
    bench.pace(0)
    process.send_signal(signal.SIGKILL)
    process.wait()
    nothing_on_its_way(bench.port)
    bench.cut_power()
    bench.boot()
    told = board_cli(bench, "status")
    assert told["firmware"].startswith("maintenance"), told
    assert not any(high for _, high in bench.edges(RELAY))
    done = board_cli(bench, "flash")
    assert done["same"] > 0
    copied_and_answered(done, *done["copied"])
    assert done["copied"][-1] == "main.py"
