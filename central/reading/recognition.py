"""Whether the log in reach is the one that a database was made from, and from where each partition is read on.

A broker after a power cut, a restored folder or a topic made anew may hold other records under the offsets that were
folded. Read on there, what lies between would be skipped in silence. So beside each position lie the topic's own id and
a fingerprint of the last record folded. What does not fit stops the reader with one line; telemetry, which is lossy and
kept for days, is read from its beginning again.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection
from wire.kinds import TELEMETRY

from central.model.record_time import Mark
from central.store import log_identity, offsets
from central.store.offsets import Position, TopicPartition, fingerprint_of
from eventlog import Ends, Log, LogReplaced, LogUnavailable, OffsetOutOfRange, Record

ANSWER_WITHIN_S = 10.0
POLL_RECORDS = 500
POLL_S = 1.0


class WaysOut(NamedTuple):
    """What a person can do: where another log is in reach, where it differs, and where its beginning is gone."""

    of_other: str
    of_differing: str
    of_empty: str


OF_THE_WORKER = WaysOut(
    of_other=log_identity.WAY_OUT,
    of_differing="put back the log that belongs to this database, or name an empty database (DB_PATH, DATABASE_URL) to "
    "fold this log from its beginning; see 'When the worker refuses a log' in docs/operating.md",
    of_empty="name the database that was folded from this log (DB_PATH, DATABASE_URL) or put it back from a backup; "
    "see 'When the worker refuses a log' in docs/operating.md",
)

logger = logging.getLogger(__name__)


class Unrecognised(Exception):
    """This is not the log that the database was made from, or not all of it; the text says what differs."""


@dataclass
class Recognised:
    """`added`: positions of partitions that the database does not know. `restarted`: telemetry's, at its beginning."""

    topic_ids: Mapping[str, str]
    added: dict[TopicPartition, Position] = field(default_factory=dict[TopicPartition, Position])
    restarted: dict[TopicPartition, Position] = field(default_factory=dict[TopicPartition, Position])


def recognise(
    log: Log,
    known: Mapping[TopicPartition, Position],
    partitions: Sequence[TopicPartition],
    ways_out: WaysOut = OF_THE_WORKER,
    *,
    begins_at_end: bool = False,
) -> Recognised:
    """`begins_at_end`: whether partitions that the database does not know are read from their end on.

    Raises Unrecognised, LogUnavailable.
    """
    topic_ids = {topic: log.topic_id(topic) for topic in dict.fromkeys(topic for topic, _ in partitions)}
    ends = log.all_ends(partitions)
    result = Recognised(topic_ids)
    differing: dict[TopicPartition, str] = {}
    for partition in partitions:
        position, end = known.get(partition), ends[partition]
        begin = Position(end.next if begins_at_end else end.first, Mark(), topic_id=topic_ids[partition[0]])
        if position is None:
            result.added[partition] = begin
            if end.first > 0 and partition[0] != TELEMETRY and not begins_at_end:
                raise Unrecognised(f"{_gone_before(partition, end.first)}; {ways_out.of_empty}")
        elif (text := _difference(partition, position, end, begin.topic_id)) is not None:
            differing[partition] = text
    differing |= _other_records(log, known, ends, skipped=differing)
    for partition, text in differing.items():
        if partition[0] != TELEMETRY:
            raise Unrecognised(f"{text}; {ways_out.of_differing}")
        logger.warning("%s: it is read from its beginning", text)
        result.restarted[partition] = Position(ends[partition].first, Mark(), topic_id=topic_ids[TELEMETRY])
    return result


def note(
    connection: Connection, cluster_id: str, known: Mapping[TopicPartition, Position], recognised: Recognised
) -> None:
    """Keep what was found, in one transaction. `known`: the positions that it was held against."""
    log_identity.remember_cluster(connection, cluster_id)
    unknown = recognised.added.keys() - offsets.read_positions(connection).keys()
    offsets.add_positions(connection, {partition: recognised.added[partition] for partition in unknown})
    offsets.note_topics(connection, recognised.topic_ids)
    for partition, begin in recognised.restarted.items():
        offsets.move(connection, partition, known[partition].next, begin)


def exchanged_text(error: LogReplaced) -> str:
    """One line, where only a new start can tell which log it is."""
    return (
        f"{error}; stop the worker, the bridge and the API, see that no -wal and -shm of the old file lie beside the "
        "new one, and start them again; see 'When the worker refuses a log' in docs/operating.md"
    )


def _out_of_range_text(topic: str, partition: int, offset: int, first: int, next_offset: int) -> str:
    """What the log holds, and where the database stands."""
    if offset < first:
        holds = f"the beginning of {topic}/{partition} is gone: it holds {first} and later"
    else:
        holds = f"the log was rolled back: {topic}/{partition} ends at {next_offset}"
    return f"{holds}, and the database goes on at {offset}"


def _gone_before(partition: TopicPartition, first: int) -> str:
    topic, number = partition
    return f"the database is empty, and the beginning of {topic}/{number} is gone: it holds {first} and later"


def _difference(partition: TopicPartition, position: Position, end: Ends, topic_id: str | None) -> str | None:
    topic, number = partition
    if position.topic_id not in (None, topic_id):
        return f"{topic} was deleted and made anew: it was {position.topic_id}, and is {topic_id}"
    if not end.first <= position.next <= end.next:
        return _out_of_range_text(topic, number, position.next, end.first, end.next)
    return None


def _other_records(
    log: Log,
    known: Mapping[TopicPartition, Position],
    ends: Mapping[TopicPartition, Ends],
    skipped: Mapping[TopicPartition, str],
) -> dict[TopicPartition, str]:
    """Of the partitions whose last record folded is kept, those that hold another one under its offset."""
    last = {
        partition: position.next - 1
        for partition, position in known.items()
        if partition in ends and partition not in skipped and position.last is not None
        if position.next > ends[partition].first
    }
    found: dict[TopicPartition, str] = {}
    for (topic, number), record in _read(log, last).items():
        position = known[topic, number]
        if record.offset != position.next - 1 or fingerprint_of(record) != position.last:
            found[topic, number] = (
                f"the log was rolled back and has grown again: {topic}/{number} holds another record under offset "
                f"{position.next - 1} than the one that was folded"
            )
    return found


def _read(log: Log, wanted: Mapping[TopicPartition, int]) -> dict[TopicPartition, Record]:
    """The first record of each partition from the offset wanted on."""
    found: dict[TopicPartition, Record] = {}
    if not wanted:
        return found
    deadline = time.monotonic() + ANSWER_WITHIN_S
    reader = log.reader(wanted)
    try:
        while len(found) < len(wanted):
            if time.monotonic() > deadline:
                raise LogUnavailable(f"the log has not handed out its last records within {ANSWER_WITHIN_S:g} s")
            for record in reader.poll(POLL_RECORDS, POLL_S):
                found.setdefault((record.topic, record.partition), record)
    except OffsetOutOfRange as error:  # it was in range a moment ago: retention has moved on
        raise LogUnavailable(str(error)) from error
    finally:
        reader.close()
    return found
