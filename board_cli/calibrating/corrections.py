"""From what a board shows and what is true to its settings. No I/O.

A gain is old × true / shown. The phase comes out of a load that lags: at power factor 1, all that a transformer shifts
(3°) takes 0.14 % of power, less than gains are known to. See "Calibrating" in docs/hardware.md.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from board_cli.calibrating.reading import Reading
from board_cli.failures import Failure
from board_cli.provisioning.given import BY_NAME, Config, right

LEAST_A = 6.0
BEST_FROM_A = 20.0
GAIN_MOST = 0.2  # more is no calibration: another transformer, another burden, a wire that goes through three times
LAGS = (0.3, 0.95)  # power factors that tell a phase
CURRENT, VOLTAGE, PHASE = "i_ua_per_count", "v_uv_per_count", "phase_us"
OFFSETS = ("i_offset_counts", "v_offset_counts")  # in the order of the converter's channels
MID_RAIL = 2048


class Change(NamedTuple):
    """Of one setting; `before`: with its default where config.json has none."""

    name: str
    before: int
    after: int

    def told(self) -> str:
        by = f"{(self.after / self.before - 1) * 100:+.2f} %" if "per_count" in self.name else self.after - self.before
        return f"{self.name} {self.before} -> {self.after} ({by if isinstance(by, str) else f'{by:+d}'})"


def judge_reference(true: Reading) -> None:
    """Raises Failure."""
    if true == Reading():
        raise Failure("nothing to compare with: expected --current-a, --voltage-v or --power-w of a reference meter")
    if true.current_a is not None and true.current_a < LEAST_A:
        raise Failure(
            f"current_a: {true.current_a:g} A is too little to calibrate by: expected at least {LEAST_A:g} A, "
            f"best {BEST_FROM_A:g} to 30 A"
        )
    if true.power_w is not None and true.current_a is None and true.voltage_v is None:
        raise Failure("power_w: needs --voltage-v or --current-a beside it, or nobody knows which of the two is wrong")
    if (true.power_factor or 0) > 1.005:
        raise Failure(
            f"power_w: {true.power_w:g} W is more than {true.voltage_v:g} V times {true.current_a:g} A; "
            "expected what one meter shows at one time"
        )


def judge_shown(true: Reading, shown: Reading) -> None:
    """Raises Failure."""
    needs_load = true.current_a is not None or true.power_w is not None
    if needs_load and (shown.current_a or 0) < LEAST_A * (1 - GAIN_MOST):
        raise Failure(
            f"the board measures {shown.current_a or 0:.2f} A, too little to calibrate by: expected at least "
            f"{LEAST_A:g} A, best {BEST_FROM_A:g} to 30 A; start a charge with a heater as its load, and run this again"
        )


def gains(true: Reading, shown: Reading, config: Mapping[str, object]) -> list[Change]:
    """What is to change, in the order of docs. Raises Failure for what no calibration mends."""
    current, voltage = _factors(true, shown)
    found = [_scaled(name, factor, config) for name, factor in ((CURRENT, current), (VOLTAGE, voltage)) if factor]
    return [each for each in found if each.before != each.after]


def phase(true: Reading, shown: Reading, frequency_hz: float, config: Mapping[str, object]) -> list[Change]:
    """Nothing where the load does not lag enough to tell. Raises Failure."""
    lag, shown_lag = true.power_factor, shown.power_factor
    if lag is None or shown_lag is None or not LAGS[0] <= lag <= LAGS[1]:
        return []
    angle = math.acos(min(1.0, shown_lag)) - math.acos(lag)
    before = _now(PHASE, config)
    after = before + round(angle / (2 * math.pi * frequency_hz) * 1_000_000)
    right(BY_NAME[PHASE], after)
    return [Change(PHASE, before, after)] if after != before else []


def offsets(rest_counts: tuple[float, ...], config: Mapping[str, object]) -> list[Change]:
    """`rest_counts`: what the channels read with the relay open. Raises Failure."""
    found: list[Change] = []
    for name, rest in zip(OFFSETS, rest_counts, strict=True):
        before, after = _now(name, config), round(rest - MID_RAIL)
        right(BY_NAME[name], after)
        if before != after:
            found.append(Change(name, before, after))
    return found


def applied(config: Config, changes: list[Change]) -> Config:
    return {**config, **{each.name: each.after for each in changes}}


def _factors(true: Reading, shown: Reading) -> tuple[float | None, float | None]:
    """Of current and voltage; None: left as it is. Power stands in for the one that is not given."""
    current = _ratio(true.current_a, shown.current_a)
    voltage = _ratio(true.voltage_v, shown.voltage_v)
    power = _ratio(true.power_w, shown.power_w)
    if power and current and not voltage:
        voltage = power / current
    elif power and voltage and not current:
        current = power / voltage
    return current, voltage


def _ratio(true: float | None, shown: float | None) -> float | None:
    return true / shown if true is not None and shown else None


def _scaled(name: str, factor: float, config: Mapping[str, object]) -> Change:
    if abs(factor - 1) > GAIN_MOST:
        raise Failure(
            f"{name}: it would change by {(factor - 1) * 100:+.1f} %, and more than ±{GAIN_MOST * 100:.0f} % is no "
            "calibration: look at the wiring and at the reference; another transformer or burden is told by "
            f"`wattline-board provision --set {name}=N`"
        )
    before = _now(name, config)
    after = round(before * factor)
    right(BY_NAME[name], after)
    return Change(name, before, after)


def _now(name: str, config: Mapping[str, object]) -> int:
    value = config.get(name, BY_NAME[name].default)
    assert isinstance(value, int), name
    return value
