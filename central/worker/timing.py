"""The times and the terms that a batch's records are folded under, and where their partitions stand after them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from wire.kinds import CP, TELEMETRY

from central.model import terms
from central.model.record_time import Mark, advance
from central.model.records import Incoming
from central.model.terms import Terms
from central.reading.admit import admit
from central.store.offsets import Position, TopicPartition, fingerprint_of
from eventlog import Record

_SOUGHT = f'"{terms.KIND}"'.encode()

logger = logging.getLogger(__name__)


class Timed(NamedTuple):
    """A record, with the time and the terms that its fold sees."""

    record: Record
    at_ms: int
    terms: Terms


def timed(
    records: Sequence[Record], positions: Mapping[TopicPartition, Position]
) -> tuple[list[Timed], dict[TopicPartition, Position]]:
    """Each record with its time, and the new positions of the partitions that these records lie in."""
    moved: dict[TopicPartition, Position] = {}
    result: list[Timed] = []
    for record in records:
        partition = (record.topic, record.partition)
        before = moved.get(partition) or positions[partition]
        after = advance(before.mark, record.timestamp_ms)
        _tell(record, before.mark, after)
        told = _terms_told_by(record, after.at_ms)
        moved[partition] = replace(
            before, next=record.offset + 1, mark=after, last=fingerprint_of(record), terms=told or before.terms
        )
        in_force = before.terms or _of_telemetry(partition, positions)
        result.append(Timed(record, after.at_ms, in_force))
    return result, moved


def _terms_told_by(record: Record, at_ms: int) -> Terms | None:
    if _SOUGHT not in record.value or record.topic == TELEMETRY:
        return None
    incoming = admit(record, at_ms)
    if isinstance(incoming, Incoming) and incoming.message["type"] == terms.KIND:
        return terms.told_by(incoming.message)
    return None


def _of_telemetry(partition: TopicPartition, positions: Mapping[TopicPartition, Position]) -> Terms:
    """Telemetry is kept for days only, and so would be its terms: it has those of its charge points in ev.cp."""
    topic, number = partition
    assert topic == TELEMETRY, "the worker settles the terms of a partition before it reads on there"
    in_force = positions[CP, number].terms
    assert in_force is not None
    return in_force


def _tell(record: Record, mark: Mark, after: Mark) -> None:
    """A clock that is wrong or was put right has consequences: none of them is silent."""
    place = (record.topic, record.partition, record.offset)
    if after.at_ms < mark.at_ms:
        back_s = (mark.at_ms - after.at_ms) / 1_000
        logger.warning("%s/%d offset %d: time goes back by %.0f s, the log's clock was put right", *place, back_s)
    elif after.count == -1:
        below_s = (mark.at_ms - record.timestamp_ms) / 1_000
        logger.warning("%s/%d offset %d was stamped %.0f s before the records before it", *place, below_s)
