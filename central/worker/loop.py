"""The worker: reads the log, folds it into the tables, appends what the folds want said.

One transaction per batch holds the effects, the outbox, the dead letters and, moved last, the offsets. What can pass
(the log away, the database locked or full, another worker ahead) is waited for: nothing moves, the caches are
dropped, and the positions are read again.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from central.model.terms import Terms
from central.reading.process import Stopped
from central.reading.recognition import Unrecognised, exchanged_text, note, recognise
from central.store import log_identity, offsets, outbox
from central.store.database import Database, is_transient, lock_for_writing, reason_of
from central.store.log_identity import OtherLog
from central.store.offsets import FenceLost, Position, TopicPartition
from central.worker import forgetting
from central.worker.batch import Batch, Fold
from central.worker.catch_up import CatchUp
from central.worker.clock_alarm import ClockAlarm
from central.worker.intake import MONEY_TOPICS, TOPICS, Intake
from central.worker.publisher import Publisher
from central.worker.read_ahead import Ahead
from central.worker.set_terms import SetTerms
from central.worker.ticker import Ticker
from central.worker.timing import timed
from eventlog import Log, LogReplaced, LogUnavailable, OffsetOutOfRange, Record, UnknownTopic
from eventlog.clock import LogClock
from runtime.pauses import Pauses

FORGET_INTERVAL_S = 3_600.0
FORGET_AGAIN_S = 1.0  # while there is more to forget
CATCH_UP_S = 60.0  # while there is more to fold before
CATCH_UP_POLL_S = 1.0

logger = logging.getLogger(__name__)


class Worker:
    """`counts`: folded, dead, parked, unregistered, batches, fence_lost, telemetry_restarts."""

    def __init__(
        self, database: Database, log: Log, clock: LogClock, terms: Terms, apply: Fold, ticker: Ticker,
        stop: threading.Event,
    ) -> None:  # fmt: skip
        """`terms`: those that are set. Folds use them once the log has told them."""
        self._database = database
        self._log = log
        self._clock = clock
        self._alarm = ClockAlarm()
        self._terms = SetTerms(log, terms)
        self._apply = apply
        self._ahead = Ahead()
        self._ticker = ticker
        self._stop = stop
        self._intake: Intake | None = None
        self._positions: dict[TopicPartition, Position] = {}
        self._catch_up = CatchUp(log)
        self._publisher = Publisher(log, clock, self._wake)
        self._forget_at = 0.0
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        """Until `stop` is set. Raises Stopped."""
        pauses = Pauses(self._stop)
        try:
            while not self._stop.is_set():
                try:
                    intake = self._begin()
                    pauses.over()
                    self._say_ready()
                    while not self._stop.is_set():
                        self._turn(intake)
                except FenceLost as error:
                    self.counts["fence_lost"] += 1
                    pauses.wait(f"another worker folds this log into this database: {error}")
                except (LogUnavailable, UnknownTopic) as error:
                    self._close_intake()
                    pauses.wait(f"the log is away: {error}")
                except SQLAlchemyError as error:
                    if not is_transient(error):
                        raise
                    pauses.wait(f"the database cannot be used: {reason_of(error)}")
        finally:
            self._close_intake()

    def _begin(self) -> Intake:
        """Reads the positions anew, and the log on from there: by new readers at the start and after every
        disconnection, once it is known to be the same log. Raises Stopped for another one.
        """
        if self._intake is None:
            partitions = self._partitions()
            self._recognise(partitions)
            self._read_positions()
            self._look_ahead([partition for partition in partitions if partition[0] in MONEY_TOPICS])
            with self._database.reader.connect() as connection:
                self._catch_up.begin(connection, self._positions)
            self._intake = Intake(self._log, self._starts(), self.counts)
            self._ticker.wait_for_grace()
        else:
            self._read_positions()
            self._intake.seek(self._starts())
        return self._intake

    def _partitions(self) -> Sequence[TopicPartition]:
        try:
            self._log.create_topics()
        except LogReplaced as error:
            raise Stopped(exchanged_text(error)) from error
        return [(topic, number) for topic in TOPICS for number in range(self._log.partitions(topic))]

    def _read_positions(self) -> None:
        with self._database.reader.connect() as connection:
            self._positions = offsets.read_positions(connection)

    def _starts(self) -> dict[TopicPartition, int]:
        return {partition: position.next for partition, position in self._positions.items()}

    def _recognise(self, partitions: Sequence[TopicPartition]) -> None:
        """Is this the log that the database was folded from?"""
        cluster_id = self._log.cluster_id()
        try:
            with self._database.reader.connect() as connection:
                log_identity.check_cluster(connection, cluster_id)
                known = offsets.read_positions(connection)
            recognised = recognise(self._log, known, partitions)
        except (OtherLog, Unrecognised) as error:
            raise Stopped(str(error)) from error
        with self._transaction() as connection:
            note(connection, cluster_id, known, recognised)
            log_identity.note_clock(connection, self._alarm.ahead_ms)
        self.counts["telemetry_restarts"] += len(recognised.restarted)

    def _look_ahead(self, partitions: Sequence[TopicPartition]) -> None:
        """What must be known of the records to come, and terms for each partition that has none in force."""
        places = {partition: self._positions[partition] for partition in partitions}
        self._ahead = self._terms.settle(places)
        missing = {partition: self._ahead.first[partition] for partition, at in places.items() if at.terms is None}
        if missing:
            with self._transaction() as connection:
                offsets.note_terms(connection, missing)
            self._positions |= {each: replace(self._positions[each], terms=missing[each]) for each in missing}

    def _say_ready(self) -> None:
        database = self._database.writer.url.render_as_string()  # without its password
        logger.info("ready database=%s cluster=%s", database, self._log.cluster_id())

    def _turn(self, intake: Intake) -> None:
        records = self._read(intake)
        if records:
            self._fold(records)
        if not self._catch_up.is_over:
            self._catch_up_on(intake)
            return
        with self._database.reader.connect() as connection:
            self._publisher.publish(connection)
            if self._ticker.is_due():
                self._ticker.tick(connection, intake.positions)
        if self._alarm.look(self._clock.ahead_ms):
            with self._transaction() as connection:
                log_identity.note_clock(connection, self._alarm.ahead_ms)
        if not records and self._publisher.acked():
            with self._transaction():
                pass  # what was published leaves the outbox
        if time.monotonic() > self._forget_at:
            self._forget(intake)

    def _catch_up_on(self, intake: Intake) -> None:
        with self._database.reader.connect() as connection:
            told = self._catch_up.told(connection, intake.positions(), self._positions)
        if told:
            with self._transaction() as connection:
                outbox.remove(connection, told)
        if self._catch_up.is_over:
            logger.info("caught up: %s", self._catch_up.summary())
            self._ticker.wait_for_grace()

    def _read(self, intake: Intake) -> Sequence[Record]:
        try:
            records = intake.read(self._ticker.due_in_s() if self._catch_up.is_over else CATCH_UP_POLL_S)
        except OffsetOutOfRange as error:  # what it is, recognition tells
            raise LogUnavailable(str(error)) from error
        self._clock.read(record.timestamp_ms for record in records)
        return records

    def _fold(self, records: Sequence[Record]) -> None:
        try:
            self._fold_together(records)
        except SQLAlchemyError as error:
            if is_transient(error):
                raise
            logger.exception("the database refused a batch; its records are tried one by one")
            for record in records:
                self._fold_alone(record)

    def _fold_alone(self, record: Record) -> None:
        try:
            self._fold_together([record])
        except SQLAlchemyError as error:
            if is_transient(error):
                raise
            self._fold_together([record], refused=error)

    def _fold_together(self, records: Sequence[Record], refused: Exception | None = None) -> None:
        """One transaction. `refused`: what the database said of these records; they are parked."""
        in_time, moved = timed(records, self._positions)
        with self._transaction() as connection:
            batch = Batch(connection, self._apply, self._ahead)
            if refused is None:
                batch.take(in_time)
            else:
                batch.park(in_time, refused)
            batch.write()
            for partition, to in moved.items():
                offsets.move(connection, partition, self._positions[partition].next, to)
        self._positions |= moved
        self.counts += batch.counts
        self.counts["batches"] += 1

    def _forget(self, intake: Intake) -> None:
        """Only where the log is folded to its end: in a rebuild, say, one partition may be months behind another."""
        pause_s = CATCH_UP_S
        if intake.is_at_the_end():
            with self._transaction() as connection:
                is_all = forgetting.forget(connection, forgetting.marks_of(self._positions))
            pause_s = FORGET_INTERVAL_S if is_all else FORGET_AGAIN_S
        self._forget_at = time.monotonic() + pause_s

    @contextmanager
    def _transaction(self) -> Generator[Connection]:
        """Begins with the write lock; takes along what the publisher has got rid of."""
        published = self._publisher.acked()
        with self._database.writer.begin() as connection:
            lock_for_writing(connection)
            outbox.remove(connection, published)
            yield connection
        self._publisher.forget(published)

    def _wake(self) -> None:
        intake = self._intake
        if intake is not None:
            intake.wake()

    def _close_intake(self) -> None:
        if self._intake is not None:
            self._intake.close()
        self._intake = None
