"""One charge over good and bad lines: board and bridge, and engine and monitor of a split board."""

from pathlib import Path
from typing import Any

import pytest

from hil_tests.benches.lines import CONDITIONS
from hil_tests.benches.virtual import Bench

CHARGE_MS = 20_000
# Short intervals, so that a board that loses its line again and again still finishes soon.
CONFIG: dict[str, Any] = {
    "checkpoint_interval_ms": 4000, "heartbeat_interval_ms": 3000, "health_interval_ms": 3000, "resend_ms": 2000,
}


def bench_of(folder: Path, line: str, condition: str) -> Bench:
    """`line`: which of the two lines is bad."""
    bad = CONDITIONS[condition](5)
    step_ms = 1 if condition == "byte at a time" else 5
    if line == "board-bridge":
        return Bench(folder, to_bridge=bad, step_ms=step_ms, **CONFIG)
    return Bench(folder, split=True, to_engine=bad, step_ms=step_ms, **CONFIG)


@pytest.mark.parametrize("line", ["board-bridge", "engine-monitor"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_charge_is_told_whole(tmp_path: Path, line: str, condition: str):
    bench = bench_of(tmp_path, line, condition)
    bridge = bench.bridge
    bench.until(lambda: bridge.registrations)
    bench.until(lambda: bench.engine.state == "idle")
    bench.charge("s1")
    bench.until(lambda: bridge.of("charge_started"))
    bench.run(CHARGE_MS)
    bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: bridge.of("charge_completion"))
    bench.until(lambda: not any(board.journal.entries for board in bench.boards.values()))

    assert bridge.problems == []
    for board in bench.boards:
        numbers = bridge.numbers(f"b-{board}")
        assert numbers == list(range(1, numbers[-1] + 1)), "every number arrived"
    (started,), (completion,) = bridge.of("charge_started"), bridge.of("charge_completion")
    assert completion["reason"] == "driver"
    assert started["register_wh"] == completion["start_register_wh"]
    registers = [m["register_wh"] for m in bridge.of("meter_checkpoint")]
    assert len(registers) >= 3
    assert started["register_wh"] <= min(registers) <= max(registers) <= completion["end_register_wh"]
    (closure,) = bench.world.record.closures
    metered_wh = completion["end_register_wh"] - completion["start_register_wh"]
    assert metered_wh == pytest.approx(closure.energy_mwh / 1000, rel=0.015, abs=1)
    assert [m["accepted"] for m in bridge.of("command_response")] == [True, True]


def test_monitor_that_is_gone_ends_the_charge_and_its_completion_arrives_when_it_is_back(tmp_path: Path):
    bench = bench_of(tmp_path, "engine-monitor", "perfect")
    bench.until(lambda: bench.engine.state == "idle")
    bench.charge("s1")
    bench.run(5000)
    assert bench.world.relay.contact
    bench.power_off("monitor")
    bench.run(7000)
    assert not bench.world.relay.contact
    assert bench.engine.state == "safe"
    bench.power_on("monitor")
    bench.until(lambda: bench.bridge.of("charge_completion"))
    (completion,) = bench.bridge.of("charge_completion")
    assert completion["reason"] == "safe_mode"
    bench.until(lambda: bench.engine.state == "idle")


def test_central_that_is_gone_does_not_stop_a_charge(tmp_path: Path):
    bench = bench_of(tmp_path, "board-bridge", "perfect")
    bench.until(lambda: bench.engine.state == "idle")
    bench.charge("s1")
    bench.run(2000)
    bench.bridge_cable.cut()
    bench.bridge_cable.plugged = False
    bench.run(300_000)
    assert bench.world.relay.contact
    bench.bridge_cable.plugged = True
    bench.until(lambda: len(bench.bridge.of("meter_checkpoint")) >= 1)
    assert bench.bridge.of("fault_notification")[0]["fault"] == "central_unreachable"
    bench.until(lambda: bench.bridge.of("recovery_notification"))
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: bench.bridge.of("charge_completion"))
    assert bench.bridge.problems == []


def test_central_that_is_gone_is_reported_as_soon_as_the_journal_has_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bench = bench_of(tmp_path, "board-bridge", "perfect")
    bench.until(lambda: bench.engine.state == "idle")
    bench.bridge_cable.cut()
    bench.bridge_cable.plugged = False
    with monkeypatch.context() as full:
        full.setattr(bench.boards["both"].journal, "append", lambda *_: None)
        bench.run(60_000)
    bench.run(60_000)
    bench.bridge_cable.plugged = True
    bench.until(lambda: bench.bridge.of("recovery_notification"))
    assert [m["fault"] for m in bench.bridge.of("fault_notification")] == ["central_unreachable"]


def test_answer_that_the_board_is_not_bound_is_followed_by_slow_tries(tmp_path: Path):
    bench = bench_of(tmp_path, "board-bridge", "perfect")
    bench.bridge.accepts = False
    bench.run(100_000)
    assert 3 <= bench.bridge.registrations <= 8
    said = {m["type"] for m in bench.bridge.received}
    assert said == {"register_request"}, "a board that is refused keeps what it has"
    bench.bridge.accepts = True
    bench.until(lambda: bench.bridge.of("status_notification"))
    requests = bench.bridge.of("register_request")
    assert len({m["message_id"] for m in requests}) == len(requests)


def test_unanswered_registration_is_repeated_under_its_number(tmp_path: Path):
    bench = bench_of(tmp_path, "board-bridge", "perfect")
    bench.bridge.acks = False
    bench.bridge.accepts = False
    bench.run(100_000)
    assert bench.bridge.registrations > 2
    assert len({m["message_id"] for m in bench.bridge.received}) == 1


def test_bridge_that_was_started_anew_is_registered_with_again(tmp_path: Path):
    """On a line that does not break (a serial one) the boot_id in a heartbeat's answer is all that tells."""
    bench = bench_of(tmp_path, "board-bridge", "perfect")
    bench.until(lambda: bench.bridge.registrations == 1)
    bench.run(4000)
    assert bench.bridge.registrations == 1
    bench.bridge.boot_id = "another"
    bench.until(lambda: bench.bridge.registrations == 2)
    bench.run(10_000)
    assert bench.bridge.registrations == 2


def test_status_is_said_again_on_a_new_line_though_nothing_changed(tmp_path: Path):
    """It was acked, and the log may have lost it with its end."""
    bench = bench_of(tmp_path, "board-bridge", "perfect")
    bench.until(lambda: bench.bridge.of("status_notification"))
    bench.run(60_000)
    before = bench.bridge.of("status_notification")
    bench.bridge.boot_id = "another"
    bench.until(lambda: len(bench.bridge.of("status_notification")) > len(before))
    bench.run(60_000)
    told = bench.bridge.of("status_notification")
    assert len(told) == len(before) + 1
    assert {m["state"] for m in told[-2:]} == {"idle"}
    assert len({m["message_id"] for m in told}) == len(told)


def test_board_that_its_bridge_does_not_know_registers_at_once(tmp_path: Path):
    """A serial line does not break with the bridge behind it; a heartbeat's answer may be half a minute away."""
    bench = bench_of(tmp_path, "board-bridge", "perfect")
    bench.until(lambda: bench.bridge.of("status_notification"))
    refusal = {"type": "error_response", "code": "not_registered", "text": "register first"}
    bench.bridge.say(refusal)
    bench.bridge.say(refusal)  # refused again meanwhile, which does not make it register twice
    bench.run(1000)
    assert bench.bridge.registrations == 2
    bench.bridge.say({**refusal, "code": "bad_field"})
    bench.run(1000)
    assert bench.bridge.registrations == 2


def test_engine_that_starts_anew_alone_tells_how_its_charge_ended_and_charges_again(tmp_path: Path):
    """Its monitor stays registered, so only the engine's own messages show that it restarted."""
    bench = bench_of(tmp_path, "engine-monitor", "perfect")
    bench.until(lambda: bench.engine.state == "idle")
    bench.charge("s1")
    bench.run(5000)
    bench.power_off("engine")
    bench.run(500)
    bench.power_on("engine")
    bench.until(lambda: bench.bridge.of("charge_completion"))
    (completion,) = bench.bridge.of("charge_completion")
    assert (completion["session_id"], completion["reason"]) == ("s1", "power_loss")
    assert bench.bridge.registrations == 2, "once for each start of the engine"
    bench.run(11_000)
    bench.charge("s2")
    assert bench.bridge.problems == []


def test_engine_that_starts_anew_on_a_wire_is_noticed_by_its_uptime(tmp_path: Path):
    """A wire does not break: what the monitor sees is a pause shorter than a lost link."""
    bench = bench_of(tmp_path, "engine-monitor", "perfect")
    bench.until(lambda: bench.engine.state == "idle")
    bench.run(10_000)
    bench.power_off("engine")
    bench.engine_cable.dialler.is_open = bench.engine_cable.answerer.is_open = True
    bench.run(500)
    bench.power_on("engine")
    bench.until(lambda: bench.bridge.registrations == 2)
    bench.until(lambda: bench.engine.state == "idle")
    bench.charge("s1")


def test_monitor_never_takes_itself_for_the_engine(tmp_path: Path):
    """On a slow line the answer to a health check comes after the next was asked; it bears an id of the monitor's."""
    bench = Bench(tmp_path, split=True)
    bench.engine_cable.latency_ms = 1500
    bench.run(20_000)
    bench.engine_cable.latency_ms = 3
    bench.until(lambda: bench.engine.state == "idle")
    bench.run(10_000)
    named = {m.get("engine_board") for m in bench.bridge.received if m["type"] == "register_request"}
    assert named == {"b-engine"}
