"""Rows that fit a terminal of any width. Columns that do not fit are told on a line below their row.

No id is ever broken over two lines. One that is longer than its column is cut in the middle there and stands whole
below its own row, so that the other rows stay as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from driver_cli.words import figures
from driver_cli.words.printable import clean

GAP = 2
INDENT = 2
SEPARATOR = " · "
LEAST_ID = 10  # an id gives way to the other columns, but no further
MOST_ID = 20
LEAST_TEXT = 10  # what people wrote stands below the row where less than that is left for it


@dataclass(frozen=True)
class Cell:
    """`below`: what the line below the row says instead of `text`, where that needs a title."""

    text: str
    style: str = ""
    below: str | None = None

    @property
    def told_below(self) -> str:
        told = self.text if self.below is None else self.below
        return "" if self.text in ("", figures.NONE) else told


@dataclass(frozen=True)
class Column:
    """`is_id`: never broken. `grows`: takes what room is left, and is cut there; at most one, the last."""

    title: str
    cells: Sequence[Cell]
    right: bool = False
    is_id: bool = False
    grows: bool = False

    @property
    def natural_width(self) -> int:
        return max(map(cell_len, self._texts()))

    @property
    def least_width(self) -> int:
        natural = self.natural_width
        if self.is_id:
            return min(natural, LEAST_ID)
        return min(natural, LEAST_TEXT) if self.grows else natural

    def width_with(self, slack: int) -> int:
        """Its width where `slack` is left beyond its least one. An id that is cut anyway makes it no wider."""
        most = self.least_width + slack
        if self.is_id:
            whole = [each for each in map(cell_len, self._texts()) if each <= min(most, MOST_ID)]
            return max([self.least_width, *whole])
        return min(self.natural_width, most)

    def _texts(self) -> list[str]:
        return [self.title, *(each.text for each in self.cells)]


class Rows:
    """A table for `Console.print`."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.lines(options.max_width)

    def lines(self, width: int) -> Iterator[Text]:
        widths = self._widths(width)
        titles = [Cell(each.title, "bold") for each in self._columns]
        yield _row(self._columns, titles, widths)
        yield Text("─" * min(width, sum(widths) + GAP * (len(widths) - 1)), style="dim")
        for cells in zip(*(each.cells for each in self._columns), strict=True):
            yield _row(self._columns, cells, widths)
            yield from _below(self._columns, cells, widths, width)

    def _widths(self, width: int) -> list[int]:
        """Of the first columns, as many as fit with their least widths. Then what is left widens them, in order."""
        shown: list[Column] = []
        slack = width + GAP
        for column in self._columns:
            if column.least_width + GAP > slack:
                break
            shown.append(column)
            slack -= column.least_width + GAP
        widths: list[int] = []
        for column in shown:
            widths.append(column.width_with(slack))
            slack -= widths[-1] - column.least_width
        return widths


def _row(columns: Sequence[Column], cells: Sequence[Cell], widths: Sequence[int]) -> Text:
    line = Text(no_wrap=True)
    for column, cell, width in zip(columns, cells, widths, strict=False):
        shown = cut(cell.text, width, in_the_middle=column.is_id)
        padding = " " * (width - cell_len(shown))
        line.append(padding if column.right else "")
        line.append(shown, cell.style)
        line.append((("" if column.right else padding)) + " " * GAP)
    line.rstrip()
    return line


def _below(columns: Sequence[Column], cells: Sequence[Cell], widths: Sequence[int], width: int) -> Iterator[Text]:
    cut_ids = [
        cell.text
        for column, cell, its_width in zip(columns, cells, widths, strict=False)
        if column.is_id and cell_len(cell.text) > its_width
    ]
    left_over = [cell.told_below for cell in cells[len(widths) :]]
    for line in _packed([*cut_ids, *(each for each in left_over if each)], width - INDENT):
        yield Text(" " * INDENT + line, style="dim", no_wrap=True)


def _packed(pieces: Sequence[str], width: int) -> Iterator[str]:
    """As many pieces on a line as it holds; one that is wider than a line is cut in the middle."""
    line = ""
    for piece in pieces:
        longer = f"{line}{SEPARATOR}{piece}" if line else piece
        if line and cell_len(longer) > width:
            yield line
            longer = piece
        line = cut(longer, width, in_the_middle=True)
    if line:
        yield line


def cut(text: str, width: int, *, in_the_middle: bool = False) -> str:
    """At most `width` terminal cells; an ellipsis stands for what is missing."""
    text = clean(text).strip()
    if cell_len(text) <= width:
        return text
    tail_width = (width - 1) // 2 if in_the_middle else 0
    tail = text
    while cell_len(tail) > tail_width:
        tail = tail[1:]
    return set_cell_size(text, width - 1 - tail_width).rstrip() + "…" + tail
