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
from typing import NamedTuple

from eventlog.port import Ends, LogError, LogReplaced, LogUnavailable, UnknownTopic
from eventlog.topics import Topic

CLOCK_SET_MS = 1_577_836_800_000  # 2020-01-01; a clock that stands before was never set
APPLICATION_ID = 0x574C4F47  # "WLOG": tells the log's file from any other SQLite file
SCHEMA_VERSION = 2

SCHEMA = f"""
CREATE TABLE identity (cluster_id TEXT NOT NULL);
CREATE TABLE topics (topic TEXT PRIMARY KEY, topic_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE partitions (
    slot INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    first INTEGER NOT NULL DEFAULT 0,
    next INTEGER NOT NULL DEFAULT 0,
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


class FileId(NamedTuple):
    """Which file it is, whatever it is called."""

    device: int
    inode: int


class FileWatch:
    """Tells when another file lies at the path than the one that was opened. A connection to the old one would go on
    as if nothing had happened, and what is written there nobody will ever read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened, self._written_ns = self._look()

    def check(self) -> bool:
        """Whether the file itself was written since the last look: by a checkpoint, or by somebody who copies over it.

        Raises LogReplaced.
        """
        found, written_ns = self._look()
        if found != self._opened:
            raise LogReplaced(f"the file of the embedded log, {self._path}, was exchanged while it was open")
        is_written = written_ns != self._written_ns
        self._written_ns = written_ns
        return is_written

    def _look(self) -> tuple[FileId | None, int]:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None, 0
        return FileId(status.st_dev, status.st_ino), status.st_mtime_ns


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
        elif version == 1:
            _upgrade(connection)
        elif version != SCHEMA_VERSION:
            raise LogError(
                f"{path} is an event log of version {version}; this program knows {SCHEMA_VERSION}"
            )


def _upgrade(connection: sqlite3.Connection) -> None:
    """From version 1, whose topics had no id, and whose stamps were held from falling."""
    with transaction(connection, "BEGIN IMMEDIATE"):
        connection.execute("CREATE TABLE topics (topic TEXT PRIMARY KEY, topic_id TEXT NOT NULL) WITHOUT ROWID")
        for (topic,) in connection.execute("SELECT DISTINCT topic FROM partitions").fetchall():
            _draw_topic_id(connection, topic)
        connection.execute("ALTER TABLE partitions DROP COLUMN newest_ms")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def create_topics(connection: sqlite3.Connection, topics: Iterable[Topic]) -> None:
    """Those that are missing. Inside a writing transaction."""
    for topic in topics:
        if not partition_count(connection, topic.name):
            _draw_topic_id(connection, topic.name)
            connection.executemany(
                "INSERT INTO partitions (topic, partition) VALUES (?, ?)",
                [(topic.name, partition) for partition in range(topic.partitions)],
            )


def _draw_topic_id(connection: sqlite3.Connection, topic: str) -> None:
    """A topic that is made anew under the same name has another."""
    connection.execute("INSERT INTO topics VALUES (?, ?)", (topic, str(uuid.uuid4())))


def topic_id(connection: sqlite3.Connection, topic: str) -> str | None:
    row = connection.execute("SELECT topic_id FROM topics WHERE topic = ?", (topic,)).fetchone()
    return None if row is None else row[0]


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
    """Reads from the beginning: stamps may fall where a clock was put right, so that halving would miss records."""
    slot, _, next_offset = _partition(connection, topic, partition)
    query = "SELECT offset FROM records WHERE slot = ? AND timestamp_ms >= ? ORDER BY offset LIMIT 1"
    found = connection.execute(query, (slot, timestamp_ms)).fetchone()
    return next_offset if found is None else found[0]


def delete_older(connection: sqlite3.Connection, topic: str, before_ms: int, max_records: int) -> int:
    """Deletes what is older, and what lies before it, of the first `max_records` of each partition; how many.

    A stamp from the future holds up nothing, and one of a clock that was never set takes nothing with it. Inside a
    writing transaction.
    """
    deleted = 0
    partitions = connection.execute("SELECT slot, first FROM partitions WHERE topic = ?", (topic,)).fetchall()
    for slot, first in partitions:
        query = "SELECT max(offset) FROM records WHERE slot = ? AND offset < ? AND timestamp_ms BETWEEN ? AND ?"
        window = (slot, first + max_records, CLOCK_SET_MS, before_ms - 1)
        (newest,) = connection.execute(query, window).fetchone()
        if newest is not None:
            connection.execute("DELETE FROM records WHERE slot = ? AND offset <= ?", (slot, newest))
            connection.execute("UPDATE partitions SET first = ? WHERE slot = ?", (newest + 1, slot))
            deleted += newest + 1 - first
    return deleted
