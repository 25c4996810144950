"""The rows of one batch over one transaction: read once, changed in memory, written at the end.

Each key sees its own rows alone. What a fold puts is staged, and counts only once the fold has succeeded (`accept`);
`discard` forgets it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import Connection, Select, bindparam, select, update

from central.model.rows import ChargingPoint, LastSeen
from central.store.classic import DERIVED, utc
from central.store.tables import CHARGING_POINTS, TABLES
from central.store.upsert import upsert

R = TypeVar("R")
Key = tuple[object, ...]
_MISSING = object()


class KeyRows:
    """`Rows` of one key (central/model/rows.py)."""

    def __init__(self, connection: Connection, key: str) -> None:
        self._connection = connection
        self._key = key
        self._cached: dict[type, dict[Key, Any]] = {}  # the key's rows as of now; None: there is no such row
        self._found: set[tuple[type, frozenset[tuple[str, object]]]] = set()
        self._staged: dict[type, dict[Key, Any]] = {}
        self._changed: dict[type, dict[Key, Any]] = {}

    def get(self, table: type[R], *primary_key: object) -> R | None:
        row = self._staged.get(table, {}).get(primary_key, _MISSING)
        if row is _MISSING:
            row = self._load(table, primary_key)
        return None if row is None else copy(cast(R, row))

    def find(self, table: type[R], **equals: object) -> Sequence[R]:
        cached = self._cached_of(table)
        asked = (table, frozenset(equals.items()))
        if asked not in self._found:
            for values_of_row in self._select(table, equals):
                row = table(*values_of_row)
                cached.setdefault(_key_of(row), row)
            self._found.add(asked)
        rows = {**cached, **self._staged.get(table, {})}
        return [copy(row) for _, row in sorted(rows.items(), key=_by_key) if _matches(row, equals)]

    def put(self, row: object) -> None:
        table: Any = type(row)
        owner = getattr(row, table.owner)
        if owner != self._key:
            raise ValueError(f"a fold of {self._key} put a row of {owner} into {table.__name__}")
        self._staged.setdefault(table, {})[_key_of(row)] = copy(row)

    def staged(self, table: type[R]) -> Sequence[R]:
        """The rows of a table that were put and not accepted yet."""
        return [cast(R, row) for row in self._staged.get(table, {}).values()]

    def accept(self) -> None:
        for table, rows in self._staged.items():
            self._cached_of(table).update(rows)
            self._changed.setdefault(table, {}).update(rows)
        self._staged = {}

    def discard(self) -> None:
        self._staged = {}

    def snapshot(self) -> "Snapshot":
        """What was accepted until now, for `restore`."""
        return Snapshot(_copied(self._cached), set(self._found), _copied(self._changed))

    def restore(self, kept: "Snapshot") -> None:
        """As if nothing had been put since; `kept` is used once."""
        self._cached, self._found, self._changed = kept
        self._staged = {}

    def cache(self, table: type, primary_key: Key, row: object | None) -> None:
        """Keep what the database has (None: no such row), unless the batch has a newer row."""
        mine = row is not None and getattr(row, _owner(table)) == self._key
        self._cached_of(table).setdefault(primary_key, row if mine else None)

    def take_changed(self, table: type) -> Iterable[Any]:
        """The changed rows of a table, once."""
        return self._changed.pop(table, {}).values()

    def _cached_of(self, table: type) -> dict[Key, Any]:
        return self._cached.setdefault(table, {})

    def _load(self, table: type, primary_key: Key) -> object | None:
        cached = self._cached_of(table)
        if primary_key not in cached:
            names: tuple[str, ...] = cast(Any, table).primary_key
            equals = dict(zip(names, primary_key, strict=True))
            rows = [table(*values) for values in self._select(table, equals)]
            cached[primary_key] = next((each for each in rows if _matches(each, equals)), None)
        return cached[primary_key]

    def _select(self, table: type, equals: Mapping[str, object]) -> Sequence[Any]:
        nulls = tuple(name for name, value in equals.items() if value is None)
        values = tuple(name for name, value in equals.items() if value is not None)
        statement = _find_statement(table, values, nulls)
        return self._connection.execute(statement, {**equals, "key": self._key}).all()


class Snapshot(NamedTuple):
    cached: dict[type, dict[Key, Any]]
    found: set[tuple[type, frozenset[tuple[str, object]]]]
    changed: dict[type, dict[Key, Any]]


def _copied(tables: Mapping[type, dict[Key, Any]]) -> dict[type, dict[Key, Any]]:
    """The rows themselves are never changed, but exchanged."""
    return {table: dict(rows) for table, rows in tables.items()}


class SqlRows:
    """The rows of all keys of one batch."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._keys: dict[str, KeyRows] = {}

    def of(self, key: str) -> KeyRows:
        rows = self._keys.get(key)
        if rows is None:
            rows = self._keys[key] = KeyRows(self._connection, key)
        return rows

    def load(self, table: type, wanted: Mapping[object, str]) -> None:
        """Read in one query what folds will ask for. `wanted`: primary keys, each with the key that asks."""
        if wanted:
            statement = _load_statement(table)
            found = [table(*values) for values in self._connection.execute(statement, {"wanted": list(wanted)})]
            rows = {_key_of(row): row for row in found}
            for name, key in wanted.items():
                self.of(key).cache(table, (name,), rows.get((name,)))

    def write(self) -> None:
        """Everything accepted, one statement for each table."""
        for table in TABLES:
            changed = [row for rows in self._keys.values() for row in rows.take_changed(table)]
            upsert(self._connection, TABLES[table], [_values(row) for row in changed])
            if table in (ChargingPoint, LastSeen):
                self._write_last_connection({row.cp_id for row in changed})

    def _write_last_connection(self, cp_ids: Iterable[str]) -> None:
        seen = {cp_id: self.of(cp_id).get(LastSeen, cp_id) for cp_id in cp_ids}
        times = [{"id": cp_id, "time": utc(row.at_ms)} for cp_id, row in seen.items() if row is not None]
        if times:
            self._connection.execute(_LAST_CONNECTION, times)


_LAST_CONNECTION = (
    update(CHARGING_POINTS)
    .where(CHARGING_POINTS.c.cp_id == bindparam("id"))
    .values(last_connection_time=bindparam("time"))
)


def copy(row: R) -> R:
    """Like copy.copy, and several times as fast. Rows are plain dataclasses, and every `get` copies one."""
    made = object.__new__(type(row))
    made.__dict__.update(row.__dict__)
    return made


def _key_of(row: Any) -> Key:
    return tuple(getattr(row, name) for name in row.primary_key)


def _by_key(item: tuple[Key, object]) -> list[str]:
    # Numbers in order too: seq 9 before seq 10.
    return [f"{part:020d}" if isinstance(part, int) else str(part) for part in item[0]]


def _matches(row: Any, equals: Mapping[str, object]) -> bool:
    return row is not None and all(getattr(row, name) == value for name, value in equals.items())


@cache
def _columns(table: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cast(Any, table)))


def _values(row: object) -> dict[str, Any]:
    derive = DERIVED.get(type(row))
    values = {name: getattr(row, name) for name in _columns(type(row))}
    return {**values, **derive(row)} if derive else values


def _owner(table: type) -> str:
    return cast(Any, table).owner


@cache
def _load_statement(table: type) -> Select[Any]:
    stored = TABLES[table]
    (primary_key,) = stored.primary_key.columns
    columns = [stored.c[name] for name in _columns(table)]
    return select(*columns).where(primary_key.in_(bindparam("wanted", expanding=True)))


@cache
def _find_statement(table: type, names: tuple[str, ...], nulls: tuple[str, ...]) -> Select[Any]:
    """Selects the key's rows where the columns `names` equal given values and the columns `nulls` are null."""
    stored = TABLES[table]
    columns = [stored.c[name] for name in _columns(table)]
    owner = stored.c[_owner(table)]
    equal = [stored.c[name] == bindparam(name) for name in names if name != _owner(table)]
    null = [stored.c[name].is_(None) for name in nulls]
    return select(*columns).where(owner == bindparam("key"), *equal, *null)
