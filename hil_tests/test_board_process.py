"""main.py as a real process, on MicroPython and on CPython, with a real plant, at a bridge over TCP."""

from pathlib import Path

import pytest

from hil_tests.benches.unix import UnixBench
from tools.services.ports import LOOPBACK, free_port

QUICK = {
    "retry_first_ms": 50, "retry_slow_ms": 500, "resend_ms": 500, "checkpoint_interval_ms": 500,
    "flash_interval_ms": 200, "telemetry_interval_ms": 100,
}


def begin(bench: UnixBench, session_id: str) -> None:
    bench.tcp.until(lambda: {"idle"} & {str(m["state"]) for m in bench.bridge.of("status_notification")})
    seq = bench.bridge.command("start_charge", session_id=session_id)
    bench.tcp.until(lambda: bench.bridge.answer_to(seq))
    answer = bench.bridge.answer_to(seq)
    assert answer is not None
    assert answer["accepted"], answer
    bench.tcp.until(lambda: bench.bridge.of("charge_started"))


def finish(bench: UnixBench, session_id: str) -> dict[str, object]:
    bench.bridge.command("stop_charge", session_id=session_id, reason="driver")
    bench.tcp.until(lambda: bench.bridge.of("charge_completion"))
    assert bench.bridge.problems == []
    (completion,) = bench.bridge.of("charge_completion")
    return completion


def test_one_board_charges_from_registration_to_completion(tmp_path: Path, interpreter: str):
    with UnixBench(tmp_path, interpreter, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench:
        bench.board(**QUICK)
        bench.tcp.until(lambda: bench.bridge.registrations)
        begin(bench, "s1")
        bench.tcp.until(lambda: bench.bridge.of("meter_checkpoint"))
        assert bench.plant.state()["relay"] is True
        completion = finish(bench, "s1")
        assert bench.plant.state()["relay"] is False
        (spell,) = bench.plant.state()["sessions"]
    metered_wh = completion["end_register_wh"] - completion["start_register_wh"]
    assert (completion["session_id"], completion["reason"], completion["relay_closed"]) == ("s1", "driver", True)
    assert metered_wh > 10
    assert metered_wh == pytest.approx(spell["energy_mwh"] / 1000, rel=0.015, abs=2)
    assert bench.bridge.numbers("sim-cp_1-b") == list(range(1, len(bench.bridge.numbers("sim-cp_1-b")) + 1))
