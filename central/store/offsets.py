"""Where the worker stands in the log: a row for each partition, moved last in the transaction of the effects.

The move names the offset it expects: a worker that was overtaken by another moves nothing, and rolls back all it
did.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from central.model.record_time import Mark
from central.store.tables import POSITIONS

TopicPartition = tuple[str, int]  # topic, partition


@dataclass(frozen=True)
class Position:
    """`next`: the offset to fold next. `mark`: the partition's time, that of the last record folded."""

    next: int
    mark: Mark


class FenceLost(Exception):
    """Another worker has moved this partition; what this one did counts for nothing."""


def read_positions(connection: Connection) -> dict[TopicPartition, Position]:
    stored = POSITIONS.c
    columns = (stored.topic, stored.partition, stored.next, stored.mark_ms, stored.before_ms, stored.count)
    return {
        (topic, partition): Position(offset, Mark(at_ms, before_ms, count))
        for topic, partition, offset, at_ms, before_ms, count in connection.execute(select(*columns))
    }


def add_positions(connection: Connection, positions: Mapping[TopicPartition, Position]) -> None:
    """For partitions that the database does not know yet."""
    if positions:
        rows = [
            {"topic": topic, "partition": partition, **_columns(position)}
            for (topic, partition), position in positions.items()
        ]
        connection.execute(insert(POSITIONS), rows)


def _columns(position: Position) -> dict[str, int]:
    mark = position.mark
    return {"next": position.next, "mark_ms": mark.at_ms, "before_ms": mark.before_ms, "count": mark.count}


_MOVE = (
    update(POSITIONS)
    .where(
        POSITIONS.c.topic == bindparam("of_topic"),
        POSITIONS.c.partition == bindparam("of_partition"),
        POSITIONS.c.next == bindparam("expected"),
    )
    .values({name: bindparam(f"new_{name}") for name in ("next", "mark_ms", "before_ms", "count")})
)


def move(connection: Connection, partition: TopicPartition, expected: int, to: Position) -> None:
    """Raises FenceLost."""
    topic, number = partition
    values = {"of_topic": topic, "of_partition": number, "expected": expected}
    values |= {f"new_{name}": value for name, value in _columns(to).items()}
    if connection.execute(_MOVE, values).rowcount != 1:
        raise FenceLost(f"{topic}/{number} no longer stands at {expected}")
