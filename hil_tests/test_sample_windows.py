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


def recorded(blocks: int, amps: float, factor: float, hertz: float, off: int = 0) -> list[int]:
    """So many windows' samples in turn, and one pair more; each voltage half a turn after its current."""
    lag, dice = math.acos(factor), random.Random(1)
    samples: list[int] = []
    for k in range(blocks * PAIRS + 1):
        for half in (0, 1):
            angle = 2 * math.pi * hertz * (k + half / 2) * PAIR_US / 1e6
            value = 230 / V_PER_COUNT * math.sin(angle) if half else amps / A_PER_COUNT * math.sin(angle - lag)
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


@given(st.lists(raw, min_size=2, max_size=2 * PAIRS), st.integers(1, 3))
def test_no_intermediate_of_a_window_leaves_the_small_integers(pattern: list[int], turns: int):
    size = 3 * BLOCK
    ring = [SmallInt(pattern[k % len(pattern)]) for k in range(size)]
    windows, window, meter = Windows(ring, 2, PAIR_US), SampleWindow(), Meter("m", 0)
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
