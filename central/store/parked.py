"""Keys whose fold failed unexpectedly, with their records in order, kept until somebody has mended the fold."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Exists, delete, exists, func, insert, select

from central.store.tables import PARKED, PARKED_KEYS

MAX_ERROR_CHARACTERS = 500


@dataclass(frozen=True)
class ParkedRecord:
    """A record as the log had it. `at_ms`: its time for the fold. `id` is 0 before it is written."""

    topic: str
    key: str
    partition: int
    offset: int
    value: bytes
    headers: Mapping[str, str]
    at_ms: int
    id: int = 0


@dataclass(frozen=True)
class ParkedKey:
    key: str
    topic: str
    error: str
    since_ms: int
    records: int


def read_keys(connection: Connection) -> set[tuple[str, str]]:
    """(topic, key) of all parked keys."""
    return {(topic, key) for topic, key in connection.execute(select(PARKED_KEYS.c.topic, PARKED_KEYS.c.key))}


def is_parked(topic: ColumnElement[str], key: ColumnElement[str]) -> Exists:
    """The condition in a query that this key of this topic is parked."""
    return exists().where(PARKED_KEYS.c.topic == topic, PARKED_KEYS.c.key == key)


def list_keys(connection: Connection) -> list[ParkedKey]:
    counts = (
        select(func.count())
        .where(PARKED.c.key == PARKED_KEYS.c.key, PARKED.c.topic == PARKED_KEYS.c.topic)
        .scalar_subquery()
    )
    columns = (PARKED_KEYS.c.key, PARKED_KEYS.c.topic, PARKED_KEYS.c.error, PARKED_KEYS.c.since_ms, counts)
    found = connection.execute(select(*columns).order_by(PARKED_KEYS.c.since_ms))
    return [ParkedKey(key, topic, error, since_ms, count) for key, topic, error, since_ms, count in found]


def park_key(connection: Connection, topic: str, key: str, error: str, since_ms: int) -> None:
    row = {"topic": topic, "key": key, "error": error[:MAX_ERROR_CHARACTERS], "since_ms": since_ms}
    connection.execute(insert(PARKED_KEYS), row)


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
            }
            for each in records
        ]
        connection.execute(insert(PARKED), rows)


def read(connection: Connection, topic: str, key: str, limit: int) -> list[ParkedRecord]:
    """The oldest of the key's records."""
    stored = PARKED.c
    columns = (stored.partition, stored.offset, stored.value, stored.headers, stored.at_ms, stored.id)
    wanted = select(*columns).where(stored.key == key, stored.topic == topic).order_by(stored.id).limit(limit)
    return [
        ParkedRecord(topic, key, partition, offset, value, json.loads(headers), at_ms, row_id)
        for partition, offset, value, headers, at_ms, row_id in connection.execute(wanted)
    ]


def remove(connection: Connection, ids: Sequence[int]) -> None:
    if ids:
        connection.execute(delete(PARKED).where(PARKED.c.id.in_(ids)))


def free_key(connection: Connection, topic: str, key: str) -> None:
    connection.execute(delete(PARKED_KEYS).where(PARKED_KEYS.c.topic == topic, PARKED_KEYS.c.key == key))
