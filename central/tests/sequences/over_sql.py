"""A log folded by the worker's own batches over SQLite in memory, its transactions cut anywhere."""

from collections.abc import Sequence
from dataclasses import fields
from random import Random
from typing import Any, cast

from sqlalchemy import Connection, create_engine, select
from sqlalchemy.pool import StaticPool
from wire.appenders import appended_by
from wire.frame import parse, payload_of
from wire.kinds import DEAD

from central.fold.apply import apply
from central.model.records import Incoming, Message
from central.model.terms import Terms
from central.store.tables import OUTBOX, TABLES, metadata
from central.tests.memory_rows import Table
from central.worker.batch import Batch
from central.worker.read_ahead import Ahead
from central.worker.timing import Timed
from eventlog import Record


def fold_over_sql(records: Sequence[Incoming], terms: Terms, random: Random) -> tuple[Table, dict[str, Message]]:
    """The rows as the database has them at the end, and all that was said."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        metadata.create_all(connection)
        at = 0
        while at < len(records):
            taken = records[at : at + random.choice((1, 5, 40))]
            batch = Batch(connection, apply, Ahead())
            batch.take([_record(incoming, at + number, terms) for number, incoming in enumerate(taken)])
            batch.write()
            connection.commit()
            at += len(taken)
        found = stored_rows(connection), _said(connection)
    engine.dispose()
    return found


def _record(incoming: Incoming, offset: int, terms: Terms) -> Timed:
    value, headers = payload_of(incoming.message), appended_by(incoming.appender)
    stamp_ms = 0 if incoming.clock_stands else incoming.at_ms
    record = Record(incoming.topic, 0, offset, incoming.key, value, headers, stamp_ms)
    return Timed(record, incoming.at_ms, terms)


def stored_rows(connection: Connection) -> Table:
    found: Table = {}
    for table, stored in TABLES.items():
        columns = [stored.c[each.name] for each in fields(cast(Any, table))]
        for values in connection.execute(select(*columns)):
            row: Any = table(*values)
            found[table, tuple(getattr(row, name) for name in row.primary_key)] = row
    return found


def _said(connection: Connection) -> dict[str, Message]:
    values = connection.execute(select(OUTBOX.c.value).where(OUTBOX.c.topic != DEAD)).scalars()
    messages: list[Message] = [parse(value) for value in values]
    return {message["message_id"]: message for message in messages}
