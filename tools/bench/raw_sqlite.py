"""How fast SQLite alone takes and gives rows, as durable as the project asks it to be."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

DURABLE = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"


def appended_rate(path: Path, pairs: Sequence[tuple[bytes, bytes]], commit_records: int) -> float:
    """Keyed records a second into a table of one index, `commit_records` a transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(DURABLE + "CREATE TABLE records (id INTEGER PRIMARY KEY, key BLOB, value BLOB)")
        began_s = time.perf_counter()
        _insert(connection, "INSERT INTO records (key, value) VALUES (?, ?)", pairs, commit_records)
        return len(pairs) / (time.perf_counter() - began_s)


def read_rate(path: Path, query: str) -> float:
    """Rows a second that a query gives."""
    with closing(sqlite3.connect(path)) as connection:
        began_s = time.perf_counter()
        count = sum(1 for _ in connection.execute(query))
        return count / (time.perf_counter() - began_s)


def copy_s(source: Path, target: Path, commit_rows: int) -> tuple[int, float]:
    """Every row of every table into a new file with the same tables and indexes: how many, and the seconds."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target, isolation_level=None)) as new:
        new.executescript(DURABLE)
        schema = "SELECT sql, type, name FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        tables: dict[str, list[Any]] = {}
        for sql, kind, name in old.execute(schema).fetchall():
            new.execute(sql)
            if kind == "table":
                tables[name] = old.execute(f'SELECT * FROM "{name}"').fetchall()
        began_s = time.perf_counter()
        for name, rows in tables.items():
            if rows:
                places = ", ".join("?" * len(rows[0]))
                _insert(new, f'INSERT INTO "{name}" VALUES ({places})', rows, commit_rows)
        return sum(map(len, tables.values())), time.perf_counter() - began_s


def _insert(connection: sqlite3.Connection, statement: str, rows: Sequence[Any], commit_rows: int) -> None:
    for start in range(0, len(rows), commit_rows):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, rows[start : start + commit_rows])
        connection.execute("COMMIT")
