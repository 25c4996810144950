"""What the commands print: one line, a table, or JSON."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 200  # characters of a table that goes to a file or another program
MAX_CELL = 300  # characters of one cell; JSON has all of it


def say(text: str) -> None:
    sys.stdout.write(f"{clean(text)}\n")


def print_json(value: object) -> None:
    """In ASCII, so that what a stranger wrote cannot steer a terminal."""
    sys.stdout.write(f"{json.dumps(value)}\n")


def print_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], nothing: str = "") -> None:
    """`nothing`: said instead where there are no rows. A column's heading is its name with spaces for underscores."""
    if not rows:
        say(nothing)
        return
    table = Table(box=None)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        # As Text, in which neither markup nor :names: of emoji mean anything.
        table.add_row(*(Text(bounded(row[column])) for column in columns))
    console = Console()
    (console if console.is_terminal else Console(width=PIPED_WIDTH)).print(table)


def bounded(value: Any) -> str:
    """As `clean`, and no longer than a cell may be: a stranger's 20 kB would fill the screen."""
    text = clean(value)
    return text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}... ({len(text):,} characters; --json has them)"


def clean(value: Any) -> str:
    """What a stranger wrote must not reach the terminal as control characters."""
    text = "" if value is None else str(value)
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
