"""Reads what a car draws from a file, or from a short text. The first line tells the format.

- `t_s,power_w` or `t_s,current_a`: from each row's time on; the last row only ends the profile
- a power logger's minutes (`Date Time`, averages of voltage, current and real power, as EV-CPW publishes them)
- an oscilloscope's samples (`Trigger_Date`, then `Microseconds_Per_Sample`, then time, voltage, current)
- `constant:7400`: that many watts without an end
- the name of a profile that comes with the plant (`portable`, `commuter`)
"""

import csv
import gzip
import math
from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import resources
from pathlib import Path

from plant.load import Load, Profile, Recording, Step, step_of_power
from plant.mains import Mains

DEFAULT_PROFILE = "portable"  # within the 16 A that a board is rated for by default
_MAX_POWER_W = 100_000
_MAX_CURRENT_A = 500
_MIN_VOLTAGE_V = 50.0  # below it the mains were off and only the logger ran, so the row is skipped
_ROW_S = 60.0  # a power logger's row is the average of a minute
_LOGGED = ("Voltage RMS Avg (V)", "Current RMS Avg (A)", "Real Power Avg (kW)")
_MICROSECONDS = 1e6


class ProfileError(ValueError):
    """A profile that cannot be read; the text names it, the line, and what would be right."""


def load_of(spec: str, mains: Mains) -> Load:
    """Raises ProfileError."""
    kind, colon, value = spec.partition(":")
    if kind == "constant" and colon:
        power_w = _number(value, spec, "constant", _MAX_POWER_W)
        return Profile([step_of_power(0.0, power_w, mains.voltage_v)], math.inf, mains.frequency_hz)
    lines = _lines(spec)
    for start, read in _FORMATS.items():
        if lines and lines[0].startswith(start):
            return read(spec, lines, mains)
    known = ", ".join(repr(start) for start in _FORMATS)
    raise ProfileError(f"{spec}: the first line must start with one of {known}")


def _lines(spec: str) -> list[str]:
    own = resources.files("plant") / "profiles" / f"{spec}.csv"
    try:
        if "/" not in spec and own.is_file():
            return own.read_text("utf-8").splitlines()
        content = Path(spec).read_bytes()
        return (gzip.decompress(content) if spec.endswith(".gz") else content).decode("utf-8-sig").splitlines()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ProfileError(
            f"{spec}: not readable ({error}); expected a CSV file, constant:WATTS, portable or commuter"
        ) from None


def _number(text: str | None, spec: str, where: str, high: float) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = math.nan
    if not 0 <= number <= high:
        raise ProfileError(f"{spec}: {where}: expected a number from 0 to {high:g}, not {text!r}")
    return number


def _own(spec: str, lines: list[str], mains: Mains) -> Load:
    rows = csv.DictReader(lines)
    unit = "current_a" if "current_a" in (rows.fieldnames or ()) else "power_w"
    high, watts = (_MAX_CURRENT_A, mains.voltage_v) if unit == "current_a" else (_MAX_POWER_W, 1.0)
    steps: list[Step] = []
    for number, row in enumerate(rows, 2):
        at_s = _number(row.get("t_s"), spec, f"line {number}, t_s", math.inf)
        power_w = _number(row.get(unit), spec, f"line {number}, {unit}", high) * watts
        steps.append(step_of_power(at_s, power_w, mains.voltage_v))
    if len(steps) < 2:
        raise ProfileError(f"{spec}: expected at least two rows, the last of which ends the profile")
    return _profile(spec, steps[:-1], steps[-1].at_s, mains)


def _profile(spec: str, steps: list[Step], end_s: float, mains: Mains) -> Load:
    try:
        return Profile(steps, end_s, mains.frequency_hz)
    except ValueError as error:
        raise ProfileError(f"{spec}: {error}") from None


def _logger(spec: str, lines: list[str], mains: Mains) -> Load:
    steps: list[Step] = []
    first: datetime | None = None
    at_s = 0.0
    for number, row in enumerate(csv.DictReader(lines), 2):
        try:
            moment = datetime.strptime(row["Date Time"], "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007  # only differences count
        except ValueError:
            raise ProfileError(f"{spec}: line {number}: expected a time such as 2023/06/22 11:04:00") from None
        first = first or moment
        at_s = (moment - first).total_seconds()
        steps.append(_logged_step(at_s, [_or_nan(row.get(name)) for name in _LOGGED], mains))
    return _profile(spec, _without_gaps(steps), at_s + _ROW_S, mains)


def _or_nan(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def _logged_step(at_s: float, averages: list[float], mains: Mains) -> Step:
    voltage_v, current_a, power_kw = averages
    if not all(math.isfinite(value) for value in averages) or voltage_v < _MIN_VOLTAGE_V:
        return Step(at_s, mains.voltage_v, 0.0, 0.0)
    # In a minute in which power changed, the averages may give a power factor above 1, which cannot be.
    power_w = max(0.0, power_kw * 1000)
    return Step(at_s, voltage_v, max(current_a, power_w / voltage_v), power_w)


def _without_gaps(steps: Iterable[Step]) -> list[Step]:
    """Minutes that the logger missed count as no power."""
    whole: list[Step] = []
    for step in steps:
        if whole and step.at_s - whole[-1].at_s > _ROW_S:
            whole.append(Step(whole[-1].at_s + _ROW_S, whole[-1].voltage_v, 0.0, 0.0))
        whole.append(step)
    return whole


def _oscilloscope(spec: str, lines: list[str], mains: Mains) -> Load:
    del mains  # the recording has its own voltage and frequency
    header = dict(line.split(",")[:2] for line in lines[:4] if "," in line)
    step_us = _number(header.get("Microseconds_Per_Sample"), spec, "Microseconds_Per_Sample", 1e4)
    samples: list[tuple[float, float]] = []
    for row in csv.reader(lines[5:]):
        volts, amps = (_or_nan(text) for text in row[1:3]) if len(row) >= 3 else (math.nan, math.nan)
        samples.append((volts, amps))
    if not samples or not all(math.isfinite(v) and math.isfinite(i) for v, i in samples) or not step_us:
        raise ProfileError(f"{spec}: expected rows of time, voltage and current after the fifth line")
    return Recording([v for v, _ in samples], [i for _, i in samples], step_us / _MICROSECONDS)


_FORMATS: dict[str, Callable[[str, list[str], Mains], Load]] = {
    "t_s,": _own,
    "Date Time,": _logger,
    "Trigger_Date,": _oscilloscope,
}
