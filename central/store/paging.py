"""Lists a page at a time, by where the page before ended: what arrives meanwhile moves nothing and doubles nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, or_

After = tuple[int | str, ...]  # the values of the order's columns in the last row of the page before
Order = tuple[tuple[ColumnElement[Any], bool], ...]  # columns, none of them ever null, and whether they descend

MAX_CURSOR = 2_000  # characters: room for a name of 255, whatever its letters


@dataclass(frozen=True)
class Page:
    """`after`: where the next one begins; None: this is the last."""

    rows: list[dict[str, Any]]
    after: After | None


class BadCursor(Exception):
    """It is none that this list gave."""


def read_page(
    connection: Connection,
    wanted: Select[*tuple[Any, ...]],
    order: Order,
    limit: int,
    after: After | None,
    shown: Callable[[RowMapping], dict[str, Any]],
) -> Page:
    """The order's columns are among those that `wanted` selects. Raises BadCursor."""
    if after is not None:
        wanted = wanted.where(beyond(order, after))
    wanted = wanted.order_by(*ordered(order)).limit(limit + 1)
    rows = connection.execute(wanted).mappings().all()
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    places = None if last is None else tuple(last[str(cast(Any, column).key)] for column, _ in order)
    return Page([shown(row) for row in rows[:limit]], places)


def page_of(rows: Sequence[dict[str, Any]], limit: int, after: After | None, key: Callable[[dict[str, Any]], After],
            ) -> Page:  # fmt: skip
    """Of a list that is short and read whole, sorted by `key`."""
    left = [row for row in rows if after is None or key(row) > after]
    return Page(left[:limit], key(left[limit - 1]) if len(left) > limit else None)


def cursor_of(name: str, after: After | None) -> str | None:
    """`name`: the list's, so that no other takes it."""
    if after is None:
        return None
    return base64.urlsafe_b64encode(json.dumps([name, *after], ensure_ascii=False).encode()).decode().rstrip("=")


def after_of(name: str, cursor: str, sorts: Sequence[type]) -> After:
    """`sorts`: of the values. Raises BadCursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told = json.loads(base64.b64decode(padded, b"-_", validate=True)) if len(cursor) <= MAX_CURSOR else None
    except (ValueError, RecursionError, binascii.Error) as error:
        raise BadCursor from error
    if not isinstance(told, list):
        raise BadCursor
    first, *values = cast("list[object]", told) or [None]
    if first != name or [type(value) for value in values] != list(sorts):
        raise BadCursor
    if any(isinstance(value, int) and abs(value) >= 1 << 62 for value in values):
        raise BadCursor
    if any(isinstance(value, str) and not _is_text(value) for value in values):
        raise BadCursor
    return cast("After", tuple(values))


def _is_text(value: str) -> bool:
    """Whether a database may be asked for it: NUL and halves of a character are no text to PostgreSQL."""
    return "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def ordered(order: Order) -> list[ColumnElement[Any]]:
    return [column.desc() if down else column for column, down in order]


def beyond(order: Order, after: After) -> ColumnElement[bool]:
    """Of the rows behind that one. The bound of the first column stands by itself, so that an index serves it."""
    if len(order) != len(after):
        raise BadCursor
    cases: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for (column, down), value in zip(order, after, strict=True):
        cases.append(and_(*same, column < value if down else column > value))
        same.append(column == value)
    (first, down), value = order[0], after[0]
    return and_(first <= value if down else first >= value, or_(*cases))
