"""How far off the meter is on each recorded car, and how far it may be."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from plant.load import Profile, Sine, Step, Wave
from tools.accuracy.chain import Chain
from tools.accuracy.recordings import RecordedCar, Waveform

SECONDS = 3  # of each waveform; a second's mean is what is judged
WINDOWS_A_SECOND = 20
WINDOWS_A_STEP = 8  # of a profile, whose steps are minutes
MAINS_HZ = 60  # of the recordings; calibrated there
_LIVE_V = 50.0

CURRENT_ABOVE_A = 6.0
CURRENT_PER_CENT = 1.5  # above it; below it, what 4 counts of noise read where nothing flows:
CURRENT_A = 0.12
VOLTAGE_PER_CENT = 0.5
POWER_FACTOR_ABOVE = 0.9
POWER_PER_CENT = 1.5  # above it; below it:
POWER_W = 10.0
ENERGY_PER_CENT = 1.0


@dataclass
class Worst:
    """The largest errors, by what they are held against; None where nothing of that sort was played."""

    current_per_cent: float | None = None
    current_a: float | None = None
    voltage_per_cent: float | None = None
    power_per_cent: float | None = None
    power_w: float | None = None

    def note(self, what: str, error: float) -> None:
        setattr(self, what, max(abs(error), getattr(self, what) or 0.0))

    def within(self) -> bool:
        limits = (
            (self.current_per_cent, CURRENT_PER_CENT), (self.current_a, CURRENT_A),
            (self.voltage_per_cent, VOLTAGE_PER_CENT), (self.power_per_cent, POWER_PER_CENT), (self.power_w, POWER_W),
        )
        return all(error is None or error <= limit for error, limit in limits)


@dataclass(frozen=True)
class Charge:
    """A whole profile: its energy, and what the register made of it."""

    true_wh: float
    metered_wh: int

    @property
    def per_cent(self) -> float:
        return 100 * (self.metered_wh / self.true_wh - 1)

    def within(self) -> bool:
        return abs(self.per_cent) <= ENERGY_PER_CENT


@dataclass(frozen=True)
class Verdict:
    car: str
    waveforms: int
    worst: Worst
    charge: Charge | None

    def within(self) -> bool:
        return self.worst.within() and (self.charge is None or self.charge.within())


def judge(car: RecordedCar) -> Verdict:
    """Its waveforms one by one, then its whole charge, on a chain that was calibrated with a sine."""
    worst = Worst()
    for waveform in car.waveforms:
        note_errors(worst, waveform, new_chain())
    charge = None if car.profile is None else charge_of(car.profile, car.waveforms, new_chain())
    return Verdict(car.name, len(car.waveforms), worst, charge)


def new_chain() -> Chain:
    chain = Chain()
    chain.calibrate(MAINS_HZ)
    return chain


def note_errors(worst: Worst, waveform: Waveform, chain: Chain) -> None:
    for _ in range(SECONDS):
        read = list(chain.play(waveform.wave, WINDOWS_A_SECOND))
        current_a = sum(ma for ma, _, _ in read) / len(read) / 1000
        error_a = current_a - waveform.current_a
        if waveform.current_a > CURRENT_ABOVE_A:
            worst.note("current_per_cent", 100 * error_a / waveform.current_a)
        else:
            worst.note("current_a", error_a)
        if waveform.voltage_v > _LIVE_V:
            voltage_v = sum(mv for _, mv, _ in read) / len(read) / 1000
            worst.note("voltage_per_cent", 100 * (voltage_v / waveform.voltage_v - 1))
        error_w = sum(mw for _, _, mw in read) / len(read) / 1000 - waveform.power_w
        if waveform.power_factor > POWER_FACTOR_ABOVE and waveform.voltage_v > _LIVE_V:
            worst.note("power_per_cent", 100 * error_w / waveform.power_w)
        else:
            worst.note("power_w", error_w)


def charge_of(profile: Profile, waveforms: tuple[Waveform, ...], chain: Chain) -> Charge:
    """Each step's voltage and power in the shape of the car's own waveform that is nearest in current."""
    for step, duration_s in _lasting(profile):
        wave = _shape(step, waveforms)
        for _ in chain.play(wave, WINDOWS_A_STEP, round(1000 * duration_s / WINDOWS_A_STEP)):
            pass
    return Charge(profile.energy_j(0, profile.end_s) / 3600, chain.meter.register_wh)


def _lasting(profile: Profile) -> Iterator[tuple[Step, float]]:
    ends_s = [*(step.at_s for step in profile.steps), profile.end_s]
    for step, (from_s, to_s) in zip(profile.steps, pairwise(ends_s), strict=True):
        yield step, to_s - from_s


def _shape(step: Step, waveforms: tuple[Waveform, ...]) -> Wave:
    """A sine, with the lag that the step's averages give, where no recording is like it."""
    factor = step.power_w / (step.voltage_v * step.current_a) if step.current_a else 0.0
    like = [each for each in waveforms if each.voltage_v > _LIVE_V and abs(each.power_factor - factor) < 0.05]
    if not like or factor < POWER_FACTOR_ABOVE:
        return Sine(step.voltage_v, step.current_a, step.power_w, MAINS_HZ)
    nearest = min(like, key=lambda each: abs(math.log(each.current_a / step.current_a)))
    volts = step.voltage_v / nearest.voltage_v
    return Scaled(nearest.wave, volts, step.power_w / (nearest.power_w * volts))


@dataclass(frozen=True)
class Scaled:
    """A waveform at another voltage and current."""

    wave: Wave
    volts: float
    amps: float

    @property
    def rms_a(self) -> float:
        return self.wave.rms_a * self.amps

    def sample(self, wave_s: float) -> tuple[float, float]:
        volts, amps = self.wave.sample(wave_s)
        return volts * self.volts, amps * self.amps
