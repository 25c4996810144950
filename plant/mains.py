"""The supply of a charge point."""

from typing import NamedTuple


class Mains(NamedTuple):
    """Voltage (RMS) and frequency where the car's load has none of its own."""

    voltage_v: float = 230.0
    frequency_hz: float = 50.0
