"""Lines of a CSV file (RFC 4180) that a spreadsheet may open: no cell of it is taken for a formula."""

import csv
import io
from collections.abc import Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet compute a text


def line_of(values: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_cell(each) for each in values])
    return written.getvalue()


def _cell(value: object) -> object:
    """A figure stays one. A list is its items behind one another."""
    if value is None or isinstance(value, (int, float)):
        return value
    text = " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # of JSON
    return f"'{text}" if text.startswith(FORMULA) else text
