"""What a charge will cost, as far as its price and limits tell before it begins."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from driver_cli.words import figures

USUAL_WH = (10_000, 30_000)  # shown where no limit says how much it will be
_WH_PER_KWH = 1_000
_MINOR = 100
_ONE = Decimal(1)


def estimate(price_per_kwh: Decimal, currency: str, limits: Mapping[str, int]) -> str:
    """One line. `limits`: by the API's names, in its small units; of energy and money the one that is reached first
    counts.
    """
    if price_per_kwh <= 0:
        return "Estimate: free of charge"
    reached = [_affordable_wh(price_per_kwh, limits["max_cost_minor"])] if "max_cost_minor" in limits else []
    reached += [limits["max_energy_wh"]] if "max_energy_wh" in limits else []
    amounts = [min(reached)] if reached else USUAL_WH
    told = [f"{_energy(wh)} for {figures.money(cost_minor(price_per_kwh, wh), currency)}" for wh in amounts]
    return f"Estimate: {', '.join(told)}"


def cost_minor(price_per_kwh: Decimal, energy_wh: int) -> int:
    """Hundredths, rounded half up, as the bill will be."""
    return int((price_per_kwh * _MINOR * energy_wh / _WH_PER_KWH).quantize(_ONE, ROUND_HALF_UP))


def _affordable_wh(price_per_kwh: Decimal, most_minor: int) -> int:
    return int((Decimal(most_minor) * _WH_PER_KWH / (price_per_kwh * _MINOR)).quantize(_ONE, ROUND_DOWN))


def _energy(wh: int) -> str:
    """`10 kWh`: an amount as it would be typed, not as a meter shows it."""
    return f"{(Decimal(wh) / _WH_PER_KWH).normalize():f} kWh"
