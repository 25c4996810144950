"""`make accuracy`: a table with a row for each recorded car."""

import sys

from rich import box
from rich.console import Console
from rich.table import Table

from tools.accuracy import judging, recordings
from tools.accuracy.judging import Verdict


def main() -> int:
    """0 where every figure keeps its limit, or where there are no recordings; else 1."""
    console = Console(highlight=False)
    cars = recordings.cars()
    if not cars:
        console.print(recordings.MISSING, soft_wrap=True)
        return 0
    verdicts = [judging.judge(car) for car in cars]
    console.print(table(verdicts))
    late = [each.car for each in verdicts if not each.within()]
    console.print(f"beyond a limit: {', '.join(late)}" if late else "every figure keeps its limit")
    return 1 if late else 0


def table(verdicts: list[Verdict]) -> Table:
    columns = (
        f"current above {judging.CURRENT_ABOVE_A:g} A, %", "below, A", f"power at PF > {judging.POWER_FACTOR_ABOVE}, %",
        "else, W", "charge, kWh", "metered, kWh", "energy, %",
    )
    title = "The meter's largest errors on each recorded car (means of 1 s; energy of the whole charge)"
    made = Table("car", "waveforms", title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        made.add_column(column, justify="right")
    for each in verdicts:
        made.add_row(*_row(each))
    limits = (judging.CURRENT_PER_CENT, judging.CURRENT_A, judging.POWER_PER_CENT, judging.POWER_W)
    made.add_row("limit", "", *(f"{limit:g}" for limit in limits), "", "", f"{judging.ENERGY_PER_CENT:g}", style="dim")
    return made


def _row(verdict: Verdict) -> list[str]:
    worst, charge = verdict.worst, verdict.charge
    errors = (worst.current_per_cent, worst.current_a, worst.power_per_cent, worst.power_w)
    energy = ["-"] * 3 if charge is None else [
        f"{charge.true_wh / 1000:.3f}", f"{charge.metered_wh / 1000:.3f}", f"{charge.per_cent:+.2f}",
    ]  # fmt: skip
    return [verdict.car, str(verdict.waveforms), *("-" if e is None else f"{e:.2f}" for e in errors), *energy]


if __name__ == "__main__":
    sys.exit(main())
