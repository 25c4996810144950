"""Recorded cars, where they are: a folder per car, with waveforms and a whole charge by the minute.

They may not be copied, so that a machine need not have them: WATTLINE_EVDATA names their folder, else it is looked for
beside the project.
"""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from plant.load import Profile, Recording
from plant.mains import Mains
from plant.profile_files import load_of

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "WATTLINE_EVDATA"
FOLDER = Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "evdata") / "cpw"
MISSING = f"no recordings at {FOLDER}; set {VARIABLE}"


@dataclass(frozen=True)
class Waveform:
    """Whole cycles of a car's voltage and current, with what they truly are: RMS, and the mean of their product."""

    name: str
    wave: Recording
    voltage_v: float
    current_a: float
    power_w: float

    @property
    def power_factor(self) -> float:
        apparent_va = self.voltage_v * self.current_a
        return self.power_w / apparent_va if apparent_va else 0.0


@dataclass(frozen=True)
class RecordedCar:
    """`profile` is None where only waveforms were recorded."""

    name: str
    waveforms: tuple[Waveform, ...]
    profile: Profile | None


def folders(of: Path = FOLDER) -> list[Path]:
    """One for each car; none where there is no such folder."""
    return sorted(each for each in of.glob("*") if each.is_dir() and any(each.glob("*.csv*")))


def car_of(folder: Path) -> RecordedCar:
    """Raises ProfileError."""
    profiles = [_load(path) for path in sorted(folder.glob("profile*.csv*"))]
    profile = next((each for each in profiles if isinstance(each, Profile)), None)
    waveforms = [_waveform(path) for path in sorted(folder.glob("waveform*.csv*"))]
    return RecordedCar(folder.name, tuple(waveforms), profile)


def _load(path: Path) -> object:
    return load_of(str(path), Mains())


def _waveform(path: Path) -> Waveform:
    wave = _load(path)
    assert isinstance(wave, Recording), f"{path} holds no waveform"
    return measured(path.name.partition(".")[0], wave)


def measured(name: str, wave: Recording) -> Waveform:
    n = len(wave.pairs)
    voltage_v = math.sqrt(sum(v * v for v, _ in wave.pairs) / n)
    mean_a = sum(i for _, i in wave.pairs) / n
    current_a = math.sqrt(max(0.0, sum(i * i for _, i in wave.pairs) / n - mean_a**2))
    return Waveform(name, wave, voltage_v, current_a, sum(v * i for v, i in wave.pairs) / n)
