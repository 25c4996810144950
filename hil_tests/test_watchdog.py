"""The watchdog is fed while all of an engine goes on; three of its resets keep the relay open until somebody looks."""

from collections.abc import Callable

import pytest
from chargepoint.engine.engine import Engine
from chargepoint.engine.meter import Meter
from chargepoint.engine.pulse import Pulse
from chargepoint.engine.restarts import MOST, WITHIN_S, Restarts
from hal.contract import WATCHDOG_MS

from hil_tests.benches.virtual import Bench

MINUTE_MS = 60_000


def no_samples(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    bench.world.fault("sample_stall", True)


def nothing_judged(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each window is refused, so that no protection sees any."""
    del bench
    monkeypatch.setattr(Meter, "take", lambda meter, window: False)


def no_control(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    del bench
    monkeypatch.setattr(Engine, "step", lambda engine, now: None)


@pytest.mark.parametrize("stands_still", ["sampled", "judged", "stepped"])
def test_each_of_three_counters_alone_keeps_the_watchdog_hungry(stands_still: str):
    pulse = Pulse()
    assert not pulse.goes_on(False), "nothing has moved yet"
    for name in ("sampled", "judged", "stepped"):
        if name != stands_still:
            getattr(pulse, name)()
    assert not pulse.goes_on(False)
    getattr(pulse, stands_still)()
    assert pulse.goes_on(False)
    assert not pulse.goes_on(False), "each has to move anew"


def reset_by_watchdog(bench: Bench) -> None:
    """The board starts anew as it does after one."""
    board = bench.boards["both"]
    board.platform.bite()
    bench.power_off("both")
    bench.power_on("both")


@pytest.mark.parametrize("stops", [no_samples, nothing_judged, no_control])
def test_watchdog_strikes_where_one_of_sampling_judging_and_control_stands_still(
    bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, stops: Callable[..., None]
):
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    assert bench.resets == 0
    stops(bench, monkeypatch)
    bench.run(WATCHDOG_MS - 200)
    assert bench.resets == 0, "it has its time"
    bench.run(400)
    assert bench.resets == 1
    assert not bench.world.relay.coil
    assert bench.engine.state != "charging"


def test_watchdog_is_fed_while_a_relay_is_welded(bench_of: Callable[..., Bench]):
    """It is a fault, and it is reported; to start anew for ever would say nothing to anybody."""
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    bench.world.fault("weld", True)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: [said["fault"] for said in bench.bridge.of("fault_notification")] == ["weld"])
    bench.run(10 * WATCHDOG_MS)
    assert bench.resets == 0


def test_three_resets_keep_the_engine_safe_and_it_reports_that(bench_of: Callable[..., Bench]):
    """By itself: a sampler that stands still brings them about, and then keeps the board from nothing else."""
    bench = bench_of()
    bench.world.fault("sample_stall", True)
    bench.until(lambda: bench.resets == MOST)
    bench.run(20 * WATCHDOG_MS)
    assert bench.resets == MOST, "no more of them"
    assert bench.engine.state == "safe"
    assert [said["fault"] for said in bench.bridge.of("fault_notification")] == ["watchdog_resets"]
    assert bench.refused() == "safe"


def test_what_three_resets_left_outlives_a_power_cut_and_ends_by_reset_fault(bench_of: Callable[..., Bench]):
    bench = bench_of()
    for _ in range(MOST):
        reset_by_watchdog(bench)
    bench.run(WITHIN_S * 1000 + MINUTE_MS)
    bench.power_off("both")
    bench.power_on("both")
    bench.run(2 * MINUTE_MS)
    assert (bench.engine.state, bench.engine.faults) == ("safe", ["watchdog_resets"])
    bench.bridge.command("reset_fault")
    bench.until(lambda: bench.bridge.of("recovery_notification"))
    bench.until(lambda: bench.engine.state == "idle")
    bench.power_off("both")
    bench.power_on("both")
    bench.until(lambda: bench.engine.state == "idle")
    bench.charge("s1")


def test_resets_further_apart_than_ten_minutes_are_lived_with(bench_of: Callable[..., Bench]):
    bench = bench_of()
    for _ in range(MOST + 1):
        reset_by_watchdog(bench)
        bench.run(WITHIN_S * 1000 // 2 + MINUTE_MS)
    bench.until(lambda: bench.engine.state == "idle")
    assert bench.engine.faults == []


def test_starts_for_another_reason_are_not_counted(bench_of: Callable[..., Bench]):
    bench = bench_of()
    for _ in range(MOST + 1):
        bench.power_off("both")
        bench.power_on("both")
        bench.run(1000)
    bench.until(lambda: bench.engine.state == "idle")
    assert bench.engine.faults == []


class Records:
    """What a Storage keeps; `written` counts."""

    def __init__(self) -> None:
        self.kept: dict[str, object] = {}
        self.written = 0

    def read_record(self, name: str) -> object:
        return self.kept.get(name)

    def write_record(self, name: str, record: object) -> None:
        self.kept[name] = record
        self.written += 1


def test_ages_cost_no_flash_once_they_count_no_more():
    records = Records()
    Restarts(records, "power").step(0)
    assert records.written == 0
    restarts = Restarts(records, "watchdog")
    for now in range(0, 3_600_000, 1000):
        restarts.step(now)
    assert records.written <= 2 + WITHIN_S // 60
    assert records.kept == {"resets": {"ages_s": []}}
