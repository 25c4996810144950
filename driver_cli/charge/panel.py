"""The live panel of a running charge on a terminal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from driver_cli.api.answers import Charge
from driver_cli.charge.keyboard import Keyboard
from driver_cli.charge.lines import line
from driver_cli.timing import Timing
from driver_cli.words import figures
from driver_cli.words.printable import clean
from driver_cli.words.reasons import STATES

WIDTH = 68
REFRESHES_PER_S = 4


@dataclass
class LivePanel:
    """A panel drawn again in place; its clock runs on between two messages. On exit only the last line remains."""

    console: Console
    timing: Timing
    cp_id: str
    limits: dict[str, int]
    _charge: Charge | None = field(default=None, init=False)
    _shown_s: float = field(default=0.0, init=False)
    _longest_s: int = field(default=0, init=False)
    _trouble: str = field(default="", init=False)
    _live: Live | None = field(default=None, init=False)
    _keyboard: Keyboard = field(default_factory=Keyboard, init=False)
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots"), init=False)

    def __enter__(self) -> Self:
        self._live = Live(self, console=self.console, refresh_per_second=REFRESHES_PER_S, transient=True)
        self._keyboard.silence()
        self._live.start(refresh=True)
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            if self._live is not None:
                self._live.stop()
                self._live = None
        finally:
            self._keyboard.restore()
        if self._charge is not None and not self._charge.final:
            # The last figures stay above the question or the error that follows.
            self.console.print(line(self._charge, self.timing.now()), highlight=False, markup=False)

    def show(self, charge: Charge) -> None:
        self._charge, self._trouble = charge, ""
        self._shown_s = self.timing.monotonic_s()

    def trouble(self, text: str) -> None:
        self._trouble = text

    def __rich__(self) -> RenderableType:
        charge = self._charge
        rows: list[RenderableType] = [self._state(charge)]
        if charge is not None and charge.state == "in_progress":
            rows += [self._figures(charge), *self._bars(charge)]
        if self._trouble:
            rows.append(Text(clean(self._trouble), style="yellow"))
        rows.append(Text("Ctrl-C: stop it, or leave it running", style="dim"))
        title = Text(self._title(charge), style="bold")
        width = min(WIDTH, self.console.width)
        return Panel(Group(*rows), title=title, title_align="left", box=box.ROUNDED, width=width, padding=(0, 1))

    def _title(self, charge: Charge | None) -> str:
        if charge is None or charge.price_per_kwh is None:
            return self.cp_id
        return clean(f"{self.cp_id} · {figures.price(charge.price_per_kwh, charge.currency)}")

    def _state(self, charge: Charge | None) -> RenderableType:
        self._spinner.update(text=Text(STATES[charge.state] if charge else "connecting", style="cyan"))
        return self._spinner

    def _elapsed_s(self, charge: Charge) -> int | None:
        if charge.elapsed_s is None:
            return None
        elapsed_s = charge.elapsed_s + int(self.timing.monotonic_s() - self._shown_s)
        self._longest_s = max(self._longest_s, elapsed_s)
        return self._longest_s

    def _figures(self, charge: Charge) -> RenderableType:
        grid = Table.grid(expand=True, padding=(0, 1))
        for _ in range(4):
            grid.add_column(justify="left", ratio=1)
        grid.add_row(*(Text(each, style="dim") for each in ("energy", "power", "cost so far", "time")))
        grid.add_row(
            Text(figures.energy(charge.energy_wh), style="bold"),
            Text(figures.power(charge.power_w)),
            Text(figures.money(charge.cost_minor, clean(charge.currency)), style="bold"),
            Text(figures.duration(self._elapsed_s(charge))),
        )
        return grid

    def _bars(self, charge: Charge) -> list[RenderableType]:
        money = partial(figures.money, currency=clean(charge.currency))
        reached: dict[str, tuple[int | None, Callable[[int | None], str]]] = {
            "max_energy_wh": (charge.energy_wh, figures.energy),
            "max_duration_s": (self._elapsed_s(charge), figures.duration),
            "max_cost_minor": (charge.cost_minor, money),
        }
        bars: list[RenderableType] = []
        for name, most in (charge.limits or self.limits).items():
            so_far, spelled = reached[name]
            grid = Table.grid(expand=True, padding=(0, 1))
            grid.add_column(ratio=1)
            grid.add_column(justify="right")
            bar = ProgressBar(total=most, completed=min(so_far or 0, most), complete_style="cyan")
            grid.add_row(bar, Text(f"of {spelled(most)}", style="dim"))
            bars.append(grid)
        return bars
