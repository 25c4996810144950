"""A board answers whoever stands at its port, and is flashed there: real MicroPython, real mpremote, on a PTY."""

import json
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from chargepoint.settings import read

from board_cli.files.sources import ROOT as FIRMWARE
from board_cli.files.sources import needed
from board_cli.talk.board import Board
from board_cli.talk.ports import Found
from hil_tests.benches.board_program import ROOT, Run
from hil_tests.benches.port_board import PortBoard
from hil_tests.benches.scripted_bridge import ScriptedBridge
from hil_tests.benches.unix import BridgeServer, Plant, unix_ms
from hil_tests.conftest import AT_USB
from tools.services.ports import LOOPBACK
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S


def files_on(board: PortBoard) -> dict[str, bytes]:
    """The firmware's files."""
    folders = [board.folder / name for name in ("wire", "chargepoint", "hal")]
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(board.folder)): path.read_bytes() for path in paths}


def charge_unacked(board: PortBoard, plant: Plant) -> None:
    """A charge whose completion no bridge has acked; the bridge has left the port again."""
    bridge = ScriptedBridge("cp_1", unix_ms)
    server = BridgeServer(bridge)
    try:
        server.plug_serial(board.path)
        server.until(lambda: "idle" in [each["state"] for each in bridge.of("status_notification")])
        bridge.command("start_charge", session_id="s1")
        server.until(lambda: bridge.of("charge_started"))
        bridge.acks = False
        stop = bridge.command("stop_charge", session_id="s1", reason="driver")
        server.until(lambda: bridge.answer_to(stop) and any(m["type"] == "charge_completion" for m in bridge.received))
        server.until(lambda: plant.state()["relay"] is False)
    finally:
        server.close()


def test_status_is_the_board_s_own_answer(new_board: Callable[..., PortBoard]):
    board = new_board()
    told = json.loads(Run("status", "--json", "--port", board.path).out)
    assert (told["cp_id"], told["role"], told["relay_closed"], told["board"]) == ("cp_1", "both", False, "sim-cp_1-b")
    assert told["not_fitted"] == ["temperature", "weld check", "residual current", "stop"]
    assert "protective earth" in told["not_measured"]
    assert "engine idle" in Run("log", "--port", board.path).out
    events = json.loads(Run("log", "--json", "--port", board.path).out)["events"]
    uptime_ms = json.loads(Run("status", "--json", "--port", board.path).out)["uptime_ms"]
    assert all(each["uptime_ms"] <= uptime_ms for each in events), "a board's ticks begin where they like"


def test_engine_answers_at_the_wire_to_its_monitor(new_board: Callable[..., PortBoard]):
    board = new_board(role="engine", engine="usb")
    told = json.loads(Run("status", "--json", "--port", board.path).out)
    assert (told["role"], told["state"]) == ("engine", "safe")
    assert "monitor_state" not in told


def test_board_without_firmware_says_what_it_lacks(new_board: Callable[..., PortBoard]):
    board = new_board(firmware=False)
    told = json.loads(Run("status", "--json", "--wait", "2", "--port", board.path).out)
    assert (told["firmware"], told["config"], told["unacked"]) == ("does not run", "there", 0)
    assert "MicroPython 1." in told["micropython"]


def test_flash_copies_what_the_role_needs_precompiled_and_then_nothing(new_board: Callable[..., PortBoard]):
    board = new_board()
    answer = Run("flash", "--port", board.path).out
    assert "cp_1 answers: wattline-0.1 as both" in answer
    wanted = needed(read(json.dumps(AT_USB)))
    assert set(files_on(board)) == {
        str(Path(path).with_suffix(".mpy")) for path in wanted if path not in ("boot.py", "main.py")
    }
    assert (board.folder / "main.py").read_bytes() == (FIRMWARE / "main.py").read_bytes()
    before = {path: path.stat().st_mtime_ns for path in board.folder.rglob("*.mpy")}
    assert "0 files copied (0 bytes), 0 removed" in Run("flash", "--port", board.path).out
    assert {path: path.stat().st_mtime_ns for path in board.folder.rglob("*.mpy")} == before


def test_bare_board_is_flashed(new_board: Callable[..., PortBoard]):
    board = new_board(firmware=False)
    assert "0 removed, 0 as they were; cp_1 answers" in Run("flash", "--port", board.path).out


def test_cut_in_the_middle_leaves_the_prompt_and_is_flashed_again(new_board: Callable[..., PortBoard]):
    """The cable is pulled: the copying ends, and the board's power with it."""
    board = new_board()
    process = subprocess.Popen(
        Run.command("flash", "--port", board.path), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: len(list(board.folder.rglob("*.mpy"))) > 5, DEADLINE_S, "some files being copied")
    process.send_signal(signal.SIGKILL)
    process.wait()
    board.cut_power()
    assert 5 < len(list(board.folder.rglob("*.mpy"))) < len(needed(read(json.dumps(AT_USB))))
    readies = board.said().count("INFO ready")
    board.power_on()
    told = json.loads(Run("status", "--json", "--port", board.path).out)
    assert told["firmware"] == "does not run" or told["firmware"].startswith("maintenance")
    assert board.said().count("INFO ready") == readies, "half-copied firmware must not run"
    assert "cp_1 answers" in Run("flash", "--port", board.path).out


def test_flash_waits_for_acks_and_loses_nothing_when_it_is_forced(
    new_board: Callable[..., PortBoard], tmp_path: Path
):
    plant = Plant(tmp_path, "--speed", "10")
    try:
        board = new_board(plant=f"{LOOPBACK}:{plant.port}")
        charge_unacked(board, plant)
        before = files_on(board)
        refused = Run("flash", "--port", board.path, code=1).error
        assert "charge_completion of session s1" in refused
        assert "--force" in refused
        assert files_on(board) == before
        assert json.loads(Run("status", "--json", "--port", board.path).out)["role"] == "both", "it still runs"
        assert "cp_1 answers" in Run("flash", "--force", "--port", board.path).out
        assert "charge_completion of session s1" in Run("log", "--port", board.path).out
    finally:
        plant.process.stop()


def test_maintenance_asked_for_at_the_board_ends_its_charge(new_board: Callable[..., PortBoard], tmp_path: Path):
    plant = Plant(tmp_path, "--speed", "10")
    try:
        board = new_board(plant=f"{LOOPBACK}:{plant.port}")
        bridge = ScriptedBridge("cp_1", unix_ms)
        server = BridgeServer(bridge)
        server.plug_serial(board.path)
        server.until(lambda: "idle" in [each["state"] for each in bridge.of("status_notification")])
        bridge.command("start_charge", session_id="s1")
        server.until(lambda: bridge.of("charge_started") and plant.state()["relay"])
        server.close()
        assert "s1" in Run("flash", "--port", board.path, code=1).error
        assert plant.state()["relay"]
        prompt, _ = Board(Found(board.path, None), DEADLINE_S).maintain(True)
        with closing(prompt):
            assert plant.state()["relay"] is False
        kept = [json.loads(path.read_text().rpartition("*")[0]) for path in (board.folder / "journal").glob("*.json")]
        (completion,) = [each for each in kept if each["type"] == "charge_completion"]
        assert (completion["session_id"], completion["reason"]) == ("s1", "operator")
    finally:
        plant.process.stop()


def test_bare_board_is_provisioned_and_flashed(new_board: Callable[..., PortBoard]):
    board = new_board(firmware=False)
    (board.folder / "config.json").unlink()
    assert "no config.json" in Run("flash", "--port", board.path, code=1).error
    words = ("--id", "cp_9", "--bridge", "usb", "--price", "0.25", "--location", "Car park 1", "--limit", "10000")
    assert "cp_9: config.json is on the board" in Run("provision", *words, "--port", board.path).out
    assert json.loads((board.folder / "config.json").read_text()) == {
        "cp_id": "cp_9", "location": "Car park 1", "price_per_kwh": 0.25, "central": "usb", "rated_current_ma": 10000,
    }  # fmt: skip
    assert "cp_9 answers: wattline-0.1 as both" in Run("flash", "--port", board.path).out


def test_running_board_is_provisioned_anew_and_nothing_changes_where_something_is_wrong(
    new_board: Callable[..., PortBoard],
):
    board = new_board()
    before = (board.folder / "config.json").read_bytes()
    refused = Run("provision", "--id", "cp_2", "--port", board.path, code=1).error
    assert "kept the journal and the register of cp_1" in refused
    assert "price_per_kwh: 'x'" in Run("provision", "--price", "x", "--port", board.path, code=1).error
    assert (board.folder / "config.json").read_bytes() == before
    assert not (board.folder / "maintenance").exists()
    answer = Run("provision", "--price", "0.3", "--port", board.path).out
    assert "price_per_kwh changed; it answers as both" in answer
    assert json.loads((board.folder / "config.json").read_text())["price_per_kwh"] == 0.3
    assert "cp_id changed" in Run("provision", "--id", "cp_2", "--wipe", "--port", board.path).out
    assert json.loads(Run("status", "--json", "--port", board.path).out)["cp_id"] == "cp_2"
