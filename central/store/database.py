"""Opening the database: SQLite or PostgreSQL, and what each is told on every connection.

SQLite: WAL with synchronous=FULL, so that what a commit promised survives a power cut; the driver's own handling
of transactions is off, since it would begin them late and end them before CREATE TABLE. Declared foreign keys stay
unenforced (tables.py says why). PostgreSQL: a stopped worker must not hold its locks for ever.
"""

import sqlite3
import time
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

BUSY_TIMEOUT_S = 5.0  # how long another process's transaction is waited for
WAL_RETRY_S = 0.01
IDLE_IN_TRANSACTION_S = 30
LOCK_TIMEOUT_S = 10
CONNECT_TIMEOUT_S = 5
READ_ONLY_SQLSTATE = "25006"
_PRIMARY_CODE = 0xFF  # of SQLite's extended error codes
WRITER_LOCK = 0x77617474  # "watt": PostgreSQL's advisory lock of whoever folds


class Database(NamedTuple):
    """`writer`: transactions begin by taking the write lock. `reader`: for queries."""

    writer: Engine
    reader: Engine

    @property
    def place(self) -> str:
        """The place to name in messages: the full path of SQLite's file, or the address without its password."""
        url = self.reader.url
        is_file = url.get_backend_name() == "sqlite" and url.database
        return str(Path(url.database).absolute()) if is_file and url.database else url.render_as_string()

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def open_database(url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Database:
    """Opens nothing yet; the first use does."""
    return Database(open_writer(url, busy_timeout_s), open_reader(url, busy_timeout_s))


def open_writer(url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """An engine for folding: transactions begin by taking the database's write lock."""
    return _open(url, busy_timeout_s, "BEGIN IMMEDIATE", "synchronous = FULL")


def open_reader(url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """An engine for queries: SQLite refuses writes through it, and makes no file."""
    engine = _open(url, busy_timeout_s, "BEGIN", "query_only = ON")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _refuse_no_file)
    return engine


def _open(url: str, busy_timeout_s: float, begin: str, pragma: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _open_sqlite(url, busy_timeout_s, begin, pragma)
    limits = {
        "lock_timeout": f"{LOCK_TIMEOUT_S}s",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_S}s",
        "timezone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    return create_engine(
        url,
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": CONNECT_TIMEOUT_S, "application_name": "wattline-central"},
    )


def _open_sqlite(url: str, busy_timeout_s: float, begin: str, pragma: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": busy_timeout_s})

    def on_connect(connection: sqlite3.Connection, record: object) -> None:
        del record
        connection.isolation_level = None
        _use_wal(connection, busy_timeout_s)
        connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _use_wal(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """SQLite's busy timeout does not cover this change: beside another that opens or closes, it fails at once."""
    deadline = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
        time.sleep(WAL_RETRY_S)


def _is_busy(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY


def _refuse_no_file(dialect: object, record: object, arguments: list[Any], more: dict[str, Any]) -> None:
    del dialect, record, more
    if not Path(arguments[0]).exists():
        raise sqlite3.OperationalError(f"there is no file {arguments[0]}")


def lock_for_writing(connection: Connection) -> None:
    """Called first in each transaction that folds: one folds at a time. (On SQLite, BEGIN IMMEDIATE does it.)"""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})


def is_transient(error: BaseException) -> bool:
    """Whether waiting may help: locked, full, read-only or unreachable; not a mistake of the program."""
    if isinstance(error, PoolTimeout | InterfaceError):
        return True
    if isinstance(error, DBAPIError) and (error.connection_invalidated or _is_read_only(error.orig)):
        return True
    return isinstance(error, OperationalError) and not _is_mistake(error.orig)


def _is_read_only(cause: Any) -> bool:
    # PostgreSQL's, as of a standby; psycopg reports it as InternalError. SQLite's is an OperationalError.
    return getattr(cause, "sqlstate", None) == READ_ONLY_SQLSTATE


def _is_mistake(cause: Any) -> bool:
    # sqlite3 reports wrong SQL ("no such column") as OperationalError too, under the plain SQLITE_ERROR.
    return isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def is_damaged(error: BaseException) -> bool:
    """Whether SQLite found that its file is none of its files, or broken."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0) or 0
    return code & _PRIMARY_CODE in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def reason_of(error: BaseException) -> str:
    """The message of the database driver, in one line."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split()) or type(cause).__name__
