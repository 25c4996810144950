"""What was measured, and what it is held against."""

from collections.abc import Iterable
from dataclasses import dataclass

from tools.bench.percentiles import percentile

PERCENTS = (50, 99)


@dataclass(frozen=True)
class Yardstick:
    """Something a figure is held against, in the figure's unit: measured in the same run unless its name says other."""

    name: str
    value: float


@dataclass(frozen=True)
class Figure:
    """`unit`: ms, MB, or a rate such as records/s, which has at least one yardstick."""

    what: str
    log: str
    value: float
    unit: str
    yardsticks: tuple[Yardstick, ...] = ()

    def ratio_to(self, yardstick: Yardstick) -> float:
        return self.value / yardstick.value


def percentiles_of(
    what: str, log: str, values_ms: Iterable[float], references_ms: tuple[float, ...] = ()
) -> list[Figure]:
    """A figure for each of PERCENTS. `references_ms`: what another system of this design needs, in their order."""
    values = list(values_ms)
    figures: list[Figure] = []
    for index, percent in enumerate(PERCENTS):
        beside = (Yardstick("reference: a student system", references_ms[index]),) if references_ms else ()
        figures.append(Figure(f"{what}, p{percent}", log, percentile(values, percent), "ms", beside))
    return figures
