"""Folding what was parked, once the fold is mended: each key's records in order, in one transaction.

Whoever folds holds the database's write lock, so a worker that runs meanwhile waits, and finds the key free after.
"""

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from central.model.records import Incoming
from central.model.terms import Terms
from central.store import parked
from central.store.database import Database, is_transient, lock_for_writing, reason_of
from central.store.parked import ParkedRecord
from central.worker.batch import Batch, Fold
from eventlog import Record

CHUNK_RECORDS = 500


@dataclass(frozen=True)
class Unparked:
    """`folded`: records that left the table. `error`: what the first of the rest failed with; "" where none is left."""

    folded: int
    error: str


def unpark(database: Database, key: str, terms: Terms, apply: Fold, on_unparked: Fold) -> Unparked | None:
    """None where nothing of this key is parked. What the database itself refuses leaves all records where they are."""
    try:
        return _unpark(database, key, terms, apply, on_unparked)
    except SQLAlchemyError as error:
        if is_transient(error):
            raise
        return Unparked(0, reason_of(error))


def _unpark(database: Database, key: str, terms: Terms, apply: Fold, on_unparked: Fold) -> Unparked | None:
    with database.writer.begin() as connection:
        lock_for_writing(connection)
        topics = sorted(topic for topic, parked_key in parked.read_keys(connection) if parked_key == key)
        if not topics:
            return None
        folded, errors = 0, list[str]()
        for topic in topics:
            batch = Batch(connection, terms, apply, on_unparked)
            count, error = _unpark_topic(connection, topic, key, batch, on_unparked)
            folded += count
            errors += [error] if error else []
    return Unparked(folded, "; ".join(errors))


def _unpark_topic(
    connection: Connection, topic: str, key: str, batch: Batch, on_unparked: Fold
) -> tuple[int, str]:
    folded = 0
    newest: Incoming | None = None
    while records := parked.read(connection, topic, key, CHUNK_RECORDS):
        for record in records:
            try:
                newest = batch.take_parked(_as_logged(record), record.at_ms) or newest
            except Exception as error:  # noqa: BLE001 -- the fold is not mended: what it raises is the answer
                batch.write()
                return folded, f"{type(error).__name__}: {error}"
            parked.remove(connection, [record.id])
            folded += 1
    parked.free_key(connection, topic, key)
    if newest is not None:
        batch.emit(newest, on_unparked)
    batch.write()
    return folded, ""


def _as_logged(record: ParkedRecord) -> Record:
    headers = {name: text.encode() for name, text in record.headers.items()}
    return Record(
        record.topic, record.partition, record.offset, record.key, record.value, headers, record.at_ms
    )
