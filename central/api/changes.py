"""Whether the database may have changed since one last asked, as cheaply as it can be told."""

import sqlite3
from typing import Protocol

from sqlalchemy import Engine


class Changes(Protocol):
    """`interval_s`: how often it is worth asking."""

    interval_s: float

    def seen(self) -> bool: ...

    def close(self) -> None: ...


class SqliteChanges:
    """PRAGMA data_version changes with each commit of another connection, and costs microseconds."""

    interval_s = 0.002

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._version: int | None = None

    def seen(self) -> bool:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        changed = version != self._version
        self._version = version
        return changed

    def close(self) -> None:
        self._connection.close()


class Paced:
    """Another's, asked no more often than this: where a reading costs more than being a little late."""

    def __init__(self, changes: Changes, interval_s: float) -> None:
        self.interval_s = interval_s
        self._changes = changes

    def seen(self) -> bool:
        return self._changes.seen()

    def close(self) -> None:
        self._changes.close()


class AlwaysChanged:
    """Where nothing cheap tells: followers are read anew each time."""

    interval_s = 0.05

    def seen(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is held."""


def changes_of(engine: Engine) -> Changes:
    database = engine.url.database
    return SqliteChanges(database) if engine.dialect.name == "sqlite" and database else AlwaysChanged()
