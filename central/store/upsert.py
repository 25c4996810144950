"""Inserts or updates many rows of one table at once.

SQLite takes one prepared statement for all rows. PostgreSQL takes them as one JSON value in one statement: the
pipeline that its driver makes of many executions would be freed by no timeout, were the worker frozen inside it.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Table, bindparam, text
from sqlalchemy.dialects import sqlite

Values = dict[str, Any]


def upsert(connection: Connection, table: Table, rows: Sequence[Values], added: tuple[str, ...] = ()) -> None:
    """All rows name the same columns, those of the primary key among them, and no two have the same key.

    `added`: columns whose value is added to that of a row which is there.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        document = json.dumps(rows, default=datetime.isoformat, ensure_ascii=False)
        connection.execute(_postgresql_statement(table, columns, added), {"document": document})
    else:
        connection.execute(_sqlite_statement(table, columns, added), rows)


@cache
def _sqlite_statement(table: Table, columns: tuple[str, ...], added: tuple[str, ...]) -> Executable:
    insert = sqlite.insert(table).values({name: bindparam(name) for name in columns})
    keys, new = _keys(table), insert.excluded
    return insert.on_conflict_do_update(
        index_elements=list(keys),
        set_={name: table.c[name] + new[name] if name in added else new[name] for name in columns if name not in keys},
    )


@cache
def _postgresql_statement(table: Table, columns: tuple[str, ...], added: tuple[str, ...]) -> Executable:
    from sqlalchemy.dialects.postgresql import dialect as postgresql_dialect  # what a SQLite file has no use for

    dialect: Dialect = postgresql_dialect()
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    typed = ", ".join(f"{quote(name)} {table.c[name].type.compile(dialect)}" for name in columns)
    keys = _keys(table)
    own = {name: f"{quote(table.name)}.{quote(name)} + " if name in added else "" for name in columns}
    changes = ", ".join(f"{quote(name)} = {own[name]}excluded.{quote(name)}" for name in columns if name not in keys)
    return text(
        f"INSERT INTO {quote(table.name)} ({names}) "  # noqa: S608 -- names of our own tables, quoted
        f"SELECT {names} FROM jsonb_to_recordset(CAST(:document AS jsonb)) AS given({typed}) "
        f"ON CONFLICT ({', '.join(quote(key) for key in keys)}) DO UPDATE SET {changes}"
    )


def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)
