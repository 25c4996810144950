"""The temperature at the relay: its losses rise with the square of the current, and warm it slowly."""

import math

AMBIENT_C = 25.0
RISE_C = 20.0  # after long at FULL_A, as the terminals of a good 32 A socket may
FULL_A = 32.0
TIME_CONSTANT_S = 400.0
HOT_TERMINAL_C = 60.0  # what a loose screw adds


class Thermal:
    def __init__(self) -> None:
        self._rise_c = 0.0
        self.loose_terminal = False

    @property
    def temperature_mc(self) -> int:
        return round((AMBIENT_C + self._rise_c + (HOT_TERMINAL_C if self.loose_terminal else 0.0)) * 1000)

    def run(self, duration_ms: float, current_a: float) -> None:
        """`current_a`: RMS over that time."""
        goal_c = RISE_C * (current_a / FULL_A) ** 2
        self._rise_c += (goal_c - self._rise_c) * -math.expm1(-duration_ms / 1000 / TIME_CONSTANT_S)
