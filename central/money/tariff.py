"""What energy costs. One function prices preview, live figure, bill and verify."""

from dataclasses import dataclass

# Wh x ten-thousandths of the currency per kWh, in hundredths of the currency: 1,000 Wh x 10,000 / 100.
_PER_MINOR = 100_000


@dataclass(frozen=True)
class Tariff:
    """A tariff's terms, one document, copied into each session. Version 1: a price per kWh.

    `price_e4`: ten-thousandths of the currency per kWh. `currency`: ISO code of one with two decimals.
    """

    price_e4: int
    currency: str
    version: int = 1


def cost_minor(tariff: Tariff, energy_wh: int) -> int:
    """The cost in minor units (cents), rounded once, half up. Raises ValueError for energy below 0."""
    if energy_wh < 0:
        raise ValueError(f"energy_wh is {energy_wh}; expected 0 or more")
    return (energy_wh * tariff.price_e4 + _PER_MINOR // 2) // _PER_MINOR


def affordable_wh(tariff: Tariff, money_minor: int) -> int | None:
    """The energy that the money pays to the last Wh, never more; None where energy costs nothing."""
    return money_minor * _PER_MINOR // tariff.price_e4 if tariff.price_e4 else None
