"""`Rows` in memory: what the folds' tests fold into."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

from central.store.sql_rows import copy

R = TypeVar("R")
PrimaryKey = tuple[Any, ...]
Table = dict[tuple[type, PrimaryKey], Any]


class MemoryRows:
    """The rows of all keys; `of` gives one key's. `table` is for reading: what changes it goes through `of` or
    `restore`.
    """

    def __init__(self) -> None:
        self.table: Table = {}
        self.owned: defaultdict[tuple[type, str], set[PrimaryKey]] = defaultdict(set)  # so that a find reads few

    def of(self, key: str) -> "KeyedRows":
        return KeyedRows(self, key)

    def snapshot(self) -> Table:
        return {name: copy(row) for name, row in self.table.items()}

    def restore(self, table: Table) -> None:
        """As it was when `snapshot` gave this."""
        self.table = {}
        self.owned.clear()
        for row in table.values():
            self.of(getattr(row, row.owner)).put(row)

    def all(self, table: type[R]) -> list[R]:
        return [row for (of, _), row in sorted(self.table.items(), key=str) if of is table]

    def one(self, table: type[R], *primary_key: object) -> R:
        return self.table[table, primary_key]


class KeyedRows:
    """`Rows` of one key. Like the real ones, it gives copies in the order of their primary keys, and refuses another
    key's rows.
    """

    def __init__(self, rows: MemoryRows, key: str) -> None:
        self._rows = rows
        self._key = key

    def get(self, table: type[R], *primary_key: object) -> R | None:
        row = self._rows.table.get((table, primary_key))
        return copy(row) if row is not None and getattr(row, row.owner) == self._key else None

    def find(self, table: type[R], **equals: object) -> Sequence[R]:
        held = self._rows.table
        mine = (held[table, primary_key] for primary_key in sorted(self._rows.owned[table, self._key]))
        return [copy(row) for row in mine if getattr(row, row.owner) == self._key and _matches(row, equals)]

    def put(self, row: Any) -> None:
        assert getattr(row, row.owner) == self._key, f"a fold of {self._key} put {row}"
        primary_key = tuple(getattr(row, name) for name in row.primary_key)
        self._rows.table[type(row), primary_key] = copy(row)
        self._rows.owned[type(row), self._key].add(primary_key)


def _matches(row: object, equals: dict[str, object]) -> bool:
    return all(getattr(row, name) == value for name, value in equals.items())
