"""Percentiles by nearest rank: always a value that was measured, never one between two."""

import math
from collections.abc import Iterable


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that at least `percent` (above 0, at most 100) of all values do not exceed.

    Raises ValueError where there are no values, or for another percent.
    """
    if not 0 < percent <= 100:
        raise ValueError(f"percent must be above 0 and at most 100, not {percent:g}")
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values: there is no percentile of nothing")
    return ordered[math.ceil(percent / 100 * len(ordered)) - 1]
