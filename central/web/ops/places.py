"""Where charge points stand, as a file of the operator's says it (SITE_PLAN): lines `cp_id,x,y`."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from wire.ids import ID_RULE, is_id

COLUMNS = ("cp_id", "x", "y")
MOST_BYTES = 1_000_000
WHOLE = 100.0  # per cent


class Place(NamedTuple):
    """From the left and from the top, in per cent."""

    x: float
    y: float


def read_plan(file: str) -> Mapping[str, Place]:
    """By charge point; nothing where no file is named. Raises ValueError that says what is wrong with it."""
    if not file:
        return {}
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"it cannot be read ({error})") from None
    if len(content) > MOST_BYTES:
        raise ValueError(f"expected {MOST_BYTES} bytes at most")
    return parse_plan(text)


def parse_plan(text: str) -> Mapping[str, Place]:
    """Raises ValueError that names line and column."""
    lines = csv.reader(text.splitlines())
    first = next(lines, list[str]())
    if tuple(each.strip() for each in first) != COLUMNS:
        raise ValueError(f"line 1: expected {','.join(COLUMNS)}")
    found: dict[str, Place] = {}
    for number, row in enumerate(lines, 2):
        if not row:
            continue
        if len(row) != len(COLUMNS):
            raise ValueError(f"line {number}: expected {len(COLUMNS)} columns, such as cp_001,20,35.5")
        cp_id = row[0].strip()
        if not is_id(cp_id):
            raise ValueError(f"line {number}: cp_id: expected {ID_RULE}")
        if cp_id in found:
            raise ValueError(f"line {number}: cp_id: {cp_id} has its place already")
        found[cp_id] = Place(_per_cent(row[1], f"line {number}: x"), _per_cent(row[2], f"line {number}: y"))
    return found


def _per_cent(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= WHOLE:
        raise ValueError(f"{where}: expected a number from 0 to 100, not {text.strip()[:20]!r}")
    return value
