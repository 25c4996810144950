"""Raw samples to windows (firmware/hal/windows.py), as the RP2040's round robin gives them."""

import math
import random

import pytest
from chargepoint.engine.meter import Meter
from chargepoint.sample_window import SampleWindow
from hal.windows import FULL_SCALE, MEANS, MID_RAIL, PAIRS, Windows
from hypothesis import given
from hypothesis import strategies as st

from hil_tests.small_int import SmallInt

PAIR_US = 500
A_PER_COUNT, V_PER_COUNT = 0.029297, 0.195313
BLOCK = 2 * PAIRS
raw = st.integers(0, FULL_SCALE) | st.sampled_from([0, 1, MID_RAIL, FULL_SCALE])


def recorded(blocks: int, amps: float, factor: float, hertz: float, off: int = 0, late_us: int = 0) -> list[int]:
    """So many windows' samples in turn, and one pair more; each voltage half a turn after its current, whose sensor is
    `late_us` late.
    """
    lag, late, dice = math.acos(factor), 2 * math.pi * hertz * late_us / 1e6, random.Random(1)
    samples: list[int] = []
    for k in range(blocks * PAIRS + 1):
        for half in (0, 1):
            angle = 2 * math.pi * hertz * (k + half / 2) * PAIR_US / 1e6
            value = 230 / V_PER_COUNT * math.sin(angle) if half else amps / A_PER_COUNT * math.sin(angle - lag - late)
            samples.append(MID_RAIL + off + round(value * math.sqrt(2) + dice.gauss(0, 2)))
    return samples


@pytest.mark.parametrize("hertz", [49.8, 50, 50.2, 59.8, 60, 60.2])
@pytest.mark.parametrize(("amps", "factor"), [(16, 1.0), (16, 0.92), (32, 0.99), (16, 0.5), (1.4, 0.003)])
@pytest.mark.parametrize("off", [0, 120])
def test_power_of_a_round_robin_is_right(hertz: float, amps: float, factor: float, off: int):
    blocks = 40
    samples = recorded(blocks, amps, factor, hertz, off)
    windows, window, meter = Windows(samples, 2, PAIR_US), SampleWindow(), Meter("m", 0)
    power_mw: list[int] = []
    for block in range(blocks):
        if windows.fill(window, block * BLOCK):
            assert (window.n, window.duration_ms, window.clipped) == (PAIRS, 50, 0)
            assert meter.take(window)
            power_mw.append(meter.power_mw)
            assert meter.current_ma == pytest.approx(amps * 1000, rel=0.015, abs=100)
    assert len(power_mw) == blocks - MEANS
    expected_mw = 230_000 * amps * factor
    assert sum(power_mw) / len(power_mw) == pytest.approx(expected_mw, rel=0.01 if factor > 0.9 else 0, abs=10_000)


@pytest.mark.parametrize("hertz", [49.5, 50, 60, 60.6])
@pytest.mark.parametrize(("amps", "factor"), [(16, 0.92), (16, 0.5), (1.4, 0.003)])
@pytest.mark.parametrize("late_us", [-200, -60, 60, 200])
def test_phase_of_a_sensor_is_corrected(hertz: float, amps: float, factor: float, late_us: int):
    power_mw, expected_mw = _mean_mw(hertz, amps, factor, late_us, late_us), 230_000 * amps * factor
    assert power_mw == pytest.approx(expected_mw, rel=0.01 if factor > 0.9 else 0, abs=10_000 if factor < 0.9 else 0)


def test_phase_that_is_not_corrected_is_beyond_the_limits():
    assert abs(_mean_mw(50, 16, 0.92, 200, 0) / (230_000 * 16 * 0.92) - 1) > 0.015


def _mean_mw(hertz: float, amps: float, factor: float, late_us: int, phase_us: int) -> float:
    blocks = 24
    samples = recorded(blocks, amps, factor, hertz, late_us=late_us)
    windows, window, meter = Windows(samples, 2, PAIR_US, phase_us), SampleWindow(), Meter("m", 0)
    power_mw: list[int] = []
    for block in range(blocks):
        if windows.fill(window, block * BLOCK):
            assert meter.take(window)
            power_mw.append(meter.power_mw)
    return sum(power_mw) / len(power_mw)


@pytest.mark.parametrize("told", [0, 300])
def test_mid_rail_is_looked_for_around_the_offset_that_was_calibrated(told: int):
    """A sensor whose rest lies 600 counts off: without a calibration it looks like a dead one's."""
    samples = [MID_RAIL + 600, MID_RAIL] * (8 * PAIRS + 1)
    windows, window, meter = Windows(samples, 2, PAIR_US, 0, told), SampleWindow(), Meter("m", 0)
    for block in range(8):
        windows.fill(window, block * BLOCK)
    assert meter.take(window)
    assert (meter.current_ma < 100) is (told == 300)


@pytest.mark.parametrize(("reads_voltage", "clipped"), [(True, PAIRS), (False, 0)])
def test_voltage_pin_that_nobody_reads_clips_nothing(reads_voltage: bool, clipped: int):
    samples = [MID_RAIL, FULL_SCALE] * (6 * PAIRS + 1)
    windows, window = Windows(samples, 2, PAIR_US, reads_voltage=reads_voltage), SampleWindow()
    assert [windows.fill(window, block * BLOCK) for block in range(6)][-1]
    assert window.clipped == clipped


offsets = st.integers(-400, 400)


@given(
    st.lists(raw, min_size=2, max_size=2 * PAIRS), st.integers(1, 3), st.integers(-200, 200), offsets, offsets,
    st.booleans(),
)
def test_no_intermediate_of_a_window_leaves_the_small_integers(
    pattern: list[int], turns: int, phase_us: int, offset_i: int, offset_v: int, reads_voltage: bool
):
    size = 3 * BLOCK
    ring = [SmallInt(pattern[k % len(pattern)]) for k in range(size)]
    windows = Windows(ring, 2, PAIR_US, phase_us, offset_i, offset_v, reads_voltage)
    window, meter = SampleWindow(), Meter("m", 0)
    for turn in range(turns * 3):
        if windows.fill(window, turn % 3 * BLOCK):
            assert meter.take(window), "what a converter can give is a window that the meter takes"


def test_dead_sensor_is_clipped_and_no_new_mid_rail():
    samples = [0, MID_RAIL] * (10 * PAIRS + 1)
    windows, window = Windows(samples, 2, PAIR_US), SampleWindow()
    filled = [windows.fill(window, block * BLOCK) for block in range(10)]
    assert filled == [False] * MEANS + [True] * (10 - MEANS)
    assert window.clipped == PAIRS
    assert window.sum_i < -PAIRS * MID_RAIL // 2


def test_ring_is_read_over_its_end():
    samples = recorded(8, 16, 1.0, 50)[: 8 * BLOCK]  # the next pair of the last block is the first of the ring
    windows, window, meter = Windows(samples, 2, PAIR_US), SampleWindow(), Meter("m", 0)
    for turn in range(32):
        if windows.fill(window, turn % 8 * BLOCK):
            assert meter.take(window)
            assert meter.power_w == pytest.approx(3680, abs=40)
