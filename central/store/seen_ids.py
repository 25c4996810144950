"""Ids so old that they count as unseen leave the table."""

from sqlalchemy import Connection, delete, select

from central.fold.dedup import SEEN_FOR_MS
from central.store.tables import SEEN_IDS

MAX_ROWS = 10_000  # at a time: the worker has other things to do


def forget(connection: Connection, newest_ms: int) -> None:
    """`newest_ms`: the newest record's time."""
    old = (
        select(SEEN_IDS.c.topic, SEEN_IDS.c.key, SEEN_IDS.c.message_id)
        .where(SEEN_IDS.c.at_ms < newest_ms - SEEN_FOR_MS)
        .limit(MAX_ROWS)
    )
    for topic, key, message_id in connection.execute(old).all():
        connection.execute(
            delete(SEEN_IDS).where(
                SEEN_IDS.c.topic == topic, SEEN_IDS.c.key == key, SEEN_IDS.c.message_id == message_id
            )
        )
