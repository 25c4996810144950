"""What cars draw: integrals against mathematics, and the formats it is read from."""

import gzip
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plant.load import Profile, Recording, Sine, Step, step_of_power
from plant.mains import Mains
from plant.profile_files import ProfileError, load_of

MAINS = Mains()
LOGGER_HEAD = "Date Time,Voltage RMS Avg (V),Current RMS Avg (A),Real Power Avg (kW)\n"


@given(st.lists(st.tuples(st.floats(1, 5000), st.floats(0, 22_000)), min_size=1, max_size=20), st.data())
def test_energy_is_the_integral_of_the_steps(spans: list[tuple[float, float]], data: st.DataObject):
    starts = [sum(duration for duration, _ in spans[:i]) for i in range(len(spans) + 1)]
    steps = [step_of_power(start, power, 230) for start, (_, power) in zip(starts, spans, strict=False)]
    profile = Profile(steps, starts[-1], 50)
    a = data.draw(st.floats(0, starts[-1]))
    b = data.draw(st.floats(a, starts[-1] + 100))
    expected = sum(
        power * max(0.0, min(b, end) - max(a, start))
        for start, end, (_, power) in zip(starts, starts[1:], spans, strict=False)
    )
    assert profile.energy_j(a, b) == pytest.approx(expected, rel=1e-9, abs=1e-3)


@given(st.floats(180, 260), st.floats(0.5, 40), st.floats(0.05, 1.0))
def test_a_sine_has_the_figures_it_was_made_of(voltage_v: float, current_a: float, factor: float):
    wave = Sine(voltage_v, current_a, voltage_v * current_a * factor, 50)
    pairs = [wave.sample(k / 5000) for k in range(1000)]
    assert math.sqrt(sum(v * v for v, _ in pairs) / 1000) == pytest.approx(voltage_v)
    assert math.sqrt(sum(i * i for _, i in pairs) / 1000) == pytest.approx(current_a)
    assert sum(v * i for v, i in pairs) / 1000 == pytest.approx(voltage_v * current_a * factor)


def test_a_recording_repeats_and_its_power_is_its_mean():
    recording = Recording([1.0, 2.0, 3.0], [1.0, 0.0, -1.0], 0.5)
    assert [recording.sample(k / 2) for k in range(4)] == [(1, 1), (2, 0), (3, -1), (1, 1)]
    assert recording.energy_j(0, 6) == pytest.approx((1 - 3) / 3 * 6)


def test_the_profile_that_comes_with_the_plant_tapers_and_ends():
    load = load_of("commuter", MAINS)
    assert load.end_s == 8100
    assert 12_000 < load.energy_j(0, load.end_s) / 3600 < 14_000
    early, late = load.energy_j(900, 1000), load.energy_j(7900, 8000)
    assert early > 5 * late > 0


def test_constant_never_ends():
    load = load_of("constant:7400", MAINS)
    assert load.end_s == math.inf
    assert load.energy_j(0, 7200) == pytest.approx(7400 * 7200)


def test_current_over_time_counts_at_the_mains_voltage(tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_text("t_s,current_a\n0,10\n60,6\n120,0\n")
    assert load_of(str(file), MAINS).energy_j(0, 500) == pytest.approx(230 * (10 + 6) * 60)


def test_a_logger_says_nothing_of_minutes_it_missed_and_of_dead_mains(tmp_path: Path):
    file = tmp_path / "b.csv.gz"
    rows = [
        "2023/06/22 11:04:00,200,20,4.0", "2023/06/22 11:05:00,200,nan,4.0", "2023/06/22 11:06:00,0.1,0.0,0.0",
        "2023/06/22 11:07:00,200,10,2.0", "2023/06/22 11:10:00,200,10,1.0", "2023/06/22 11:11:00,,,",
    ]  # fmt: skip
    file.write_bytes(gzip.compress((LOGGER_HEAD + "\n".join(rows)).encode()))
    load = load_of(str(file), MAINS)
    assert load.end_s == 8 * 60
    assert load.energy_j(0, load.end_s) == pytest.approx((4000 + 2000 + 1000) * 60)
    assert load.energy_j(60, 180) == 0
    assert load.energy_j(240, 360) == 0


def test_an_oscilloscope_recording(tmp_path: Path):
    head = "Trigger_Date,2023/06/22\nTrigger_Time,T 11:04\nSamples_Per_Cycle,4\nMicroseconds_Per_Sample,5000\n"
    file = tmp_path / "w.csv"
    file.write_text(head + "Time (ms),Voltage (V),Current (A)\n0,0,0\n5,325,14\n10,0,0\n15,-325,-14\n")
    load = load_of(str(file), MAINS)
    assert load.energy_j(0, 10) == pytest.approx(325 * 14 / 2 * 10)
    assert load.wave(0).sample(0.005) == (325, 14)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "first line"), ("a,b\n1,2\n", "first line"), ("t_s,power_w\n0,nan\n9,0\n", "line 2, power_w"),
        ("t_s,power_w\n0,-5\n9,0\n", "line 2, power_w"), ("t_s,power_w\n0,1e9\n9,0\n", "line 2, power_w"),
        ("t_s,power_w\n0,5\n9\n", "line 3, power_w"), ("t_s,power_w\n0,5\n", "two rows"),
        ("t_s,power_w\n5,5\n9,0\n", "start at 0"), ("t_s,power_w\n0,5\n9,1\n8,0\n", "rise"),
        (LOGGER_HEAD + "yesterday,1,1,1\n", "line 2"), ("Trigger_Date,x\n", "Microseconds_Per_Sample"),
    ],
)  # fmt: skip
def test_a_bad_profile_is_refused_by_name_and_line(tmp_path: Path, text: str, named: str):
    file = tmp_path / "bad.csv"
    file.write_text(text)
    with pytest.raises(ProfileError, match=named) as refused:
        load_of(str(file), MAINS)
    assert "bad.csv" in str(refused.value)


@pytest.mark.parametrize("spec", ["constant:", "constant:-1", "constant:inf", "nowhere.csv", "../x", "wrong.gz"])
def test_a_bad_spec_is_refused(spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.gz").write_bytes(b"no gzip")
    with pytest.raises(ProfileError, match=spec.split(":", maxsplit=1)[0]):
        load_of(spec, MAINS)


def test_steps_must_rise():
    with pytest.raises(ValueError, match="rise"):
        Profile([Step(0, 230, 1, 230), Step(0, 230, 1, 230)], 10, 50)
