"""Keys whose fold failed unexpectedly, with their records in order, kept until somebody has mended the fold."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Exists, delete, exists, func, insert, select, update

from central.store.tables import PARKED, PARKED_KEYS

CHUNK_RECORDS = 500


@dataclass(frozen=True)
class ParkedRecord:
    """A record as the log had it. `at_ms`: its time for the fold. `stamp_ms`: the log's. `id` is 0 before it is
    written.
    """

    topic: str
    key: str
    partition: int
    offset: int
    value: bytes
    headers: Mapping[str, str]
    at_ms: int
    stamp_ms: int
    id: int = 0


@dataclass(frozen=True)
class ParkedKey:
    """`tried`: the message_id of the newest `key_unparked` that failed."""

    key: str
    topic: str
    error: str
    since_ms: int
    records: int
    tried: str | None


def read_keys(connection: Connection) -> set[tuple[str, str]]:
    """(topic, key) of all parked keys."""
    return {(topic, key) for topic, key in connection.execute(select(PARKED_KEYS.c.topic, PARKED_KEYS.c.key))}


def is_parked(topic: ColumnElement[str], key: ColumnElement[str]) -> Exists:
    """The condition in a query that this key of this topic is parked."""
    return exists().where(PARKED_KEYS.c.topic == topic, PARKED_KEYS.c.key == key)


def list_keys(connection: Connection) -> list[ParkedKey]:
    stored = PARKED_KEYS.c
    counts = select(func.count()).where(PARKED.c.key == stored.key, PARKED.c.topic == stored.topic).scalar_subquery()
    columns = (stored.key, stored.topic, stored.error, stored.since_ms, counts, stored.tried)
    found = connection.execute(select(*columns).order_by(stored.since_ms))
    return [
        ParkedKey(key, topic, error, since_ms, count, tried) for key, topic, error, since_ms, count, tried in found
    ]


def oldest_ms(connection: Connection) -> int | None:
    """The earliest time of any record that waits."""
    return connection.execute(select(func.min(PARKED.c.at_ms))).scalar_one()


def park_key(connection: Connection, topic: str, key: str, error: str, since_ms: int) -> None:
    row = {"topic": topic, "key": key, "error": error, "since_ms": since_ms}
    connection.execute(insert(PARKED_KEYS), row)


def keep_key(connection: Connection, topic: str, key: str, error: str, tried: str) -> None:
    """It was to be freed, and its records failed again."""
    this = update(PARKED_KEYS).where(PARKED_KEYS.c.topic == topic, PARKED_KEYS.c.key == key)
    connection.execute(this.values(error=error, tried=tried))


def free_key(connection: Connection, topic: str, key: str) -> None:
    """All its records were folded."""
    connection.execute(delete(PARKED).where(PARKED.c.topic == topic, PARKED.c.key == key))
    connection.execute(delete(PARKED_KEYS).where(PARKED_KEYS.c.topic == topic, PARKED_KEYS.c.key == key))


def add(connection: Connection, records: Sequence[ParkedRecord]) -> None:
    if records:
        rows = [
            {
                "topic": each.topic,
                "key": each.key,
                "partition": each.partition,
                "offset": each.offset,
                "value": each.value,
                "headers": json.dumps(dict(each.headers)),
                "at_ms": each.at_ms,
                "stamp_ms": each.stamp_ms,
            }
            for each in records
        ]
        connection.execute(insert(PARKED), rows)


def read(connection: Connection, topic: str, key: str) -> Iterator[ParkedRecord]:
    """The key's records, the oldest first."""
    stored = PARKED.c
    columns = (stored.partition, stored.offset, stored.value, stored.headers, stored.at_ms, stored.stamp_ms, stored.id)
    of_key = select(*columns).where(stored.key == key, stored.topic == topic).order_by(stored.id).limit(CHUNK_RECORDS)
    last_id = -1
    while found := connection.execute(of_key.where(stored.id > last_id)).all():
        for partition, offset, value, headers, at_ms, stamp_ms, last_id in found:
            stamp_ms = at_ms if stamp_ms is None else stamp_ms
            yield ParkedRecord(topic, key, partition, offset, value, json.loads(headers), at_ms, stamp_ms, last_id)
