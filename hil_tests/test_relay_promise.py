"""The relay opens whatever becomes of the firmware, and the board lives on: so the plant's record of the relay says.

Real MicroPython on the unix port, as a process that is started anew where it ends as a reset, as a supervisor does.
What a watchdog, a soft reset and boot.py do is tried on the emulated Pico: test_pico_relay_promise.py.
"""

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hal.sim import RESET_EXIT_CODE

from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.unix import ROOT, Plant, UnixBench
from tools.services.process import ChildProcess, wait_for
from tools.testing.deadlines import DEADLINE_S

FIRMWARE = ROOT / "firmware"
DOOMED = ROOT / "hil_tests" / "vectors" / "doomed_board.py"
BAD_SETTING_EXIT = 2
QUICK: dict[str, Any] = {
    "retry_first_ms": 50, "retry_slow_ms": 500, "resend_ms": 500, "checkpoint_interval_ms": 500,
    "flash_interval_ms": 200, "telemetry_interval_ms": 100,
}


@pytest.fixture
def bench(tmp_path: Path, micropython: str) -> Iterator[UnixBench]:
    with UnixBench(tmp_path, micropython, "--plugged", "--speed", "60", "--profile", "constant:3000") as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The board's."""
    return tmp_path / "both"


def charge(bench: UnixBench, session_id: str = "s1", **start: Any) -> None:
    """Asked anew while the relay pauses."""
    accepted = False
    while not accepted:
        seq = bench.bridge.command("start_charge", session_id=session_id, **start)
        bench.server.until(lambda seq=seq: bench.bridge.answer_to(seq))
        answer = bench.bridge.answer_to(seq)
        assert answer is not None
        accepted = answer["accepted"]
        assert accepted or answer["reason"] in ("pause", "safe", "busy"), answer
    bench.server.until(lambda: session_id in [each["session_id"] for each in bench.plant.state()["sessions"]])
    bench.server.until(lambda: of(bench, "charge_started", session_id))


def of(bench: UnixBench, kind: str, session_id: str) -> list[Message]:
    return [message for message in bench.bridge.of(kind) if message["session_id"] == session_id]


def begin(bench: UnixBench, *program: str | Path, **config: Any) -> ChildProcess:
    """A board that charges, with a checkpoint on its flash."""
    board = bench.board(program=program or (FIRMWARE / "main.py",), **QUICK, **config)
    bench.server.until(lambda: bench.bridge.of("status_notification"))
    charge(bench)
    bench.server.until(lambda: of(bench, "meter_checkpoint", "s1"))
    return board


def opened(bench: UnixBench) -> None:
    """The plant has it in its record that the relay has opened, and that it was closed once until then."""
    bench.server.until(lambda: not bench.plant.state()["relay"])
    edges = bench.plant.state()["edges"]
    assert [edge["closed"] for edge in edges] == [True, False]


def lives_on(bench: UnixBench, *program: str | Path, reason: str = "power_loss") -> None:
    """Started anew it reports the charge that was cut, once, and charges again; the relay closes for that alone."""
    bench.board(program=program or (FIRMWARE / "main.py",), **QUICK)
    bench.server.until(lambda: of(bench, "charge_completion", "s1"))
    (told,) = of(bench, "charge_completion", "s1")
    assert told["reason"] == reason
    assert told["end_register_wh"] <= bench.plant.state()["plant_mwh"] / 1000 * 1.015 + 2
    assert bench.plant.state()["edge_count"] == 2
    charge(bench, "s2")
    bench.bridge.command("stop_charge", session_id="s2", reason="driver")
    bench.server.until(lambda: of(bench, "charge_completion", "s2"))
    bench.server.until(lambda: not bench.plant.state()["relay"])
    assert [each["session_id"] for each in bench.plant.state()["sessions"]] == ["s1", "s2"]
    assert bench.bridge.problems == []


@pytest.mark.parametrize(
    "fault", ["defect", "no memory", "no memory for a checkpoint", "defect, and another in telling it"]
)
def test_what_fails_in_the_loop_opens_the_relay_and_starts_the_board_anew(
    bench: UnixBench, folder: Path, fault: str
):
    board = begin(bench, DOOMED, FIRMWARE, fault)
    (folder / "strike").touch()
    opened(bench)
    assert board.wait_ended(DEADLINE_S) == RESET_EXIT_CODE
    (folder / "strike").unlink(missing_ok=True)
    lives_on(bench)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_ctrl_c_and_a_reset_from_outside_open_the_relay(bench: UnixBench, number: signal.Signals):
    board = begin(bench)
    board.send_signal(number)
    opened(bench)
    board.wait_ended(DEADLINE_S)
    lives_on(bench)


def test_flash_that_fails_once_is_tried_again_and_the_charge_goes_on(bench: UnixBench, folder: Path):
    board = begin(bench, DOOMED, FIRMWARE, "flash fails once")
    (folder / "strike").touch()
    bench.server.until(lambda: not (folder / "strike").exists())
    checkpoints = len(of(bench, "meter_checkpoint", "s1"))
    bench.server.until(lambda: len(of(bench, "meter_checkpoint", "s1")) > checkpoints)
    assert board.running
    assert bench.plant.state()["edge_count"] == 1
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.server.until(lambda: of(bench, "charge_completion", "s1"))
    assert of(bench, "charge_completion", "s1")[0]["reason"] == "driver"


@pytest.mark.parametrize("fault", ["flash fails", "flash is full"])
def test_flash_that_goes_on_failing_leaves_a_board_that_tries_for_ever(bench: UnixBench, folder: Path, fault: str):
    program = (DOOMED, FIRMWARE, fault)
    board = begin(bench, *program)
    (folder / "strike").touch()
    opened(bench)
    assert board.wait_ended(DEADLINE_S) == RESET_EXIT_CODE
    for _ in range(3):
        board.start()
        assert board.wait_ended(DEADLINE_S) == RESET_EXIT_CODE, "not as after a bad setting, which waits for a visit"
        assert "OSError" in board.said()
    assert bench.plant.state()["edge_count"] == 2
    (folder / "strike").unlink()
    lives_on(bench, *program)


def test_config_that_is_damaged_leaves_the_relay_open_and_one_line(bench: UnixBench, folder: Path):
    begin(bench).kill()
    opened(bench)
    good = json.loads((folder / "config.json").read_text())
    damaged: dict[str, bytes] = {
        "noise": bytes(range(256)), "nothing": b"{}", "half of it": json.dumps(good).encode()[:40],
        "erased": b"\xff" * 99, "a list": b"[]", "deep": b"[" * 4000,
        "another type": json.dumps({**good, "rated_current_ma": "much"}).encode(),
        "a type within": json.dumps({**good, "price_per_kwh": {"eur": 1}}).encode(),
        "a list for a name": json.dumps({**good, "role": ["both"], "platform": []}).encode(),
    }  # fmt: skip
    board = ChildProcess("damaged", [bench.interpreter, FIRMWARE / "main.py"], folder / "damaged.log", folder=folder)
    for what, content in damaged.items():
        (folder / "config.json").write_bytes(content)
        board.start()
        assert board.wait_ended(DEADLINE_S) == BAD_SETTING_EXIT, (what, board.said())
        (line,) = board.said().splitlines()
        assert line.startswith("ERROR "), what
    (folder / "config.json").unlink()
    (folder / "config.json").mkdir()
    board.start()
    assert board.wait_ended(DEADLINE_S) == BAD_SETTING_EXIT
    assert bench.plant.state()["edge_count"] == 2
    (folder / "config.json").rmdir()
    lives_on(bench)


def no_module(firmware: Path) -> None:
    (firmware / "chargepoint" / "engine" / "meter.py").unlink()


def half_a_module(firmware: Path) -> None:
    path = firmware / "chargepoint" / "engine" / "engine.py"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def half_a_main(firmware: Path) -> None:
    path = firmware / "main.py"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def noise_for_a_module(firmware: Path) -> None:
    path = firmware / "wire" / "frame.py"
    path.unlink()
    path.with_suffix(".mpy").write_bytes(bytes(range(256)) * 8)


def no_main(firmware: Path) -> None:
    (firmware / "main.py").unlink()


def test_half_copied_firmware_leaves_the_relay_open(bench: UnixBench, tmp_path: Path, folder: Path):
    begin(bench).kill()
    opened(bench)
    spoils: list[Callable[[Path], None]] = [no_module, half_a_module, half_a_main, noise_for_a_module, no_main]
    for spoil in spoils:
        firmware = tmp_path / spoil.__name__
        shutil.copytree(FIRMWARE, firmware)
        spoil(firmware)
        board = ChildProcess(
            spoil.__name__, [bench.interpreter, firmware / "main.py"], folder / f"{spoil.__name__}.log", folder=folder
        )
        board.start()
        board.wait_ended(DEADLINE_S)
        assert "ready " not in board.said()
    assert bench.plant.state()["edge_count"] == 2
    lives_on(bench)


def test_plant_that_falls_silent_opens_the_relay_as_a_dead_sensor_does(bench: UnixBench):
    begin(bench)
    bench.plant.process.send_signal(signal.SIGSTOP)
    bench.server.until(lambda: [m for m in bench.bridge.of("fault_notification") if m["fault"] == "sensor_stall"])
    bench.plant.process.send_signal(signal.SIGCONT)
    opened(bench)
    bench.server.until(lambda: of(bench, "charge_completion", "s1"))
    (told,) = of(bench, "charge_completion", "s1")
    assert (told["reason"], told["fault"]) == ("fault", "sensor_stall")


def test_plant_that_is_gone_and_back_finds_the_relay_open(bench: UnixBench, tmp_path: Path):
    begin(bench)
    bench.plant.process.kill()
    bench.server.until(lambda: [m for m in bench.bridge.of("fault_notification") if m["fault"] == "sensor_stall"])
    bench.plant = Plant(tmp_path, "--plugged", "--speed", "60", "--profile", "constant:3000", port=bench.plant.port)
    bench.server.until(lambda: of(bench, "charge_completion", "s1"))
    wait_for(lambda: bench.plant.state()["board"], DEADLINE_S, "the board at its plant again")
    charge(bench, "s2")
    bench.server.until(lambda: [each["session_id"] for each in bench.plant.state()["sessions"]] == ["s2"])


def test_bridge_that_is_gone_does_not_hold_the_relay_closed(bench: UnixBench):
    """The unplugged USB: the charge goes on by itself, and ends by itself at its order."""
    bench.board(**QUICK)
    bench.server.until(lambda: bench.bridge.of("status_notification"))
    charge(bench, max_energy_wh=200)
    bench.server.cut()
    wait_for(lambda: not bench.plant.state()["relay"], DEADLINE_S, "the relay opening at the energy limit")
    opened(bench)
    bench.server.until(lambda: of(bench, "charge_completion", "s1"))
    (told,) = of(bench, "charge_completion", "s1")
    assert told["reason"] == "limit"
    assert told["end_register_wh"] - told["start_register_wh"] <= 200
