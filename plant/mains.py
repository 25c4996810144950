"""The supply a charge point hangs on."""

from typing import NamedTuple


class Mains(NamedTuple):
    """Voltage (RMS) and frequency where the car's load does not bring its own."""

    voltage_v: float = 230.0
    frequency_hz: float = 50.0
