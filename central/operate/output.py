"""What the commands print: one line, a table, or JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

PIPED_WIDTH = 200  # characters of a table that goes to a file or another program


def say(text: str) -> None:
    Console(soft_wrap=True).print(clean(text), highlight=False, markup=False)


def print_json(value: object) -> None:
    say(json.dumps(value, ensure_ascii=True))


def print_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], nothing: str = "") -> None:
    """`nothing`: said instead where there are no rows. A column's heading is its name with spaces for underscores."""
    if not rows:
        say(nothing)
        return
    table = Table(box=None)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")  # nothing is cut off
    for row in rows:
        table.add_row(*(escape(clean(row[column])) for column in columns))
    console = Console()
    (console if console.is_terminal else Console(width=PIPED_WIDTH)).print(table)


def clean(value: Any) -> str:
    """What a stranger wrote must not reach the terminal as control characters."""
    text = "" if value is None else str(value)
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
