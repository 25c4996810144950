"""The file of the embedded log: its tables, its lock, and what is asked of it in one statement.

Writers of all processes queue at a lock file before BEGIN IMMEDIATE: SQLite's own busy handler sleeps and
retries, and lets one writer starve for seconds beside three others.
"""

import fcntl
import sqlite3
import uuid
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from eventlog.port import Ends, LogError, LogUnavailable, UnknownTopic
from eventlog.topics import Topic

APPLICATION_ID = 0x574C4F47  # "WLOG": tells the log's file from any other SQLite file
SCHEMA_VERSION = 1

SCHEMA = f"""
CREATE TABLE identity (cluster_id TEXT NOT NULL);
CREATE TABLE partitions (
    slot INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    first INTEGER NOT NULL DEFAULT 0,
    next INTEGER NOT NULL DEFAULT 0,
    newest_ms INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, partition)
);
CREATE TABLE records (
    slot INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    key BLOB,
    value BLOB NOT NULL,
    headers BLOB NOT NULL,
    PRIMARY KEY (slot, offset)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""


def connect(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """A connection in autocommit; transactions are begun by hand. Raises LogUnavailable, and LogError for another
    file.
    """
    try:
        connection = sqlite3.connect(
            path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = FULL")
        return connection
    except sqlite3.Error as error:
        raise refusal(path, error) from error


def refusal(path: Path, error: Exception) -> LogError:
    """LogUnavailable, but for a file that no waiting makes a log of."""
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
        return not_a_log(path)
    return LogUnavailable(f"the embedded log {path}: {error}")


def not_a_log(path: Path) -> LogError:
    return LogError(f"{path} is not an event log; name another file")


class WriterLock:
    """Held by one writer of all processes; the kernel frees it when its holder dies."""

    def __init__(self, log_path: Path) -> None:
        self._file = log_path.with_name(f"{log_path.name}.lock").open("ab")

    @contextmanager
    def held(self) -> Generator[None]:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        self._file.close()


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Generator[None]:
    """`begin`: "BEGIN IMMEDIATE" to write, "BEGIN" to read one consistent state."""
    connection.execute(begin)
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    try:
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def prepare(path: Path, connection: sqlite3.Connection, lock: WriterLock) -> None:
    """Makes the tables where there are none. Raises LogError for a file that is no log of this version."""
    with lock.held():
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application_id == 0 and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            connection.execute("PRAGMA journal_mode = WAL")
            with transaction(connection, "BEGIN IMMEDIATE"):
                for statement in SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute("INSERT INTO identity VALUES (?)", (str(uuid.uuid4()),))
        elif application_id != APPLICATION_ID:
            raise not_a_log(path)
        elif version != SCHEMA_VERSION:
            raise LogError(
                f"{path} is an event log of version {version}; this program knows {SCHEMA_VERSION}"
            )


def create_topics(connection: sqlite3.Connection, topics: Iterable[Topic]) -> None:
    """Those that are missing. Inside a writing transaction."""
    for topic in topics:
        if not partition_count(connection, topic.name):
            connection.executemany(
                "INSERT INTO partitions (topic, partition) VALUES (?, ?)",
                [(topic.name, partition) for partition in range(topic.partitions)],
            )


def partition_count(connection: sqlite3.Connection, topic: str) -> int:
    """0 where there is no such topic."""
    (count,) = connection.execute("SELECT count(*) FROM partitions WHERE topic = ?", (topic,)).fetchone()
    return count


def cluster_id(connection: sqlite3.Connection) -> str:
    (cluster,) = connection.execute("SELECT cluster_id FROM identity").fetchone()
    return cluster


def _partition(connection: sqlite3.Connection, topic: str, partition: int) -> tuple[int, int, int]:
    query = "SELECT slot, first, next FROM partitions WHERE topic = ? AND partition = ?"
    row = connection.execute(query, (topic, partition)).fetchone()
    if row is None:
        raise UnknownTopic(f"there is no {topic}/{partition} in this log; create_topics makes the topics")
    return row


def ends(connection: sqlite3.Connection, topic: str, partition: int) -> Ends:
    _, first, next_offset = _partition(connection, topic, partition)
    return Ends(first, next_offset)


def offset_at(connection: sqlite3.Connection, topic: str, partition: int, timestamp_ms: int) -> int:
    slot, first, next_offset = _partition(connection, topic, partition)
    return _first_since(connection, slot, first, next_offset, timestamp_ms)


def _first_since(
    connection: sqlite3.Connection, slot: int, first: int, next_offset: int, timestamp_ms: int
) -> int:
    """The first offset at or after that time: times never fall within a partition, so halving finds it."""
    low, high = first, next_offset
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            "SELECT timestamp_ms FROM records WHERE slot = ? AND offset = ?", (slot, middle)
        ).fetchone()
        if row[0] < timestamp_ms:
            low = middle + 1
        else:
            high = middle
    return low


def delete_older(connection: sqlite3.Connection, topic: str, before_ms: int, max_records: int) -> int:
    """Deletes at most `max_records` of each partition, oldest first. Inside a writing transaction; how
    many.
    """
    deleted = 0
    partitions = connection.execute(
        "SELECT slot, first, next FROM partitions WHERE topic = ?", (topic,)
    ).fetchall()
    for slot, first, next_offset in partitions:
        keep_from = _first_since(connection, slot, first, min(next_offset, first + max_records), before_ms)
        if keep_from > first:
            connection.execute("DELETE FROM records WHERE slot = ? AND offset < ?", (slot, keep_from))
            connection.execute("UPDATE partitions SET first = ? WHERE slot = ?", (keep_from, slot))
            deleted += keep_from - first
    return deleted
