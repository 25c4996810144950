"""Tables as CSV (RFC 4180) that a spreadsheet shows and does not carry out."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

# What a spreadsheet takes for the beginning of a formula.
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """With a line of the columns' names. None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([harmless(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def harmless(cell: Any) -> Any:
    """Text that would be a formula gets an apostrophe before it; numbers stay what they are."""
    if isinstance(cell, str) and cell.startswith(_BEGINS_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell
