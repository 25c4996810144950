"""What a meter shows of one load, the reference's and the board's. No I/O."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from board_cli.failures import Failure
from board_cli.talk.service import Message

SPREAD_MOST = 0.03  # of the mean: windows of 50 ms beat against mains that are 1 % off, by 0.6 %
NOISE_A = 0.5


class Reading(NamedTuple):
    """RMS current and voltage, and real power; None: not known."""

    current_a: float | None = None
    voltage_v: float | None = None
    power_w: float | None = None

    @property
    def power_factor(self) -> float | None:
        if not self.current_a or not self.voltage_v or self.power_w is None:
            return None
        return self.power_w / (self.current_a * self.voltage_v)


def read_of(told: Sequence[Message]) -> Reading:
    """The mean of what a board answered. Raises Failure where its load was not the same throughout."""
    currents_a = [each["current_ma"] / 1000 for each in told]
    mean_a = _mean(currents_a)
    spread = math.sqrt(_mean([(each - mean_a) ** 2 for each in currents_a]))
    if spread > max(SPREAD_MOST * mean_a, NOISE_A):
        raise Failure(
            f"the load is not steady: {min(currents_a):.2f} to {max(currents_a):.2f} A in {len(told)} readings; "
            "calibrate with a heater, not with a car"
        )
    voltages_v, powers_w = [each["voltage_mv"] / 1000 for each in told], [each["power_w"] for each in told]
    return Reading(mean_a, _mean(voltages_v), _mean(powers_w))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
