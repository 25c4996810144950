"""A reader of the log beside the worker: with positions of its own, in a database of its own.

One transaction per batch holds what the records bring about and, moved last, the next offsets: killed anywhere it goes
on as if nothing had happened, and two of one kind never both count. Each kind says where it begins when its database is
empty: at the log's beginning (its tables can be made again from it), or at its end (what is old is nobody's news).

What can pass is waited for, as by the worker. A record that `take` fails on, which is a mistake of ours, is left out,
counted and told; the others go on.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from wire.kinds import DEAD

from central.model.record_time import advance
from central.model.records import Incoming
from central.reading.admit import admit
from central.reading.process import Stopped
from central.reading.recognition import Unrecognised, WaysOut, exchanged_text, note, recognise
from central.store import log_identity, offsets
from central.store.database import Database, is_transient, lock_for_writing, reason_of
from central.store.log_identity import OtherLog
from central.store.offsets import FenceLost, Position, TopicPartition, fingerprint_of
from eventlog import Log, LogReplaced, LogUnavailable, OffsetOutOfRange, Reader, Record, UnknownTopic
from eventlog.clock import wall_ms
from runtime.pauses import Pauses

BATCH_RECORDS = 500
POLL_S = 0.5
REST_INTERVAL_S = 3_600.0
MAKE_INTERVAL_S = 60.0
MAKE_TIMES = 4  # after a step it reads and waits for so many times as long as that took

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Purpose:
    """What a reader is for.

    `take`: what records bring about, inside the transaction; called with those that are sound, in their order within a
    partition. `rest`: what is done once an hour when the log is read to its end, told the time by which to forget
    (`resting_time_ms`). `make`: one step of what is made of the rows ahead, told the same time and what is left of this
    pass over them (nothing at its beginning); what is left then. `take_dead`: what dead letters bring about, as they
    lie in the log, in the transaction of `take`; None: they are not read.
    """

    topics: tuple[str, ...]
    take: Callable[[Connection, Sequence[Incoming]], None]
    rest: Callable[[Connection, int], None]
    ways_out: WaysOut
    begins_at_end: bool
    make: Callable[[Connection, int, Sequence[Any]], Sequence[Any]] | None = None
    make_interval_s: float = MAKE_INTERVAL_S
    take_dead: Callable[[Connection, Sequence[Record]], None] | None = None

    @property
    def read_topics(self) -> tuple[str, ...]:
        return self.topics if self.take_dead is None else (*self.topics, DEAD)


class LogReader:
    """`counts`: taken, dead, unsound, failed, batches, fence_lost."""

    def __init__(self, database: Database, log: Log, purpose: Purpose, stop: threading.Event) -> None:
        self._database = database
        self._log = log
        self._purpose = purpose
        self._stop = stop
        self._reader: Reader | None = None
        self._positions: dict[TopicPartition, Position] = {}
        self._rest_at = self._make_at = 0.0
        self._left: Sequence[Any] = ()
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        """Until `stop` is set. Raises Stopped."""
        pauses = Pauses(self._stop)
        try:
            while not self._stop.is_set():
                try:
                    reader = self._begin()
                    pauses.over()
                    logger.info("ready database=%s", self._database.place)
                    while not self._stop.is_set():
                        self._turn(reader)
                except FenceLost as error:
                    self.counts["fence_lost"] += 1
                    self._close()  # its tables may have been emptied: whatever is known is looked at anew
                    pauses.wait(f"another process reads this log into this database: {error}")
                except (LogUnavailable, UnknownTopic, OffsetOutOfRange) as error:
                    self._close()
                    pauses.wait(f"the log is away: {error}")
                except SQLAlchemyError as error:
                    if not is_transient(error):
                        raise
                    pauses.wait(f"the database cannot be used: {reason_of(error)}")
        finally:
            self._close()

    def _begin(self) -> Reader:
        """Raises Stopped where it is another log than before."""
        if self._reader is None:
            self._recognise()
        with self._database.reader.connect() as connection:
            self._positions = offsets.read_positions(connection)
        starts = {partition: position.next for partition, position in self._positions.items()}
        if self._reader is None:
            self._reader = self._log.reader(starts)
        for (topic, number), at in starts.items():
            self._reader.seek(topic, number, at)
        return self._reader

    def _recognise(self) -> None:
        purpose = self._purpose
        try:
            self._log.create_topics()
            counts = {topic: self._log.partitions(topic) for topic in purpose.read_topics}
            partitions = [(topic, number) for topic, count in counts.items() for number in range(count)]
            cluster_id = self._log.cluster_id()
            with self._database.reader.connect() as connection:
                log_identity.check_cluster(connection, cluster_id, purpose.ways_out.of_other)
                known = offsets.read_positions(connection)
            found = recognise(self._log, known, partitions, purpose.ways_out, begins_at_end=purpose.begins_at_end)
        except LogReplaced as error:
            raise Stopped(exchanged_text(error)) from error
        except (OtherLog, Unrecognised) as error:
            raise Stopped(str(error)) from error
        with self._database.writer.begin() as connection:
            lock_for_writing(connection)
            note(connection, cluster_id, known, found)

    def _turn(self, reader: Reader) -> None:
        records = reader.poll(BATCH_RECORDS, POLL_S)
        if records:
            self._take(records)
        now_s = time.monotonic()
        is_due = now_s >= self._rest_at or (self._purpose.make is not None and now_s >= self._make_at)
        if is_due and len(records) < BATCH_RECORDS and self._is_near_the_end(reader):
            self._do_what_is_due(now_s)

    def _take(self, records: Sequence[Record]) -> None:
        try:
            self._take_together(records)
        except (FenceLost, OffsetOutOfRange, LogUnavailable):
            raise
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and is_transient(error):
                raise
            logger.exception("a batch failed; its records are tried one by one")
            for record in records:
                self._take_alone(record)

    def _take_alone(self, record: Record) -> None:
        try:
            self._take_together([record])
        except FenceLost:
            raise
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and is_transient(error):
                raise
            place = (record.topic, record.partition, record.offset)
            logger.error("%s/%d offset %d is left out: taking it failed", *place, exc_info=error)
            self.counts["failed"] += 1
            self._take_together([record], leave_out=True)

    def _take_together(self, records: Sequence[Record], *, leave_out: bool = False) -> None:
        """One transaction. `leave_out`: only the offsets move."""
        sound, moved = self._judged(records)
        dead = [record for record in records if record.topic == DEAD]
        with self._database.writer.begin() as connection:
            lock_for_writing(connection)
            if not leave_out:
                self._purpose.take(connection, sound)
                if dead and self._purpose.take_dead is not None:
                    self._purpose.take_dead(connection, dead)
            for partition, to in moved.items():
                offsets.move(connection, partition, self._positions[partition].next, to)
        self._positions |= moved
        if not leave_out:
            unsound = len(records) - len(dead) - len(sound)
            self.counts += Counter(taken=len(sound), dead=len(dead), unsound=unsound, batches=1)

    def _judged(self, records: Sequence[Record]) -> tuple[list[Incoming], dict[TopicPartition, Position]]:
        """Those that the worker would fold too, and the new positions."""
        sound: list[Incoming] = []
        moved: dict[TopicPartition, Position] = {}
        for record in records:
            partition = (record.topic, record.partition)
            before = moved.get(partition) or self._positions[partition]
            mark = advance(before.mark, record.timestamp_ms)
            moved[partition] = replace(before, next=record.offset + 1, mark=mark, last=fingerprint_of(record))
            verdict = None if record.topic == DEAD else admit(record, mark.at_ms)
            if isinstance(verdict, Incoming) and verdict.problem is None:
                sound.append(verdict)
        return sound, moved

    def _is_near_the_end(self, reader: Reader) -> bool:
        """A log into which much is written is hardly ever read to its very end."""
        reached = {partition: reader.position(*partition) for partition in self._positions}
        ends = self._log.all_ends(reached)
        return sum(max(0, ends[partition].next - at) for partition, at in reached.items()) < BATCH_RECORDS

    def _do_what_is_due(self, now_s: float) -> None:
        """The times that both are told are known once there is a record."""
        now_ms = resting_time_ms(self._positions, wall_ms())
        if now_s >= self._rest_at:
            if now_ms is not None:
                with self._database.writer.begin() as connection:
                    lock_for_writing(connection)
                    self._purpose.rest(connection, now_ms)
            self._rest_at = time.monotonic() + REST_INTERVAL_S
        if self._purpose.make is not None and now_s >= self._make_at:
            if now_ms is not None:
                with self._database.writer.begin() as connection:
                    lock_for_writing(connection)
                    self._left = self._purpose.make(connection, now_ms, self._left)
            ended_s = time.monotonic()
            spent_s = ended_s - now_s
            self._make_at = ended_s + max(MAKE_TIMES * spent_s, 0.0 if self._left else self._purpose.make_interval_s)

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None


def resting_time_ms(positions: Mapping[TopicPartition, Position], host_ms: int) -> int | None:
    """By which time what is old is forgotten, once the log is read to its end; None where it has no record.

    The newest time but one, since a wrong stamp may have moved one partition ahead; and never later than the host's,
    since the log's clock may be wrong in all of them. Partitions in which nothing happens hold nothing back.
    """
    times = sorted(position.mark.at_ms for position in positions.values() if position.last is not None)
    return min(times[-2:][0], host_ms) if times else None
