"""The amounts that an operator types."""

import re

from wire.kinds.fields import PRICE_MAX

from central.money.formats import price_e4 as exact

_PRICE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")


def price_e4(text: str) -> int:
    """A price per kWh as ten-thousandths, exactly as it was typed. Raises ValueError."""
    if not _PRICE.fullmatch(text) or float(text) > PRICE_MAX:
        raise ValueError(
            f"must be a decimal from 0 to {PRICE_MAX} with at most four decimals, not {text[:40]!a}; for example 0.32"
        )
    return exact(text)
