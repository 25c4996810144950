"""Deletes rows that nobody asks for any more: ids so old that they count as unseen, deadlines long void, and live
figures of charges that ended long ago.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select, tuple_
from wire.kinds import SITE

from central.fold.dedup import SEEN_FOR_MS
from central.model.record_time import Mark
from central.store import parked
from central.store.offsets import Position, TopicPartition
from central.store.tables import DEADLINES, LIVE_CHARGES, POWER_CURVES, SEEN_IDS

MAX_ROWS = 1_000  # of a table at a time: the worker has other things to do


def marks_of(positions: Mapping[TopicPartition, Position]) -> list[Mark]:
    """Of all partitions but those of ev.site: months may pass there without a record, and their time stands."""
    return [position.mark for (topic, _), position in positions.items() if topic != SITE]


def forget(connection: Connection, marks: Iterable[Mark]) -> bool:
    """Returns whether nothing is left to delete. `marks`: as `marks_of` has them. The lowest counts, since a wrong
    stamp may have moved another one ahead.

    A partition that never had a record has no time, and nothing that could be forgotten. What is parked is folded late,
    and still asks for what was there in its time.
    """
    times_ms = [mark.at_ms for mark in marks if mark != Mark()] or [0]
    waiting_ms = parked.oldest_ms(connection)
    before_ms = min(times_ms if waiting_ms is None else [*times_ms, waiting_ms]) - SEEN_FOR_MS
    void = and_(DEADLINES.c.live.is_(False), DEADLINES.c.due_at_ms < before_ms)
    old = (
        (SEEN_IDS, SEEN_IDS.c.at_ms < before_ms),
        (DEADLINES, void),
        (LIVE_CHARGES, LIVE_CHARGES.c.at_ms < before_ms),
        (POWER_CURVES, POWER_CURVES.c.at_ms < before_ms),
    )
    left = [_delete(connection, table, is_old) for table, is_old in old]
    return sum(left) == 0


def _delete(connection: Connection, table: Table, is_old: ColumnElement[bool]) -> bool:
    """Returns whether there may be more to delete."""
    key = table.primary_key.columns
    chosen = select(*key).where(is_old).limit(MAX_ROWS)
    return connection.execute(delete(table).where(tuple_(*key).in_(chosen))).rowcount >= MAX_ROWS
