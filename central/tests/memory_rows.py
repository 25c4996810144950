"""`Rows` in memory: what the folds' tests fold into."""

from collections.abc import Sequence
from copy import copy
from typing import Any, TypeVar

R = TypeVar("R")
Table = dict[tuple[type, tuple[object, ...]], Any]


class MemoryRows:
    """The rows of all keys; `of` gives one key's."""

    def __init__(self) -> None:
        self.table: Table = {}

    def of(self, key: str) -> "KeyedRows":
        return KeyedRows(self.table, key)

    def snapshot(self) -> Table:
        return {name: copy(row) for name, row in self.table.items()}

    def all(self, table: type[R]) -> list[R]:
        return [row for (of, _), row in sorted(self.table.items(), key=str) if of is table]

    def one(self, table: type[R], *primary_key: object) -> R:
        return self.table[table, primary_key]


class KeyedRows:
    """`Rows` of one key. Like the real ones, it gives copies, and refuses another key's rows."""

    def __init__(self, table: Table, key: str) -> None:
        self._table = table
        self._key = key

    def get(self, table: type[R], *primary_key: object) -> R | None:
        row = self._table.get((table, primary_key))
        return copy(row) if row is not None and getattr(row, row.owner) == self._key else None

    def find(self, table: type[R], **equals: object) -> Sequence[R]:
        mine = [row for (of, _), row in self._table.items() if of is table and getattr(row, row.owner) == self._key]
        return [copy(row) for row in mine if all(getattr(row, name) == value for name, value in equals.items())]

    def put(self, row: Any) -> None:
        assert getattr(row, row.owner) == self._key, f"a fold of {self._key} put {row}"
        primary_key = tuple(getattr(row, name) for name in row.primary_key)
        self._table[type(row), primary_key] = copy(row)
