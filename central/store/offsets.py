"""Where the worker stands in the log: a row for each partition, moved last in the transaction of the effects.

The move names the offset it expects: a worker that was overtaken by another moves nothing, and rolls back all it
did.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from central.model import terms as model_terms
from central.model.record_time import Mark
from central.model.terms import Terms
from central.store.tables import POSITIONS
from eventlog import Record

TopicPartition = tuple[str, int]  # topic, partition


class Fingerprint(NamedTuple):
    """What tells a record from another under the same offset."""

    checksum: int
    stamp_ms: int


def fingerprint_of(record: Record) -> Fingerprint:
    return Fingerprint(zlib.crc32(record.value, zlib.crc32(record.raw_key or b"")), record.timestamp_ms)


@dataclass(frozen=True)
class Position:
    """`next`: the offset to fold next. `mark`: the partition's time, that of the last record folded.

    `last`: of that record, None where there is none yet. `topic_id`: the topic's own; None where it was never noted.
    `terms`: those in force for the next record; None where the partition has none of its own, or none yet.
    """

    next: int
    mark: Mark
    last: Fingerprint | None = None
    topic_id: str | None = None
    terms: Terms | None = None


class FenceLost(Exception):
    """Another worker has moved this partition; what this one did counts for nothing."""


def read_positions(connection: Connection) -> dict[TopicPartition, Position]:
    found: dict[TopicPartition, Position] = {}
    for row in connection.execute(select(POSITIONS)).mappings():
        last = None if row["checksum"] is None else Fingerprint(row["checksum"], row["stamp_ms"])
        mark = Mark(row["mark_ms"], row["before_ms"], row["count"])
        terms = None if row["terms"] is None else model_terms.from_text(row["terms"])
        found[row["topic"], row["partition"]] = Position(row["next"], mark, last, row["topic_id"], terms)
    return found


def add_positions(connection: Connection, positions: Mapping[TopicPartition, Position]) -> None:
    """For partitions that the database does not know yet."""
    if positions:
        rows = [
            {"topic": topic, "partition": partition, **_columns(position)}
            for (topic, partition), position in positions.items()
        ]
        connection.execute(insert(POSITIONS), rows)


def _columns(position: Position) -> dict[str, int | str | None]:
    mark, last = position.mark, position.last
    return {
        "next": position.next,
        "mark_ms": mark.at_ms,
        "before_ms": mark.before_ms,
        "count": mark.count,
        "checksum": None if last is None else last.checksum,
        "stamp_ms": None if last is None else last.stamp_ms,
        "topic_id": position.topic_id,
        "terms": None if position.terms is None else model_terms.to_text(position.terms),
    }


_MOVE = (
    update(POSITIONS)
    .where(
        POSITIONS.c.topic == bindparam("of_topic"),
        POSITIONS.c.partition == bindparam("of_partition"),
        POSITIONS.c.next == bindparam("expected"),
    )
    .values({each.name: bindparam(f"new_{each.name}") for each in POSITIONS.c if not each.primary_key})
)


def move(connection: Connection, partition: TopicPartition, expected: int, to: Position) -> None:
    """Raises FenceLost."""
    topic, number = partition
    values: dict[str, int | str | None] = {"of_topic": topic, "of_partition": number, "expected": expected}
    values |= {f"new_{name}": value for name, value in _columns(to).items()}
    if connection.execute(_MOVE, values).rowcount != 1:
        raise FenceLost(f"{topic}/{number} no longer stands at {expected}")


def note_topics(connection: Connection, topic_ids: Mapping[str, str]) -> None:
    """For positions of a version that did not know the ids of topics."""
    for topic, topic_id in topic_ids.items():
        missing = update(POSITIONS).where(POSITIONS.c.topic == topic, POSITIONS.c.topic_id.is_(None))
        connection.execute(missing.values(topic_id=topic_id))


def note_terms(connection: Connection, terms: Mapping[TopicPartition, Terms]) -> None:
    """For positions that have none in force."""
    for (topic, number), each in terms.items():
        missing = update(POSITIONS).where(
            POSITIONS.c.topic == topic, POSITIONS.c.partition == number, POSITIONS.c.terms.is_(None)
        )
        connection.execute(missing.values(terms=model_terms.to_text(each)))
