"""main.py as a real process, on MicroPython and on CPython, with a real plant, at a bridge over TCP."""

import json
import random
import socket
from pathlib import Path
from typing import Any

import pytest
from hal.sim import RESET_EXIT_CODE

from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.unix import UnixBench
from tools.services.null_modem import NullModem
from tools.services.ports import LOOPBACK, free_port
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

QUICK: dict[str, Any] = {
    "retry_first_ms": 50, "retry_slow_ms": 500, "resend_ms": 500, "checkpoint_interval_ms": 500,
    "flash_interval_ms": 200, "telemetry_interval_ms": 100,
}


def begin(bench: UnixBench, session_id: str) -> None:
    bench.server.until(lambda: {"idle"} & {str(m["state"]) for m in bench.bridge.of("status_notification")})
    seq = bench.bridge.command("start_charge", session_id=session_id)
    bench.server.until(lambda: bench.bridge.answer_to(seq))
    answer = bench.bridge.answer_to(seq)
    assert answer is not None
    assert answer["accepted"], answer
    bench.server.until(lambda: bench.bridge.of("charge_started"))


def finish(bench: UnixBench, session_id: str) -> Message:
    bench.bridge.command("stop_charge", session_id=session_id, reason="driver")
    bench.server.until(lambda: bench.bridge.of("charge_completion"))
    assert bench.bridge.problems == []
    (completion,) = bench.bridge.of("charge_completion")
    return completion


def all_numbers_arrived(bench: UnixBench) -> bool:
    numbers = bench.bridge.numbers("sim-cp_1-b")
    return numbers == list(range(1, numbers[-1] + 1))


def test_one_board_charges_from_registration_to_completion(tmp_path: Path, interpreter: str):
    with UnixBench(tmp_path, interpreter, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench:
        bench.board(**QUICK)
        bench.server.until(lambda: bench.bridge.registrations)
        begin(bench, "s1")
        bench.server.until(lambda: bench.bridge.of("meter_checkpoint"))
        assert bench.plant.state()["relay"] is True
        completion = finish(bench, "s1")
        assert bench.plant.state()["relay"] is False
        (closure,) = bench.plant.state()["sessions"]
    metered_wh = completion["end_register_wh"] - completion["start_register_wh"]
    assert (completion["session_id"], completion["reason"], completion["relay_closed"]) == ("s1", "driver", True)
    assert metered_wh > 10
    assert metered_wh == pytest.approx(closure["energy_mwh"] / 1000, rel=0.015, abs=2)
    assert all_numbers_arrived(bench)


def test_split_board_goes_safe_without_its_monitor_and_tells_it_all_afterwards(tmp_path: Path, interpreter: str):
    quick: dict[str, Any] = {**QUICK, "keepalive_ms": 200, "engine": f"{LOOPBACK}:{free_port()}"}
    with UnixBench(tmp_path, interpreter, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench:
        bench.board("monitor", **quick)
        bench.board("engine", **quick)
        begin(bench, "s1")
        assert bench.bridge.of("register_request")[-1]["engine_board"] == "sim-cp_1-e"
        bench.boards["monitor"].kill()
        bench.server.until(lambda: not bench.plant.state()["relay"])
        bench.board("monitor", **quick)
        bench.server.until(lambda: bench.bridge.of("charge_completion"))
        (completion,) = bench.bridge.of("charge_completion")
        assert completion["reason"] == "safe_mode", completion
        bench.server.until(lambda: bench.bridge.of("status_notification")[-1]["state"] == "idle")
        assert bench.bridge.problems == []


def test_board_that_is_killed_in_mid_charge_completes_it_when_it_is_back(tmp_path: Path, interpreter: str):
    with UnixBench(tmp_path, interpreter, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench:
        bench.board(**QUICK)
        begin(bench, "s1")
        bench.server.until(lambda: bench.bridge.of("meter_checkpoint"))
        bench.boards["both"].kill()
        bench.server.until(lambda: not bench.plant.state()["relay"])
        bench.board(**QUICK)
        bench.server.until(lambda: bench.bridge.of("charge_completion"))
        (completion,) = bench.bridge.of("charge_completion")
        assert (completion["reason"], completion["relay_closed"]) == ("power_loss", True)
        last_wh = bench.bridge.of("meter_checkpoint")[-1]["register_wh"]
        assert last_wh <= completion["end_register_wh"] <= bench.plant.state()["plant_mwh"] / 1000 + 2
        bench.server.until(lambda: all_numbers_arrived(bench))
        assert bench.bridge.problems == []


def test_board_whose_flash_fails_opens_its_relay_and_starts_anew(tmp_path: Path, interpreter: str):
    with UnixBench(tmp_path, interpreter, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench:
        board = bench.board(**QUICK)
        begin(bench, "s1")
        bench.server.until(lambda: bench.bridge.of("meter_checkpoint"))
        (tmp_path / "both" / "journal").rename(tmp_path / "gone")  # at once: the board writes files there meanwhile
        bench.server.until(lambda: not board.running)
        assert board.exit_code == RESET_EXIT_CODE
        assert "Traceback" in board.said()
        bench.server.until(lambda: not bench.plant.state()["relay"])
        bench.board(**QUICK)
        bench.server.until(lambda: bench.bridge.of("charge_completion"))
        assert bench.bridge.of("charge_completion")[0]["reason"] == "power_loss"


def test_bridge_that_breaks_the_line_is_dialled_again_in_mid_charge(tmp_path: Path, interpreter: str):
    with UnixBench(tmp_path, interpreter, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench:
        bench.board(**QUICK)
        begin(bench, "s1")
        for _ in range(3):
            registrations = bench.bridge.registrations
            bench.server.cut()
            bench.server.until(lambda before=registrations: bench.bridge.registrations > before)
        assert bench.plant.state()["relay"] is True
        assert finish(bench, "s1")["reason"] == "driver"


def test_plain_port_answers_a_health_check_typed_by_hand(tmp_path: Path, interpreter: str):
    port = free_port()
    with UnixBench(tmp_path, interpreter) as bench:
        bench.board(plain_port=port)
        with socket.create_connection((LOOPBACK, port), timeout=DEADLINE_S) as line:
            line.sendall(b'{"type":"health_check_request","message_id":"uuid","id":"cp_1","timestamp":1234567890}\n')
            line.sendall(b"what?\n" + b'{"type":"start_charge"}\n' + b'{"type":"keepalive"}\n')
            lines = line.makefile()
            answer, *errors = [json.loads(lines.readline()) for _ in range(4)]
    assert (answer["type"], answer["message_id"], answer["id"]) == ("health_check_response", "uuid", "cp_1")
    assert answer["relay_closed"] is False
    assert [error["code"] for error in errors] == ["not_json", "missing_field", "wrong_direction"]


def test_thousands_of_bytes_of_noise_from_the_bridge_change_nothing(tmp_path: Path, interpreter: str):
    with UnixBench(tmp_path, interpreter, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench:
        bench.board(**QUICK)
        begin(bench, "s1")
        dice = random.Random(3)
        for _ in range(20):
            bench.server.send(dice.randbytes(5000) + b"\n")
            bench.server.serve()
        assert finish(bench, "s1")["reason"] == "driver"


def test_charge_over_a_serial_line(tmp_path: Path, interpreter: str):
    with (
        NullModem() as modem,
        UnixBench(tmp_path, interpreter, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench,
    ):
        bench.server.plug_serial(modem.near)
        bench.board(**{**QUICK, "central": f"serial:{modem.far}"})
        begin(bench, "s1")
        bench.server.until(lambda: bench.bridge.of("meter_checkpoint"))
        assert finish(bench, "s1")["reason"] == "driver"
        bench.server.until(lambda: [m for m in bench.bridge.received if m["type"] == "charging_data"])


def test_serial_line_that_nobody_reads_does_not_stop_the_charge(tmp_path: Path, interpreter: str):
    """Writing must never block the board: the plant sees the relay close, and open at the energy limit."""
    with (
        NullModem() as modem,
        UnixBench(tmp_path, interpreter, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench,
    ):
        bench.server.plug_serial(modem.near)
        chatty: dict[str, Any] = {"telemetry_interval_ms": 10, "idle_telemetry_interval_ms": 10}
        bench.board(**{**QUICK, **chatty, "central": f"serial:{modem.far}"})
        bench.server.until(lambda: bench.bridge.of("status_notification"))
        bench.bridge.command("start_charge", session_id="s1", max_energy_wh=200)
        bench.server.until(lambda: bench.bridge.of("charge_started"))
        wait_for(lambda: not bench.plant.state()["relay"], DEADLINE_S, "the relay opening at the energy limit")
