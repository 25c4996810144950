"""The classic decimals of the exact integers, and integers of the decimals people and boards write."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_CENT = Decimal("0.01")
_PRICE_STEP = Decimal("0.0001")


def energy_kwh(energy_wh: int) -> str:
    """Wh as kWh with two decimals, half up: 1234 -> "1.23"."""
    return str((Decimal(energy_wh) / 1000).quantize(_CENT, ROUND_HALF_UP))


def money(minor: int) -> str:
    """Minor units as units with two decimals: 1234 -> "12.34"."""
    return str((Decimal(minor) / 100).quantize(_CENT))


def price(price_e4: int) -> str:
    """Ten-thousandths as units with four decimals: 2000 -> "0.2000"."""
    return str((Decimal(price_e4) / 10_000).quantize(_PRICE_STEP))


def price_e4(per_kwh: str | float) -> int:
    """Units per kWh as ten-thousandths, half up. A float counts as the shortest decimal that reads back as it.

    Raises ValueError for what is no finite number of 0 or more.
    """
    try:
        exact = Decimal(str(per_kwh))
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite() or exact < 0:
        raise ValueError(f"a price of {per_kwh!r}; expected a number of 0 or more, such as 0.20")
    return int((exact * 10_000).quantize(Decimal(1), ROUND_HALF_UP))
