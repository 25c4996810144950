"""Every platform keeps the contract: the simulated one here, those of real boards on MicroPython with a fake `machine`.

No test of this file has met hardware. What the fake must be honest about is shown by planted mistakes.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hil_tests.contract.checks import CHECKS
from hil_tests.contract.sim_board import SimBench
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[1]
FAKES = ROOT / "hil_tests" / "benches" / "fake_machine"
SCRIPT = ROOT / "hil_tests" / "contract" / "fake_board.py"
Runs = Callable[..., "subprocess.CompletedProcess[str]"]

# mistake: the check that sees it
SEEN_BY = {
    "skew undeclared": "power_is_right_whatever_the_phase",
    "wrong channel first": "current_and_voltage_are_not_exchanged",
    "ring not chained": "windows_hold_all_of_the_time",
    "converter restarted": "current_and_voltage_are_not_exchanged",
    "laps uncounted": "what_was_lost_is_said_and_the_rest_is_right",
    "level of now": "window_tells_the_relay_s_level_during_all_of_it",
}


@pytest.fixture
def on_fake(micropython: str, tmp_path: Path) -> Runs:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        paths = {"MICROPYPATH": f"{FAKES}:{ROOT / 'firmware'}:{ROOT}:.frozen"}
        platform, check, *mistake = arguments
        return subprocess.run(
            [micropython, str(SCRIPT), platform, check, str(tmp_path), *mistake],
            env=os.environ | paths, capture_output=True, text=True, timeout=DEADLINE_S, check=False,
        )

    return run


@pytest.mark.parametrize("check", CHECKS)
def test_simulated_board_keeps_the_contract(tmp_path: Path, check: str):
    function, needs = CHECKS[check]
    bench = SimBench(tmp_path)
    if not set(needs) <= set(bench.can):
        pytest.skip("a simulated board has nothing of that kind")
    function(bench)


@pytest.mark.parametrize("platform", ["rp2", "esp32"])
@pytest.mark.parametrize("check", CHECKS)
def test_real_board_s_driver_keeps_the_contract(on_fake: Runs, platform: str, check: str):
    done = on_fake(platform, check)
    assert done.returncode == 0, done.stdout + done.stderr
    if done.stdout.strip() == "skipped":
        pytest.skip(f"{platform} cannot show it here")


@pytest.mark.parametrize("mistake", SEEN_BY)
def test_mistake_of_a_driver_is_seen(on_fake: Runs, mistake: str):
    done = on_fake("rp2", SEEN_BY[mistake], mistake)
    assert done.returncode == 1, done.stdout
    assert "AssertionError" in done.stdout + done.stderr
