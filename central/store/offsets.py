"""Where the worker stands in the log: a row for each partition, moved last in the transaction of the effects.

The move names the offset it expects: a worker that was overtaken by another moves nothing, and rolls back all it
did.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from central.store.tables import LOG_IDENTITY, POSITIONS

TopicPartition = tuple[str, int]  # topic, partition


@dataclass(frozen=True)
class Position:
    """`next`: the offset to fold next. `newest_ms`: the highest LogAppendTime folded of this partition."""

    next: int
    newest_ms: int


class FenceLost(Exception):
    """Another worker has moved this partition; what this one did counts for nothing."""


class OtherLog(Exception):
    """The database was made from another log than the one in reach."""


def read_positions(connection: Connection) -> dict[TopicPartition, Position]:
    columns = (POSITIONS.c.topic, POSITIONS.c.partition, POSITIONS.c.next, POSITIONS.c.newest_ms)
    rows = connection.execute(select(*columns))
    return {(topic, partition): Position(offset, newest_ms) for topic, partition, offset, newest_ms in rows}


def add_positions(connection: Connection, firsts: Mapping[TopicPartition, int]) -> None:
    """For partitions that the database does not know yet."""
    if firsts:
        rows = [
            {"topic": topic, "partition": partition, "next": first, "newest_ms": 0}
            for (topic, partition), first in firsts.items()
        ]
        connection.execute(insert(POSITIONS), rows)


_MOVE = (
    update(POSITIONS)
    .where(
        POSITIONS.c.topic == bindparam("of_topic"),
        POSITIONS.c.partition == bindparam("of_partition"),
        POSITIONS.c.next == bindparam("expected"),
    )
    .values(next=bindparam("new"), newest_ms=bindparam("newest"))
)


def move(connection: Connection, partition: TopicPartition, expected: int, to: Position) -> None:
    """Raises FenceLost."""
    topic, number = partition
    values = {
        "of_topic": topic,
        "of_partition": number,
        "expected": expected,
        "new": to.next,
        "newest": to.newest_ms,
    }
    if connection.execute(_MOVE, values).rowcount != 1:
        raise FenceLost(f"{topic}/{number} no longer stands at {expected}")


def check_cluster(connection: Connection, cluster_id: str) -> None:
    """Remembers the log at the first start. Raises OtherLog for another one."""
    known = connection.execute(select(LOG_IDENTITY.c.cluster_id)).scalar_one_or_none()
    if known is None:
        connection.execute(insert(LOG_IDENTITY), {"cluster_id": cluster_id})
    elif known != cluster_id:
        raise OtherLog(
            f"the database was folded from the log {known}, but the log in reach is {cluster_id}; "
            "name the right one (BROKER_ADDRESS, LOG_PATH), or an empty database to fold this log from its beginning"
        )
