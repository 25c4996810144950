"""A charge as lines, plain or of JSON, where there is no terminal to draw a panel on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from rich.console import Console

from driver_cli.api.answers import Charge
from driver_cli.timing import Timing
from driver_cli.words import figures
from driver_cli.words.printable import as_json, clean
from driver_cli.words.reasons import STATES

FLOWING = ("in_progress", "completed")  # in other states all figures are zero
LINE_INTERVAL_S = 10.0  # between two plain lines of the same state


@dataclass
class PlainLines:
    """A line for each new state, and one every LINE_INTERVAL_S while it lasts. Trouble is told once, on stderr."""

    out: Console
    err: Console
    timing: Timing
    _state: str = field(default="", init=False)
    _told_s: float = field(default=0.0, init=False)
    _in_trouble: bool = field(default=False, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def show(self, charge: Charge) -> None:
        self._in_trouble = False
        now_s = self.timing.monotonic_s()
        if charge.state == self._state and now_s - self._told_s < LINE_INTERVAL_S:
            return
        self._state, self._told_s = charge.state, now_s
        self.out.print(line(charge, self.timing.now()), highlight=False, markup=False, soft_wrap=True)

    def trouble(self, text: str) -> None:
        if not self._in_trouble:
            self.err.print(f"wattline: {clean(text)}", highlight=False, markup=False, soft_wrap=True)
        self._in_trouble = True


def line(charge: Charge, now: datetime) -> str:
    """`12:00:03 cp_001 charging  4.231 kWh  7.2 kW  0.85 EUR  0:35:12`."""
    words = [f"{now.astimezone():%H:%M:%S} {charge.cp_id} {STATES[charge.state]}"]
    if charge.state in FLOWING:
        cost = figures.money(charge.cost_minor, charge.currency)
        words += [figures.energy(charge.energy_wh), figures.power(charge.power_w), cost]
        words.append(figures.duration(charge.elapsed_s))
    return clean("  ".join(words))


@dataclass
class JsonLines:
    """One line of JSON each time the charge has changed. Trouble goes to stderr."""

    out: Console
    plain: PlainLines
    _last: str = field(default="", init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def show(self, charge: Charge) -> None:
        text = as_json(charge.raw)
        if text != self._last:
            print(text, file=self.out.file, flush=True)
        self._last = text

    def trouble(self, text: str) -> None:
        self.plain.trouble(text)
