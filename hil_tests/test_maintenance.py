"""Maintenance, as Central orders it: the charge ends and is told, the board starts anew, and files may be replaced."""

from collections.abc import Callable

import pytest
from chargepoint.delivery.maintenance import TOLD_WITHIN_MS
from hal.sim import RESET_EXIT_CODE

from hil_tests.benches.virtual import Bench


def until_reset(bench: Bench, within_ms: int = TOLD_WITHIN_MS + 2000) -> None:
    with pytest.raises(SystemExit) as reset:
        bench.run(within_ms)
    assert reset.value.code == RESET_EXIT_CODE
    assert not bench.world.relay.coil


def test_charge_is_ended_told_and_acked_before_the_board_starts_anew(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(20_000)
    seq = bench.bridge.command("maintenance")
    until_reset(bench)
    answer = bench.bridge.answer_to(seq)
    assert answer is not None
    assert answer["accepted"]
    (completion,) = bench.bridge.of("charge_completion")
    assert (completion["reason"], completion["relay_closed"]) == ("operator", True)
    metered_wh = completion["end_register_wh"] - completion["start_register_wh"]
    assert metered_wh == pytest.approx(bench.world.record.energy_mwh / 1000, rel=0.015, abs=1)
    board = bench.boards["both"]
    assert board.platform.maintenance()
    assert board.journal.entries == []


def test_start_that_waits_for_its_car_ends_unfed(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.world.car.unplug()
    bench.charge("s1")
    bench.bridge.command("maintenance")
    until_reset(bench)
    (completion,) = bench.bridge.of("charge_completion")
    assert (completion["reason"], completion["relay_closed"]) == ("operator", False)


def test_nothing_starts_any_more_while_the_board_waits_to_be_heard(bench_of: Callable[..., Bench]):
    """No ack comes, so it waits; its monitor checks it all along, and does not lead it out of safe mode."""
    bench = bench_of(health_interval_ms=100, engine_silent_ms=500)
    bench.bridge.acks = False
    bench.bridge.command("maintenance")
    bench.until(lambda: bench.engine.state == "safe")
    seq = bench.bridge.command("start_charge", session_id="s1")
    bench.run(TOLD_WITHIN_MS // 2)
    assert bench.engine.state == "safe"
    answer = bench.bridge.answer_to(seq)
    assert answer is not None
    assert answer["reason"] == "safe"
    until_reset(bench)
    assert bench.boards["both"].journal.entries != [], "what was not acked is kept"


def test_command_that_comes_again_after_the_maintenance_is_not_run_again(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.bridge.acks = False
    seq = bench.bridge.command("maintenance")
    until_reset(bench)
    bench.bridge.acks = True
    bench.boards["both"].platform.set_maintenance(False)  # as flashing does last of all
    bench.power_off("both")
    bench.power_on("both")
    bench.until(lambda: bench.bridge.of("command_response") and bench.engine.state == "idle")
    assert [(each["seq"], each["accepted"]) for each in bench.bridge.of("command_response")] == [(seq, True)]
    bench.bridge.say({"type": "maintenance", "message_id": "again", "cp_id": "cp_1", "seq": seq, "ttl_ms": 60000})
    bench.run(TOLD_WITHIN_MS + 2000)
    assert bench.engine.state == "idle"


def test_engine_of_a_pair_takes_it_through_its_monitor(bench_of: Callable[..., Bench]):
    bench = bench_of(split=True)
    bench.charge("s1")
    bench.run(5000)
    bench.bridge.command("maintenance")
    until_reset(bench)
    assert bench.boards["engine"].platform.maintenance()
    assert not bench.boards["monitor"].platform.maintenance()
    assert [each["reason"] for each in bench.bridge.of("charge_completion")] == ["operator"]
