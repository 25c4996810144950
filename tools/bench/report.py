"""The figures as a table for people and as JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table

from tools.bench.figures import Figure

NOTICE = """\
Figures of one run, on a machine shared with whatever else it does: compare within a run, not between two.
Below a rate stands what its raw parts did in the same run; the ratio is the figure over theirs."""


def table(title: str, figures: Sequence[Figure]) -> Table:
    made = Table("", "log", "value", "unit", "ratio", title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("value", "ratio"):
        next(each for each in made.columns if each.header == column).justify = "right"
    for figure in figures:
        made.add_row(figure.what, figure.log, shown(figure.value), figure.unit, "")
        for yardstick in figure.yardsticks:
            ratio = f"{figure.ratio_to(yardstick):.2f}"
            made.add_row(f"  {yardstick.name}", "", shown(yardstick.value), figure.unit, ratio, style="dim")
    return made


def shown(value: float) -> str:
    """With tenths where they say something."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.1f}"


def as_json(machine: Mapping[str, str], measured: Mapping[str, Sequence[Figure]]) -> str:
    """By measurement: what, log, value, unit, and beside each figure its yardsticks with name, value and ratio."""
    figures = [_row(name, figure) for name, each in measured.items() for figure in each]
    return json.dumps({"machine": dict(machine), "figures": figures}, indent=2) + "\n"


def _row(measurement: str, figure: Figure) -> dict[str, Any]:
    beside = [{"name": each.name, "value": each.value, "ratio": figure.ratio_to(each)} for each in figure.yardsticks]
    return {
        "measurement": measurement, "what": figure.what.strip(), "log": figure.log, "value": figure.value,
        "unit": figure.unit, "beside": beside,
    }  # fmt: skip
