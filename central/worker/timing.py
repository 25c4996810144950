"""The times that a batch's records are folded under, and where their partitions stand after them."""

import logging
from collections.abc import Mapping, Sequence

from central.model.record_time import Mark, advance
from central.store.offsets import Position, TopicPartition, fingerprint_of
from central.worker.batch import TimedRecord
from eventlog import Record

logger = logging.getLogger(__name__)


def timed(
    records: Sequence[Record], positions: Mapping[TopicPartition, Position]
) -> tuple[list[TimedRecord], dict[TopicPartition, Position]]:
    """Each record with its time, and the new positions of the partitions that these records lie in."""
    moved: dict[TopicPartition, Position] = {}
    result: list[TimedRecord] = []
    for record in records:
        partition = (record.topic, record.partition)
        mark = (moved.get(partition) or positions[partition]).mark
        after = advance(mark, record.timestamp_ms)
        _tell(record, mark, after)
        topic_id = positions[partition].topic_id
        moved[partition] = Position(record.offset + 1, after, fingerprint_of(record), topic_id)
        result.append((record, after.at_ms))
    return result, moved


def _tell(record: Record, mark: Mark, after: Mark) -> None:
    """A clock that is wrong or was put right has consequences: none of them is silent."""
    place = (record.topic, record.partition, record.offset)
    if after.at_ms < mark.at_ms:
        back_s = (mark.at_ms - after.at_ms) / 1_000
        logger.warning("%s/%d offset %d: time goes back by %.0f s, the log's clock was put right", *place, back_s)
    elif after.count == -1:
        below_s = (mark.at_ms - record.timestamp_ms) / 1_000
        logger.warning("%s/%d offset %d was stamped %.0f s before the records before it", *place, below_s)
