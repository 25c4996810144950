"""The reference wiring as real processes: an engine and a monitor on two boards, with a serial line between them."""

from pathlib import Path
from typing import Any

import pytest

from hil_tests.benches.unix import UnixBench
from tools.services.null_modem import NullModem

WORLD = ("--plugged", "--speed", "60", "--profile", "constant:3000")
QUICK: dict[str, Any] = {
    "keepalive_ms": 300, "retry_first_ms": 50, "retry_slow_ms": 500, "resend_ms": 500, "checkpoint_interval_ms": 500,
    "flash_interval_ms": 200, "telemetry_interval_ms": 100,
}
ENGINE, MONITOR = "sim-cp_1-e", "sim-cp_1-m"
CHECKPOINTS = 6  # 500 ms apart: more than one deaf spell lies between the first and the last


def start(bench: UnixBench, modem: NullModem) -> None:
    """Both boards on the wire, the engine led out of safe mode, a charge begun."""
    bench.board("engine", **QUICK, engine=f"serial:{modem.near}")
    bench.board("monitor", **QUICK, engine=f"serial:{modem.far}")
    bench.server.until(lambda: {"idle"} & {str(m["state"]) for m in bench.bridge.of("status_notification")})
    seq = bench.bridge.command("start_charge", session_id="s1")
    bench.server.until(lambda: bench.bridge.answer_to(seq))
    bench.server.until(lambda: bench.bridge.of("charge_started"))


def complete(bench: UnixBench, board: str) -> bool:
    """Whether each number of this board up to its newest has arrived."""
    numbers = bench.bridge.numbers(board)
    return numbers == list(range(1, numbers[-1] + 1))


@pytest.mark.parametrize("deaf_s", [0.0, 0.1, 0.8])
def test_split_charge_point_on_a_wire_loses_nothing_for_good(tmp_path: Path, interpreter: str, deaf_s: float):
    with NullModem(deaf_s) as modem, UnixBench(tmp_path, interpreter, *WORLD) as bench:
        start(bench, modem)
        bench.server.until(lambda: len(bench.bridge.of("meter_checkpoint")) >= CHECKPOINTS)
        bench.bridge.command("stop_charge", session_id="s1", reason="driver")
        bench.server.until(lambda: bench.bridge.of("charge_completion"))
        (completion,) = bench.bridge.of("charge_completion")
        assert completion["reason"] == "driver", completion
        bench.server.until(lambda: complete(bench, ENGINE) and complete(bench, MONITOR))
        assert bench.bridge.problems == []
        assert not bench.plant.state()["relay"]
        assert bool(modem.unheard_bytes) == bool(deaf_s)


def test_engine_opens_its_port_once_there_is_one(tmp_path: Path, interpreter: str):
    """An adapter that is plugged in late. (One that is pulled out would end the process, whose terminal it is.)"""
    port = tmp_path / "port"
    with NullModem() as wire, UnixBench(tmp_path, interpreter, *WORLD) as bench:
        bench.board("engine", **QUICK, engine=f"serial:{port}")
        bench.board("monitor", **QUICK, engine=f"serial:{wire.far}")
        bench.server.until(lambda: bench.bridge.registrations)
        assert "engine_board" not in bench.bridge.of("register_request")[-1]
        port.symlink_to(wire.near)
        bench.server.until(lambda: bench.bridge.of("register_request")[-1].get("engine_board") == ENGINE)
