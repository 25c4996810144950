"""A charge point without a voltage channel: what it counts, and that it says so wherever energy is told."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from chargepoint.engine.meter import ESTIMATED_FROM_MA, Meter
from chargepoint.sample_window import HALVED_ABOVE, SampleWindow
from hypothesis import given
from hypothesis import strategies as st

from hil_tests.benches.virtual import Bench
from hil_tests.meter_windows import window_of, window_of_counts
from hil_tests.small_int import SmallInt

NOMINAL_MV = 230_000
counts = st.integers(-2048, 2047) | st.sampled_from([-2048, 2047])


def estimating() -> Meter:
    return Meter("m", 0, nominal_mv=NOMINAL_MV)


def window(current_a: float, duration_ms: int = 200) -> SampleWindow:
    """The voltage's pin floats: what it reads says nothing."""
    angles = [2 * math.pi * 10 * k / 200 for k in range(200)]
    amps = [current_a * math.sqrt(2) * math.sin(a) for a in angles]
    return window_of(amps, [390 * math.cos(7 * a) for a in angles], duration_ms)


@pytest.mark.parametrize("current_a", [2.1, 6.0, 16.0, 32.0])
def test_energy_is_current_times_the_nominal_voltage(current_a: float):
    meter = estimating()
    assert meter.take(window(current_a, 3_600_000))
    assert meter.estimated
    assert meter.voltage_mv == NOMINAL_MV
    assert meter.power_w == pytest.approx(230 * current_a, rel=0.01)
    assert meter.register_wh == pytest.approx(230 * current_a, rel=0.01)


@pytest.mark.parametrize("current_a", [0.0, 0.5, 1.4, 1.95])
def test_nothing_below_two_amperes_is_counted(current_a: float):
    meter = estimating()
    for _ in range(100):
        assert meter.take(window(current_a, 3_600_000))
    assert meter.current_ma < ESTIMATED_FROM_MA
    assert (meter.register_wh, meter.power_w, meter.register_in(3_600_000)) == (0, 0, 0)


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=HALVED_ABOVE), st.integers(1, 3_600_000))
def test_estimate_stays_in_the_small_integers(samples: list[tuple[int, int]], duration_ms: int):
    for nominal_mv in (100_000, 260_000):
        meter = Meter("m", 0, 97_656, 1, SmallInt(nominal_mv))
        taken = window_of_counts([i for i, _ in samples], [v for _, v in samples], duration_ms)
        for field in ("n", "duration_ms", "sum_i", "sum_ii", "sum_v", "sum_vv", "sum_vi"):
            setattr(taken, field, SmallInt(getattr(taken, field)))
        assert meter.take(taken)
        assert 0 <= meter.power_w <= 100_000


def told_of(bench: Bench, kind: str) -> list[bool]:
    return [bool(each.get("estimated")) for each in bench.bridge.of(kind)]


def test_all_that_a_charge_tells_says_that_it_is_estimated(bench_of: Callable[..., Bench]):
    bench = bench_of(nominal_voltage_v=230)
    bench.charge("s1")
    bench.run(130_000)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    assert bench.completion()["estimated"] is True
    assert told_of(bench, "charge_started") == [True]
    checkpoints = told_of(bench, "meter_checkpoint")
    assert checkpoints
    assert all(checkpoints)


def test_board_says_that_it_lacks_the_voltage(bench_of: Callable[..., Bench]):
    for nominal, lacks in ((230, True), (None, False)):
        bench = bench_of(nominal_voltage_v=nominal)
        bench.until(lambda bench=bench: "lacks" in bench.engine.get_current_status())
        told: Any = bench.engine.get_current_status()["lacks"]
        assert ("voltage" in told) is lacks


def test_measured_charge_says_nothing_of_it(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    assert "estimated" not in bench.completion()


def test_power_loss_does_not_forget_it(bench_of: Callable[..., Bench]):
    bench = bench_of(nominal_voltage_v=230)
    bench.charge("s1")
    bench.run(30_000)
    bench.power_off("both")
    bench.configure(nominal_voltage_v=None)
    bench.power_on("both")
    bench.until(lambda: bench.bridge.of("charge_completion"))
    (completion,) = bench.bridge.of("charge_completion")
    assert (completion["reason"], completion["estimated"]) == ("power_loss", True)
