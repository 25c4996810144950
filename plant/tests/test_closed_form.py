"""What is summed up without samples is what samples sum up to."""

from statistics import mean, stdev

import pytest

from plant.closed_form import ClosedForm
from plant.load import Sine
from plant.mains import Mains
from plant.profile_files import load_of
from plant.sensor import (
    EXACT,
    I_A_PER_COUNT,
    SAMPLES,
    USUAL_CURRENT,
    USUAL_VOLTAGE,
    V_V_PER_COUNT,
    Quality,
    Sensor,
    Sums,
)
from plant.world import WAVE_STEP_S, World

WINDOWS = 200
SINES = {
    "16 A": Sine(230.0, 16.0, 3680.0, 50.0),
    "power factor 0.6": Sine(230.0, 20.0, 2760.0, 50.0),
    "reactive alone": Sine(230.0, 2.0, 5.0, 50.0),
    "60 Hz": Sine(120.0, 30.0, 3600.0, 60.0),
    "idle": Sine(230.0, 0.0, 0.0, 50.0),
}


def sampled(wave: Sine, current: Quality, voltage: Quality) -> list[Sums]:
    sensor = Sensor(current, voltage, 1)
    windows: list[Sums] = []
    for window in range(WINDOWS):
        for sample in range(SAMPLES):
            sensor.sample(*wave.sample((window * SAMPLES + sample) * WAVE_STEP_S))
        windows.append(sensor.finish())
    return windows


def summed_up(wave: Sine, current: Quality, voltage: Quality) -> list[Sums]:
    form = ClosedForm(current, voltage, 1)
    found = [form.sums(wave, 1.0) for _ in range(WINDOWS)]
    return [sums for sums in found if sums is not None]


@pytest.mark.parametrize("name", SINES)
@pytest.mark.parametrize("field", ["sum_i", "sum_ii", "sum_v", "sum_vv", "sum_vi"])
def test_sums_have_the_samples_mean_and_scatter(name: str, field: str):
    wave = SINES[name]
    expected = [getattr(sums, field) for sums in sampled(wave, USUAL_CURRENT, USUAL_VOLTAGE)]
    found = [getattr(sums, field) for sums in summed_up(wave, USUAL_CURRENT, USUAL_VOLTAGE)]
    scatter = stdev(expected)
    # The sampled noise is a table of 1021 draws, again and again: its own mean and spread are a little off.
    assert len(found) == WINDOWS
    assert mean(found) == pytest.approx(mean(expected), abs=scatter, rel=2e-4)
    assert stdev(found) == pytest.approx(scatter, rel=0.5, abs=40)


def test_what_only_samples_tell_is_not_summed_up():
    form = ClosedForm(USUAL_CURRENT, USUAL_VOLTAGE, 1)
    assert form.sums(Sine(230.0, 41.5, 9545.0, 50.0), 1.0) is not None
    assert form.sums(Sine(230.0, 42.5, 9775.0, 50.0), 1.0) is None, "a peak beyond the converter's range"
    assert form.sums(Sine(230.0, 16.0, 3680.0, 50.0), 3.0) is None
    assert form.sums(Sine(230.0, 16.0, 3680.0, 51.0), 1.0) is None, "no whole cycles"
    assert ClosedForm(EXACT, EXACT, 1).sums(SINES["idle"], 1.0) is None, "rounding is no noise where nothing moves"


def test_world_meters_the_same_whether_it_samples_or_not():
    """A fault that changes nothing makes it sample."""
    powers: list[float] = []
    for fault in (False, True):
        world = World(load_of("constant:3680", Mains()), plugged=True)
        world.fault("stuck_open", False)
        world.pin(True)
        world.advance(1000)
        if fault:
            world.fault("weld", True)
        windows = world.advance(20_000)
        powers.append(mean(window.sums.sum_vi for window in windows))
        assert world.record.energy_j == pytest.approx(3680 * 21, rel=0.01)
    assert powers[1] == pytest.approx(powers[0], rel=2e-4)
    assert powers[0] / SAMPLES * I_A_PER_COUNT * V_V_PER_COUNT == pytest.approx(3680, rel=0.005)
