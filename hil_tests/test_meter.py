"""The meter against floating-point mathematics, within the accuracy its sensors allow."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from chargepoint.engine.meter import MAX_WINDOW_MS, STARTING_MW, Meter, isqrt
from chargepoint.sample_window import HALVED_ABOVE, MAX_SAMPLES, SampleWindow
from hal.contract import COUNT_MAX, COUNT_MIN
from hypothesis import given, settings
from hypothesis import strategies as st

from hil_tests.meter_windows import window_of, window_of_counts, window_of_plant
from hil_tests.small_int import SmallInt
from plant.mains import Mains
from plant.profile_files import load_of
from plant.world import World
from tools.testing.deadlines import DEADLINE_S

FIRMWARE = Path(__file__).parents[1] / "firmware"
VECTORS = Path(__file__).parent / "vectors" / "meter.py"


def sine(current_a: float, voltage_v: float, power_factor: float, **more: float) -> SampleWindow:
    """One window of 50 Hz; `offset_a` on the current sensor, `third` harmonic of the current relative to it."""
    lag, third, offset_a = math.acos(power_factor), more.get("third", 0.0), more.get("offset_a", 0.0)
    samples = int(more.get("samples", MAX_SAMPLES))
    angles = [2 * math.pi * 50 * 0.2 / samples * k for k in range(samples)]
    amps = [
        offset_a + current_a * math.sqrt(2) * (math.sin(a - lag) + third * math.sin(3 * a)) for a in angles
    ]
    volts = [voltage_v * math.sqrt(2) * math.sin(a) for a in angles]
    return window_of(amps, volts, int(more.get("duration_ms", 200)))


@given(st.integers(0, (1 << 30) - 1))
def test_isqrt_is_the_whole_root(n: int):
    assert isqrt(n) == math.isqrt(n)


@given(st.floats(6, 40), st.floats(180, 260), st.floats(0.9, 1.0), st.floats(0, 0.15), st.floats(-1.5, 1.5))
def test_above_6_a_within_one_and_a_half_per_cent(
    current_a: float, voltage_v: float, power_factor: float, third: float, offset_a: float
):
    meter = Meter("m", 0)
    current_a /= 1 + third  # keeps peaks within the sensor's range
    assert meter.take(sine(current_a, voltage_v, power_factor, third=third, offset_a=offset_a))
    assert meter.current_ma == pytest.approx(current_a * math.hypot(1, third) * 1000, rel=0.015)
    assert meter.voltage_mv == pytest.approx(voltage_v * 1000, rel=0.005)
    assert meter.power_mw == pytest.approx(current_a * voltage_v * power_factor * 1000, rel=0.015)


@given(st.floats(0, 6), st.floats(180, 260), st.floats(0.0, 1.0))
def test_below_6_a_within_a_tenth_of_an_ampere(current_a: float, voltage_v: float, power_factor: float):
    meter = Meter("m", 0)
    assert meter.take(sine(current_a, voltage_v, power_factor))
    assert meter.current_ma == pytest.approx(current_a * 1000, abs=100)
    assert meter.power_mw == pytest.approx(current_a * voltage_v * power_factor * 1000, abs=10_000)


COUNTS = st.integers(COUNT_MIN, COUNT_MAX)


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=MAX_SAMPLES // 2, max_size=MAX_SAMPLES // 2))
def test_window_of_400_pairs_reads_as_one_of_200(pairs: list[tuple[int, int]]):
    """Each pair twice: what a large window sums up in halves is what the small one sums up whole."""
    one, other = Meter("m", 0), Meter("m", 0)
    twice = [pair for pair in pairs for _ in range(2)]
    assert one.take(window_of_counts([i for i, _ in pairs], [v for _, v in pairs]))
    assert other.take(window_of_counts([i for i, _ in twice], [v for _, v in twice]))
    assert (other.current_ma, other.voltage_mv, other.power_mw) == (one.current_ma, one.voltage_mv, one.power_mw)


@given(st.floats(0, 1), st.floats(0.2, 1.0))
def test_four_centred_windows_of_50_ms_hold_what_one_of_200_ms_holds(phase: float, power_factor: float):
    """Two and a half cycles: what a window's own mean would take away is no offset, but a part of the sine."""
    amps = [20 * math.sin(2 * math.pi * (k / 40 + phase) - math.acos(power_factor)) for k in range(400)]
    volts = [325 * math.sin(2 * math.pi * (k / 40 + phase)) for k in range(400)]
    whole, parts = Meter("m", 0), Meter("m", 0)
    whole.take(window_of(amps, volts, 200))
    mean_mw = 0.0
    for at in range(0, 400, 100):
        window = window_of(amps[at : at + 100], volts[at : at + 100], 50)
        window.centred = True
        assert parts.take(window)
        assert parts.current_ma == pytest.approx(whole.current_ma, abs=20)
        mean_mw += parts.power_mw / 4
    assert mean_mw == pytest.approx(whole.power_mw, abs=2000)


def test_a_current_that_does_no_work_is_not_billed():
    """A car draws 1.4 A RMS at about 1 W before it charges."""
    meter = Meter("m", 0)
    for _ in range(5 * 3600):
        meter.take(sine(1.4, 230, 0.003))
    assert meter.current_ma == pytest.approx(1400, abs=20)
    assert meter.register_wh <= 1


def test_noise_without_a_load_is_never_billed():
    """Windows of a quarter of an hour, as a fast plant sends them, in which noise counts for more energy."""
    world = World(load_of("constant:3000", Mains()), window_ms=1_000_000)
    meter = Meter("m", 0)
    for window in world.advance(500 * 1_000_000):
        assert meter.take(window_of_plant(window))
    assert (meter.register_wh, meter.bad_windows) == (0, 0)


@given(st.lists(st.tuples(st.floats(0, 0.1) | st.floats(0, 40), st.integers(1, MAX_WINDOW_MS)), max_size=30))
def test_register_is_the_integral_of_power_over_window_time(steps: list[tuple[float, int]]):
    meter = Meter("m", 5)
    energy_wh, total_ms = 0.0, 0
    for current_a, duration_ms in steps:
        assert meter.take(sine(current_a, 230, 1.0, duration_ms=duration_ms))
        energy_wh += meter.power_mw * duration_ms / 3_600_000_000 if meter.power_mw >= STARTING_MW else 0
        total_ms += duration_ms
    assert abs(meter.register_wh - 5 - energy_wh) < 1.001
    assert meter.window_ms == total_ms % (1 << 30)


@given(st.lists(st.tuples(st.sampled_from([1, -1]), st.floats(0, 40), st.integers(1, 60_000)), max_size=40))
def test_register_never_falls(steps: list[tuple[int, float, int]]):
    meter = Meter("m", 0)
    for sign, current_a, duration_ms in steps:
        before = meter.register_wh
        window = sine(current_a, 230, 1.0, duration_ms=duration_ms)
        window.sum_vi *= sign
        window.sum_v *= sign
        meter.take(window)
        assert meter.register_wh >= before


def test_energy_that_flows_back_pays_off_the_fraction_only():
    meter = Meter("m", 7)
    meter.take(sine(16, 225, 1.0, duration_ms=900))  # 0.9 Wh
    back = sine(16, 225, 1.0, duration_ms=3000)
    back.sum_vi, back.sum_v = -back.sum_vi, -back.sum_v
    meter.take(back)
    assert meter.power_w == pytest.approx(-3600, rel=0.01)
    meter.take(sine(16, 225, 1.0, duration_ms=900))
    assert meter.register_wh == 7
    meter.take(sine(16, 225, 1.0, duration_ms=900))
    assert meter.register_wh == 8


def test_raise_to_takes_only_what_is_more():
    meter = Meter("m", 100)
    assert meter.raise_to(90) == 0
    assert meter.register_wh == 100
    assert meter.raise_to(250) == 150
    assert meter.register_wh == 250


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 0), ("n", MAX_SAMPLES + 2), ("n", HALVED_ABOVE + 1),
        ("duration_ms", 0), ("duration_ms", MAX_WINDOW_MS + 1),
        ("sum_i", 513_000), ("sum_v", -513_000), ("sum_ii", -1), ("sum_ii", 1 << 30), ("sum_vv", 0),
        ("sum_vi", (1 << 30) - 1), ("sum_vi", -(1 << 30)),
    ],
)  # fmt: skip
def test_a_window_no_samples_can_have_made_changes_nothing(field: str, value: int):
    meter = Meter("m", 3)
    meter.take(sine(10, 230, 1.0))
    read = (meter.current_ma, meter.power_mw, meter.register_wh, meter.window_ms)
    window = window_of_counts([100, 300] * 125, [200, 500] * 125)
    setattr(window, field, value)
    assert not meter.take(window)
    assert meter.bad_windows == 1
    assert (meter.current_ma, meter.power_mw, meter.register_wh, meter.window_ms) == read


@pytest.mark.parametrize(
    ("i_ua", "v_uv", "named"),
    [(0, 1000, "i_ua"), (97_657, 1000, "i_ua"), (1000, 0, "v_uv"), (1000, 488_282, "v_uv"), (97_656, 488_281, "W")],
)
def test_a_calibration_out_of_bounds_is_refused(i_ua: int, v_uv: int, named: str):
    with pytest.raises(ValueError, match=named):
        Meter("m", 0, i_ua, v_uv)


_FIELDS = ("n", "duration_ms", "sum_i", "sum_ii", "sum_v", "sum_vv", "sum_vi")
any_sum = st.integers(-(1 << 30), (1 << 30) - 1)
counts = st.integers(-2048, 2047) | st.sampled_from([-2048, 2047])
calibrations = st.tuples(st.integers(1, 97_656), st.integers(1, 488_281)).filter(lambda c: c[0] * c[1] < 2.38e10)


def _small(window: SampleWindow) -> SampleWindow:
    for field in _FIELDS:
        setattr(window, field, SmallInt(getattr(window, field)))
    return window


@settings(max_examples=300)
@given(
    st.lists(st.tuples(counts, counts), min_size=1, max_size=HALVED_ABOVE), st.sampled_from([1, 2, 4]),
    st.integers(1, MAX_WINDOW_MS), calibrations,
)
def test_no_intermediate_leaves_the_small_integers(
    samples: list[tuple[int, int]], times: int, duration_ms: int, calibration: tuple[int, int]
):
    samples = (samples * times)[: MAX_SAMPLES if len(samples) * times % 2 == 0 else HALVED_ABOVE]
    meter = Meter("m", 0, *calibration)
    window = _small(window_of_counts([i for i, _ in samples], [v for _, v in samples], duration_ms))
    for _ in range(3):
        assert meter.take(window)
        assert -100_000 <= meter.power_w <= 100_000
        assert meter.current_ma <= 200_000
        assert meter.voltage_mv <= 1_000_000
        assert meter.register_in(SmallInt(2 * duration_ms)) >= meter.register_wh


@settings(max_examples=300)
@given(st.tuples(st.integers(-5, 500), any_sum, any_sum, any_sum, any_sum, any_sum, any_sum), calibrations)
def test_made_up_window_stays_in_the_small_integers(values: tuple[int, ...], calibration: tuple[int, int]):
    window = SampleWindow()
    for field, value in zip(_FIELDS, values, strict=True):
        setattr(window, field, value)
    Meter("m", 0, *calibration).take(_small(window))


@pytest.mark.parametrize("n", [1, HALVED_ABOVE, MAX_SAMPLES])
@pytest.mark.parametrize("sign_i", [-1, 1])
@pytest.mark.parametrize("sign_vi", [-1, 1])
def test_extreme_window_stays_in_the_small_integers(n: int, sign_i: int, sign_vi: int):
    window, full = SampleWindow(), (n >> (n > HALVED_ABOVE)) * 2048 * 2048
    window.n, window.duration_ms = n, MAX_WINDOW_MS
    window.sum_ii = window.sum_vv = full
    for sum_i in (0, n * 2048, n * 2047, n - 1, -1):
        window.sum_i, window.sum_v, window.sum_vi = sign_i * sum_i, sum_i, sign_vi * full
        Meter("m", 0, 48_780, 487_000).take(_small(window))


@pytest.mark.parametrize("watts", [0, 3, 100, 3680, 22_000])
@pytest.mark.parametrize("duration_ms", [200, 6000, 30_000, 1_800_000])
def test_register_ahead_is_what_windows_of_the_same_power_make_of_it(watts: int, duration_ms: int):
    meter = Meter("m", 1000)
    meter.take(sine(watts / 230, 230, 1.0, duration_ms=duration_ms))
    for _ in range(20):
        ahead_wh = meter.register_in(duration_ms)
        meter.take(sine(watts / 230, 230, 1.0, duration_ms=duration_ms))
        assert meter.register_wh == ahead_wh


def _run(program: str) -> str:
    paths = {"MICROPYPATH": f"{FIRMWARE}:.frozen", "PYTHONPATH": str(FIRMWARE)}
    ran = subprocess.run(
        [program, str(VECTORS)],
        env=os.environ | paths, capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_micropython_reads_the_same_and_allocates_nothing(micropython: str):
    read = _run(micropython)
    assert read.count("True") > 200
    assert read.count("False") > 3
    assert read == _run(sys.executable)
