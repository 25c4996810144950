"""`make accuracy`: a table with a row for each recorded car."""

import sys

from rich import box
from rich.console import Console
from rich.table import Table

from tools.accuracy import judging, recordings
from tools.accuracy.judging import Verdict

COLUMNS = ("I, %", "I, A", "U, %", "P, %", "P, W", "kWh", "metered", "E, %")
LEGEND = (
    f"I: current, above {judging.CURRENT_ABOVE_A:g} A in %, below in A. U: voltage.\n"
    f"P: power, at a power factor above {judging.POWER_FACTOR_ABOVE} in %, else in W. E: energy."
)


def main() -> int:
    """0 where every figure keeps its limit, or where there are no recordings; else 1."""
    console = Console(highlight=False)
    folders = recordings.folders()
    if not folders:
        console.print(recordings.MISSING, soft_wrap=True)
        return 0
    verdicts = [judging.judge(recordings.car_of(folder)) for folder in folders]
    console.print(table(verdicts))
    console.print(LEGEND)
    late = [each.car for each in verdicts if not each.within()]
    console.print(f"beyond a limit: {', '.join(late)}" if late else "every figure keeps its limit")
    return 1 if late else 0


def table(verdicts: list[Verdict]) -> Table:
    title = "The meter's largest errors on each recorded car, as means of a second"
    made = Table("car", "files", title=title, title_justify="left", box=box.SIMPLE_HEAD)
    made.padding, made.pad_edge = (0, 1, 0, 0), False
    for column in COLUMNS:
        made.add_column(column, justify="right")
    for each in verdicts:
        made.add_row(*_row(each))
    limits = (
        judging.CURRENT_PER_CENT, judging.CURRENT_A, judging.VOLTAGE_PER_CENT, judging.POWER_PER_CENT, judging.POWER_W,
    )  # fmt: skip
    made.add_row("limit", "", *(f"{limit:g}" for limit in limits), "", "", f"{judging.ENERGY_PER_CENT:g}", style="dim")
    return made


def _row(verdict: Verdict) -> list[str]:
    worst, charge = verdict.worst, verdict.charge
    errors = (
        worst.current_per_cent, worst.current_a, worst.voltage_per_cent, worst.power_per_cent, worst.power_w,
    )  # fmt: skip
    energy = ["-"] * 3 if charge is None else [
        f"{charge.true_wh / 1000:.3f}", f"{charge.metered_wh / 1000:.3f}", f"{charge.per_cent:+.2f}",
    ]  # fmt: skip
    return [verdict.car, str(verdict.waveforms), *("-" if e is None else f"{e:.2f}" for e in errors), *energy]


if __name__ == "__main__":
    sys.exit(main())
