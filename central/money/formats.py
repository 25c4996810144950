"""The classic decimals of the exact integers, and integers of the decimals people and boards write."""

import re
from decimal import ROUND_HALF_UP, Decimal

from wire.kinds.fields import PRICE_MAX

_CENT = Decimal("0.01")
_PRICE_STEP = Decimal("0.0001")
_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")  # Decimal itself takes digits of every script, and exponents
_SHOWN_CHARACTERS = 40


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
    """Units per kWh as ten-thousandths, exactly. A float counts as the shortest decimal that reads back as it.

    Raises ValueError for what is no price: beyond PRICE_MAX, below 0, finer than four decimals, or written otherwise
    than with plain digits and a point.
    """
    text = per_kwh if isinstance(per_kwh, str) else repr(per_kwh)
    exact = Decimal(text) * 10_000 if _PRICE.fullmatch(text) else None
    if exact is None or exact != int(exact) or exact > PRICE_MAX * 10_000:
        shown = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."
        raise ValueError(f"a price of {shown!r}; expected 0 to {PRICE_MAX} with at most four decimals, such as 0.20")
    return int(exact)
