"""The meter on recorded cars, played through a modelled converter as a Pico samples it. `make accuracy` prints it."""

import math
from pathlib import Path

import pytest
from hal import windows

from plant.load import Profile, Recording, Step
from tools.accuracy import recordings
from tools.accuracy.chain import Chain
from tools.accuracy.judging import WINDOWS_A_SECOND, Worst, charge_of, judge, new_chain, note_errors
from tools.accuracy.recordings import measured

CYCLE = 512  # samples, as the recordings have


def made_up(current_a: float, lag: float = 0.1, hertz: float = 60.0, harmonics: float = 0.03) -> Recording:
    """What an oscilloscope would record of a car whose rectifier draws some third and fifth harmonic."""
    angles = [2 * math.pi * k / CYCLE for k in range(CYCLE)]
    volts = [325 * (math.sin(a) + 0.01 * math.sin(5 * a)) for a in angles]
    peak = current_a * math.sqrt(2)
    amps = [peak * (math.sin(a - lag) + harmonics * (math.sin(3 * a) + math.sin(5 * a))) for a in angles]
    return Recording(volts, amps, 1 / hertz / CYCLE)


@pytest.mark.parametrize("folder", recordings.folders() or [None], ids=lambda folder: folder.name if folder else "none")
def test_recorded_car_is_metered_within_the_limits(folder: Path | None):
    if folder is None:
        # The recordings may not be copied, so that a build server need not have them: skipped even with CI=true.
        pytest.skip(recordings.MISSING)
    verdict = judge(recordings.car_of(folder))
    assert verdict.within(), verdict


@pytest.mark.parametrize("hertz", [49.5, 50.0, 50.5, 59.4, 60.0, 60.6])
@pytest.mark.parametrize(
    ("current_a", "lag"), [(6.5, 0.1), (10, 0.1), (16, 0.4), (32, 0.2), (3, 0.2), (1.4, 1.56), (16, -0.4), (10, 1.2)]
)
def test_made_up_car_is_metered_within_the_limits(hertz: float, current_a: float, lag: float):
    """Also where the mains are 1 % off, so that no window holds whole half cycles."""
    worst = Worst()
    note_errors(worst, measured("made up", made_up(current_a, lag, hertz)), new_chain())
    assert worst.within(), worst


def test_made_up_charge_is_metered_within_the_limits():
    """Full power, a taper, and half an hour at 1.4 A that do no work."""
    steps = [Step(60.0 * k, 231, 30, 6900) for k in range(30)]
    steps += [Step(60.0 * (30 + k), 231, 30 - k, (30 - k) * 229) for k in range(25)]
    steps += [Step(60.0 * (55 + k), 235, 1.4, 1) for k in range(30)]
    waveforms = tuple(measured(str(a), made_up(a)) for a in (30, 12, 5))
    charge = charge_of(Profile(steps, 85 * 60.0, 60), waveforms, new_chain())
    assert charge.within(), charge


@pytest.mark.parametrize("lag", [0.4, -0.4])
def test_skew_that_is_not_corrected_is_beyond_the_limits(monkeypatch: pytest.MonkeyPatch, lag: float):
    """Pairs that lie 250 us apart, summed as if they were read at once. It shows that the tests above are honest."""
    monkeypatch.setattr(windows, "between", lambda sum_vi, sum_next, later, regain: sum_vi)
    worst = Worst()
    note_errors(worst, measured("made up", made_up(16, lag)), new_chain())
    assert not worst.within(), worst


def test_no_recordings_are_no_cars(tmp_path: Path):
    assert recordings.folders(tmp_path / "nowhere") == []


def test_window_of_a_frequency_that_is_off_errs_and_a_second_does_not():
    """What docs/hardware.md says that windows without whole half cycles cost."""
    chain = new_chain()
    true = measured("made up", made_up(16, 0.0, 50.5, 0.0))
    read = list(chain.play(true.wave, 10 * WINDOWS_A_SECOND))
    errors = [mw / 1000 / true.power_w - 1 for _, _, mw in read]
    assert max(map(abs, errors)) < 0.025
    seconds = [errors[k : k + WINDOWS_A_SECOND] for k in range(0, len(errors), WINDOWS_A_SECOND)]
    assert max(abs(sum(each) / len(each)) for each in seconds) < 0.01


@pytest.mark.parametrize("current_a", [50, 100, 400])
def test_current_beyond_the_range_reads_less_and_says_that_it_clips(current_a: float):
    chain = new_chain()
    read = list(chain.play(made_up(current_a, 0.0, 60, 0.0), WINDOWS_A_SECOND))
    assert chain.clipped > 0
    assert chain.meter.bad_windows == 0
    assert all(42_000 < ma < 1000 * current_a and mw < 230_000 * current_a for ma, _, mw in read)


def test_calibration_makes_up_for_the_gains_of_the_sensors():
    chain = Chain()
    chain.calibrate(50)
    read = list(chain.play(made_up(30, 0.0, 50, 0.0), WINDOWS_A_SECOND))
    assert sum(ma for ma, _, _ in read) / len(read) == pytest.approx(30_000, rel=0.002)
