"""The outbox: records to append to the log, written in the transaction that produced them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from central.store.tables import OUTBOX


@dataclass(frozen=True)
class OutboxRecord:
    """One record to append. `id` is 0 before it is written; `headers` are texts by name."""

    topic: str
    key: bytes
    value: bytes
    headers: Mapping[str, str]
    id: int = 0


def add(connection: Connection, records: Sequence[OutboxRecord]) -> None:
    if records:
        rows = [
            {"topic": each.topic, "key": each.key, "value": each.value, "headers": json.dumps(dict(each.headers))}
            for each in records
        ]
        connection.execute(insert(OUTBOX), rows)


def read(connection: Connection, after_id: int, limit: int) -> list[OutboxRecord]:
    """In the order in which they were written."""
    columns = (OUTBOX.c.topic, OUTBOX.c.key, OUTBOX.c.value, OUTBOX.c.headers, OUTBOX.c.id)
    found = connection.execute(select(*columns).where(OUTBOX.c.id > after_id).order_by(OUTBOX.c.id).limit(limit))
    return [OutboxRecord(topic, key, value, json.loads(told), row_id) for topic, key, value, told, row_id in found]


def remove(connection: Connection, ids: Sequence[int]) -> None:
    if ids:
        connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(ids)))
