"""The log of a history folded by the worker's own batches while it grows, by folds with mistakes that come and go.

Keys are parked and freed, terms change, transactions are rolled back, messages go out twice. At the end all is mended
and freed, and the log that came of it is folded anew, without mistakes: the rows must be the same.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from zlib import crc32

from sqlalchemy import Connection, create_engine, select
from sqlalchemy.pool import StaticPool
from wire.appenders import OPERATOR, WORKER, appended_by
from wire.frame import payload_of
from wire.kinds import CP, DRIVER, SITE, TELEMETRY

from central.fold.apply import apply
from central.model.ids import NAMESPACE
from central.model.record_time import Mark
from central.model.records import Incoming, Message, Outgoing
from central.model.rows import Rows
from central.model.terms import Terms, message_fields
from central.store import parked
from central.store.offsets import Position, TopicPartition
from central.store.tables import OUTBOX, metadata
from central.tests.line_in_memory import made_id
from central.tests.memory_rows import Table
from central.tests.sequences.event_log import PARTITIONS, Logged
from central.tests.sequences.over_sql import stored_rows
from central.worker.batch import Batch, Fold
from central.worker.parking import KEY_PARKED, KEY_UNPARKED
from central.worker.read_ahead import Ahead
from central.worker.timing import timed
from eventlog import Record

PLACES = [(topic, number) for topic in (CP, DRIVER, SITE, TELEMETRY) for number in range(PARTITIONS)]
MONEY = [place for place in PLACES if place[0] != TELEMETRY]
BATCHES = (1, 3, 20)


class Mistaken:
    """The folds, which fail with everything of these keys (topic, key)."""

    def __init__(self) -> None:
        self.keys: set[tuple[str, str]] = set()

    def __call__(self, rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
        if (incoming.topic, incoming.key) in self.keys:
            raise ZeroDivisionError("a mistake in a fold")
        return apply(rows, incoming, terms)


class Growing:
    """A log to which records are appended while it is folded."""

    def __init__(self) -> None:
        self.partitions: dict[TopicPartition, list[Record]] = {place: [] for place in PLACES}
        self.stamp_ms = 0
        self._said = 0

    def take(self, logged: Logged) -> None:
        self.stamp_ms = logged.stamp_ms
        self._append((logged.topic, _number(logged.key)), logged.key, payload_of(logged.message), logged.by)

    def say(self, topic: str, kind: str, key: str, by: str, place: int | None = None, **fields: object) -> None:
        self._said += 1
        message: Message = {"type": kind, "message_id": made_id(NAMESPACE, self._said), "key": key, **fields}
        self._append((topic, _number(key) if place is None else place), key, payload_of(message), by)

    def tell(self, terms: Terms) -> None:
        for topic, number in MONEY:
            self.say(topic, "terms", f"terms-{number}", WORKER, number, **message_fields(terms))

    def pass_on(self, topic: str, key: bytes, value: bytes) -> None:
        self._append((topic, _number(key.decode())), key.decode(), value, WORKER)

    def _append(self, place: TopicPartition, key: str, value: bytes, by: str) -> None:
        records = self.partitions[place]
        records.append(Record(*place, len(records), key, value, appended_by(by), self.stamp_ms))


class Central:
    """A database in memory, and where it stands in the log."""

    def __init__(self, connection: Connection, log: Growing, ahead: Ahead, first: Terms) -> None:
        self.connection = connection
        self._log = log
        self._ahead = ahead
        self._positions = {
            place: Position(0, Mark(), terms=first if place in MONEY else None) for place in PLACES
        }
        self._published = 0

    def fold(self, fold: Fold, random: Random, *, is_safe: bool = True) -> bool:
        """A batch from anywhere, and what it wants said of parking. Whether there was anything, or now is."""
        records = self._next(random)
        in_time, moved = timed(records, self._positions)
        batch = Batch(self.connection, fold, self._ahead)
        batch.take(in_time)
        batch.write()
        if not is_safe and random.random() < 0.2:
            self.connection.rollback()
            return True
        self.connection.commit()
        self._positions |= moved
        said = False
        if is_safe or random.random() < 0.5:
            said = self._publish(twice=not is_safe and random.random() < 0.2)
        return said or bool(records)

    def parked(self) -> list[tuple[str, str]]:
        return sorted(parked.read_keys(self.connection))

    def _next(self, random: Random) -> Sequence[Record]:
        size = random.choice(BATCHES)
        taken: list[Record] = []
        for place in random.sample(PLACES, len(PLACES)):
            at = self._positions[place].next
            taken += self._log.partitions[place][at : at + size - len(taken)]
        return taken

    def _publish(self, *, twice: bool) -> bool:
        """Only what tells of parking: the rest is in the history already. Whether there was any."""
        said = False
        wanted = select(OUTBOX.c.id, OUTBOX.c.topic, OUTBOX.c.key, OUTBOX.c.value).where(OUTBOX.c.id > self._published)
        for row_id, topic, key, value in self.connection.execute(wanted.order_by(OUTBOX.c.id)):
            self._published = row_id
            if f'"{KEY_PARKED}"'.encode() in value and topic in (CP, DRIVER, SITE):
                said = True
                for _ in range(2 if twice else 1):
                    self._log.pass_on(topic, key, value)
        self.connection.commit()
        return said


def _number(key: str) -> int:
    return crc32(key.encode()) % PARTITIONS


@contextmanager
def _connected() -> Generator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        metadata.create_all(connection)
        connection.commit()
        yield connection
    engine.dispose()


def live_and_rebuilt(history: Iterable[Logged], terms: Terms, random: Random) -> tuple[Table, Table]:
    log = Growing()
    with _connected() as connection:
        _live(Central(connection, log, Ahead(), terms), log, history, terms, random)
        live = stored_rows(connection)
    ahead = Ahead()
    for records in log.partitions.values():
        for record in records:
            ahead.note(record)
    with _connected() as connection:
        again = Central(connection, log, ahead, terms)
        while again.fold(apply, random):
            pass
        return live, stored_rows(connection)


def _live(central: Central, log: Growing, history: Iterable[Logged], terms: Terms, random: Random) -> None:
    mistaken = Mistaken()
    log.tell(terms)
    for logged in history:
        log.take(logged)
        if random.random() < 0.02 and logged.topic != TELEMETRY:
            mistaken.keys ^= {(logged.topic, logged.key)}
        if random.random() < 0.01:
            log.tell(replace(terms, currency=random.choice(("EUR", "SEK")), claim_hold_ms=random.choice((1, 900_000))))
        if random.random() < 0.05 and (found := central.parked()):
            topic, key = random.choice(found)
            log.say(topic, KEY_UNPARKED, key, OPERATOR)
        if random.random() < 0.5:
            central.fold(mistaken, random, is_safe=False)
    mistaken.keys.clear()
    while True:
        while central.fold(mistaken, random):
            pass
        if not central.parked():
            return
        for topic, key in central.parked():
            log.say(topic, KEY_UNPARKED, key, OPERATOR)
