"""The amounts that an operator types."""

import re

from wire.kinds.fields import PRICE_MAX

from central.money.formats import price_e4 as exact

CURRENT_MAX_A = 125
_CURRENT = re.compile(r"[0-9]{1,3}(\.[0-9])?")
_PRICE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")


def current_ma(text: str) -> int:
    """A current in ampere, as milliampere. Raises ValueError."""
    if not _CURRENT.fullmatch(text) or not 1 <= float(text) <= CURRENT_MAX_A:
        raise ValueError(
            f"must be from 1 to {CURRENT_MAX_A} (A) with at most one decimal, not {text[:40]!a}; for example 10"
        )
    return round(float(text) * 1_000)


def price_e4(text: str) -> int:
    """A price per kWh as ten-thousandths, exactly as it was typed. Raises ValueError."""
    if not _PRICE.fullmatch(text) or float(text) > PRICE_MAX:
        raise ValueError(
            f"must be a decimal from 0 to {PRICE_MAX} with at most four decimals, not {text[:40]!a}; for example 0.32"
        )
    return exact(text)
