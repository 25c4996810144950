"""A receipt."""

from collections.abc import Callable, Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.panel import Panel
from rich.text import Text

from driver_cli.api.receipts import Receipt
from driver_cli.words import figures
from driver_cli.words.printable import clean
from driver_cli.words.reasons import end_reason

_GAP = 2
_BORDER = 4  # cells of the frame and its padding
_ESTIMATED = ", estimated"
_BOLD = frozenset({"energy", "cost"})


class ReceiptTable:
    """Names and values in a frame. A value that does not fit beside its name stands below it, so no id is broken that
    fits on a line. The frame is left out where it would take too much room.
    """

    def __init__(self, receipt: Receipt, fault: str | None) -> None:
        """`fault`: the charge's, which has words where the receipt has its name."""
        self._rows = [(name, clean(value)) for name, value in receipt_rows(receipt, fault or receipt.fault)]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text("Receipt", style="bold")
        inside = options.max_width - _BORDER
        if any(cell_len(word) > inside - _GAP for _, value in self._rows for word in value.split()):
            yield from _lines(self._rows, options.max_width)
        else:
            yield Panel(Group(*_lines(self._rows, inside)), box=box.ROUNDED, expand=False, padding=(0, 1))


def _lines(rows: Sequence[tuple[str, str]], width: int) -> Iterator[Text]:
    names = max(cell_len(name) for name, _ in rows) + _GAP
    for name, value in rows:
        style = "bold" if name in _BOLD else ""
        if names + cell_len(value) <= width:
            yield Text.assemble((f"{name:{names}}", "dim"), (value, style), no_wrap=True)
        else:
            yield Text(name, style="dim")
            yield from _folded(value, style, width)


def _folded(value: str, style: str, width: int) -> Iterator[Text]:
    """Broken between words, where it has any."""
    line = ""
    for word in value.split():
        longer = f"{line} {word}" if line else word
        if line and _GAP + cell_len(longer) > width:
            yield Text(" " * _GAP + line, style=style, overflow="fold")
            longer = word
        line = longer
    yield Text(" " * _GAP + line, style=style, overflow="fold")


def receipt_rows(receipt: Receipt, fault: str | None) -> list[tuple[str, str]]:
    """What a receipt says, in its order."""
    name = receipt.driver_name
    rows = [
        ("number", str(receipt.number)),
        ("session", receipt.session_id),
        ("charge point", receipt.cp_id),
        ("place", receipt.location),
        ("driver", f"{name} ({receipt.driver_id})" if name else receipt.driver_id),
        ("start", figures.local_time(receipt.started_at)),
        ("end", figures.local_time(receipt.ended_at)),
        ("duration", figures.duration(receipt.duration_s)),
        ("meter", receipt.meter_id or figures.NONE),
        ("register at start", figures.register(receipt.start_register_wh)),
        ("register at end", figures.register(receipt.end_register_wh)),
        ("energy", figures.energy(receipt.energy_wh) + (_ESTIMATED if receipt.estimated else "")),
        ("price", figures.price(receipt.price_per_kwh, receipt.currency)),
        ("cost", figures.money(receipt.cost_minor, receipt.currency)),
        ("limit", _limit(receipt)),
        ("ended because", end_reason(receipt.reason, fault)),
    ]
    return [(name, value) for name, value in rows if value]


def _limit(receipt: Receipt) -> str:
    told: dict[str, Callable[[int], str]] = {
        "max_energy_wh": figures.energy,
        "max_duration_s": figures.duration,
        "max_cost_minor": lambda most: figures.money(most, receipt.currency),
    }
    return ", ".join(told[name](most) for name, most in receipt.limits.items())
