"""The control loop late: what is a fault and what is not, what it opens, when it ends."""

from collections.abc import Callable

import pytest
from chargepoint.delivery.storage import FLASH_MOST_MS
from chargepoint.engine.lateness import LATE_HOLD_MS, LATE_MS, Lateness
from chargepoint.engine.protection import CLEAR_MS, ROW_OF

from hil_tests.benches.virtual import Bench

SLOW_MS = LATE_MS + 50


def charging(bench_of: Callable[..., Bench]) -> Bench:
    bench = bench_of(flash_interval_ms=3_600_000, checkpoint_interval_ms=3_600_000)
    bench.charge("s1")
    bench.until(lambda: bench.world.relay.contact)
    bench.run(2000)
    return bench


def slow_passes(bench: Bench, duration_ms: int, each_ms: int = SLOW_MS) -> None:
    for _ in range(duration_ms // each_ms):
        bench.step()
        bench.clock.sleep_ms(each_ms - bench.step_ms)


def test_loop_that_is_late_pass_after_pass_opens_the_relay_and_heals(bench_of: Callable[..., Bench]):
    bench = charging(bench_of)
    slow_passes(bench, LATE_HOLD_MS // 2)
    assert (bench.engine.faults, bench.world.relay.coil) == ([], True)
    slow_passes(bench, LATE_HOLD_MS)
    assert (bench.engine.faults, bench.world.relay.coil) == (["loop_late"], False)
    completion = bench.completion()
    assert (completion["reason"], completion["fault"]) == ("fault", "loop_late")
    assert [said["fault"] for said in bench.bridge.of("fault_notification")] == ["loop_late"]
    bench.run(CLEAR_MS)
    bench.until(lambda: bench.engine.state == "idle")
    assert [said["fault"] for said in bench.bridge.of("recovery_notification")] == ["loop_late"]
    bench.charge("s2")


def test_it_latches_at_the_third_time(bench_of: Callable[..., Bench]):
    bench = charging(bench_of)
    for turn in range(ROW_OF["loop_late"].latches_after):
        slow_passes(bench, 2 * LATE_HOLD_MS)
        assert bench.engine.faults == ["loop_late"]
        bench.run(2 * CLEAR_MS)
        if turn < ROW_OF["loop_late"].latches_after - 1:
            bench.charge(f"again{turn}")
            bench.until(lambda: bench.world.relay.contact)
            bench.run(2000)
    assert bench.engine.faults == ["loop_late"]
    bench.bridge.command("reset_fault")
    bench.until(lambda: bench.engine.state == "idle")


@pytest.mark.parametrize("held_ms", [LATE_MS, 900])
def test_one_hold_up_that_the_buffer_bridges_is_no_fault(bench_of: Callable[..., Bench], held_ms: int):
    bench = charging(bench_of)
    for _ in range(5):
        bench.clock.sleep_ms(held_ms)
        bench.run(500)
    assert (bench.engine.faults, bench.world.relay.coil) == ([], True)


def test_loop_may_be_late_while_the_relay_is_open(bench_of: Callable[..., Bench]):
    bench = bench_of()
    slow_passes(bench, 5 * LATE_HOLD_MS)
    assert bench.engine.faults == []


def test_flash_at_its_slowest_is_not_late():
    """Pass after pass, with samples lost as well: what was written explains it."""
    lateness = Lateness(0)
    for turn in range(1, 20):
        lateness.step(turn * (FLASH_MOST_MS + LATE_MS), files=1, lost_ms=turn)
    assert lateness.late_ms == 0


def test_samples_that_are_lost_unexplained_are_a_fault_at_once():
    lateness = Lateness(0)
    lateness.step(1300, files=0, lost_ms=1300)
    assert lateness.late_ms >= LATE_HOLD_MS


def test_a_pass_in_time_starts_the_count_anew():
    lateness = Lateness(0)
    now = 0
    for turn in range(40):
        now += LATE_MS if turn % 3 == 2 else 2 * LATE_MS
        lateness.step(now, files=0, lost_ms=0)
        assert lateness.late_ms < LATE_HOLD_MS
