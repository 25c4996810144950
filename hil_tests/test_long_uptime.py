"""Weeks of ticks: they wrap after 12.4 days, and are told apart only up to 6.2. A board goes on as on its first day."""

from collections.abc import Callable

import pytest
from chargepoint.ticks import TICKS_PERIOD, ticks_add, ticks_diff
from hypothesis import given
from hypothesis import strategies as st

from hil_tests.benches.virtual import Bench
from hil_tests.small_int import SmallInt

DAY_MS = 86_400_000
ticks = st.integers(0, TICKS_PERIOD - 1)
half = TICKS_PERIOD // 2


@given(ticks, st.integers(1 - half, half - 1))
def test_difference_is_what_was_added_and_stays_a_small_integer(now: int, ms: int):
    later = ticks_add(SmallInt(now), ms)
    assert 0 <= later < TICKS_PERIOD
    assert ticks_diff(SmallInt(later), SmallInt(now)) == ms


def pass_days(bench: Bench, days: int) -> None:
    """At once, as far as the boards' ticks tell; the world stands still meanwhile."""
    for board in bench.boards.values():
        board.platform._started_ms -= days * DAY_MS  # pyright: ignore[reportPrivateUsage] -- what ticks count from
        board.platform.feed_watchdog()


def uptime_days(bench: Bench) -> float:
    return bench.boards["engine" if "engine" in bench.boards else "both"].clock.uptime_ms() / DAY_MS


@pytest.mark.parametrize("split", [False, True], ids=["one board", "split"])
@pytest.mark.parametrize("days", [1, 5, 6])
def test_board_charges_reports_and_reconnects_at_every_age(bench_of: Callable[..., Bench], split: bool, days: int):
    """Some state is as old as the jump each time: of 1 to 6 days, in each half of the ticks' turn."""
    bench = bench_of(split=split)
    for turn in range(4):
        pass_days(bench, days)
        bench.run(2_000)
        bench.until(lambda: bench.engine.state == "idle", within_ms=20_000)
        reported = len(bench.bridge.of("status_notification"))
        bench.world.car.unplug()
        bench.run(3_000)
        assert len(bench.bridge.of("status_notification")) > reported
        bench.world.car.plug()
        bench.run(1_000)
        bench.charge(f"s{turn}")
        bench.run(3_000)
        assert bench.world.relay.contact
        bench.bridge.command("stop_charge", session_id=f"s{turn}", reason="driver")
        bench.until(lambda at=turn: len(bench.bridge.of("charge_completion")) == at + 1)
        registered = bench.bridge.registrations
        bench.bridge_cable.cut()
        bench.until(lambda at=registered: bench.bridge.registrations > at, within_ms=10_000)
        bench.run(11_000)  # of the relay's pause
    assert uptime_days(bench) == pytest.approx(4 * days, abs=0.01)
    assert bench.bridge.problems == []


def test_charge_goes_on_through_the_weeks(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    for _ in range(8):
        bench.run(70_000)
        told = len(bench.bridge.of("meter_checkpoint"))
        pass_days(bench, 3)
        bench.run(70_000)
        assert bench.engine.state == "charging"
        assert len(bench.bridge.of("meter_checkpoint")) > told
