"""What is to be appended to the log, written in the transaction that decided it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from central.store.tables import OUTBOX


@dataclass(frozen=True)
class Letter:
    """One record to append. `id` is 0 before it is written; `headers` are texts by name."""

    topic: str
    key: bytes
    value: bytes
    headers: Mapping[str, str]
    id: int = 0


def add(connection: Connection, letters: Sequence[Letter]) -> None:
    if letters:
        rows = [
            {"topic": each.topic, "key": each.key, "value": each.value, "headers": json.dumps(dict(each.headers))}
            for each in letters
        ]
        connection.execute(insert(OUTBOX), rows)


def read(connection: Connection, after_id: int, limit: int) -> list[Letter]:
    """In the order in which they were decided."""
    columns = (OUTBOX.c.topic, OUTBOX.c.key, OUTBOX.c.value, OUTBOX.c.headers, OUTBOX.c.id)
    found = connection.execute(select(*columns).where(OUTBOX.c.id > after_id).order_by(OUTBOX.c.id).limit(limit))
    return [Letter(topic, key, value, json.loads(headers), row_id) for topic, key, value, headers, row_id in found]


def remove(connection: Connection, ids: Sequence[int]) -> None:
    if ids:
        connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(ids)))
