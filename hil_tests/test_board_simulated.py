"""`wattline-board sim` and `fleet`: boards that charge, by one command, until Ctrl-C."""

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hil_tests.benches.scripted_bridge import ScriptedBridge
from hil_tests.benches.unix import BridgeServer, unix_ms
from tools.services.ports import LOOPBACK
from tools.services.process import ChildProcess
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[1]


@contextmanager
def started(folder: Path, server: BridgeServer, *words: str) -> Generator[ChildProcess]:
    places = ("--bridge", f"{LOOPBACK}:{server.port}", "--folder", folder / "boards")
    process = ChildProcess("boards", [sys.executable, "-m", "board_cli", *words, *places], folder / "log", folder=ROOT)
    process.start()
    try:
        yield process
    finally:
        process.stop()
        server.close()


@pytest.mark.parametrize(
    ("cp_id", "words"),
    [
        ("cp_7", ("sim", "cp_7", "--speed", "20", "--set", "location=Here")),
        ("cp_7", ("sim", "cp_7", "--speed", "20", "--split")),
        ("fleet_001", ("fleet", "1", "--speed", "20")),
    ],
)
def test_board_charges_and_ends_by_ctrl_c(tmp_path: Path, cp_id: str, words: tuple[str, ...]):
    bridge = ScriptedBridge(cp_id, unix_ms)
    server = BridgeServer(bridge)
    with started(tmp_path, server, *words) as process:
        server.until(lambda: "idle" in [each["state"] for each in bridge.of("status_notification")])
        bridge.command("start_charge", session_id="s1", max_energy_wh=100)
        server.until(lambda: bridge.of("charge_completion"))
        (completion,) = bridge.of("charge_completion")
        assert completion["reason"] == "limit"
        assert 60 <= completion["end_register_wh"] - completion["start_register_wh"] <= 100
        process.send_signal(signal.SIGINT)
        assert process.wait_ended(DEADLINE_S) == 130


def test_setting_that_is_not_right_is_told_before_anything_starts(tmp_path: Path):
    server = BridgeServer(ScriptedBridge("cp_7", unix_ms))
    with started(tmp_path, server, "sim", "cp_7", "--set", "presence=pilot") as process:
        assert process.wait_ended(DEADLINE_S) == 1
    assert "presence: 'pilot' is not right" in (tmp_path / "log").read_text()
    assert not (tmp_path / "boards").exists()
