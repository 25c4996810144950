"""What the log holds when a worker starts is folded before anything goes out; then only what the log lacks does.

A database that is new, or was put back from a backup, says once more what was said when these records were folded
first, under the same derived ids. Most of it lies in the log. What does not was lost with the log's newest records, or
never went out: a claim, or its release, without which a driver could charge nowhere. So a rebuild publishes nothing,
and the rebuild of a log that was rolled back heals it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select, tuple_
from wire.kinds import COMMANDS, DEAD, TELEMETRY

from central.store import outbox
from central.store.offsets import Position, TopicPartition
from central.store.outbox import OutboxRecord
from central.store.tables import SEEN_IDS
from eventlog import Ends, Log

PAGE = 1_000
MAX_COMPARED = 50_000  # messages of one topic that are looked for at a time
READ_TIMEOUT_S = 2.0
NOT_FOLDED = (COMMANDS, DEAD)

Seen = tuple[str, ...]  # topic, key, kind, message_id
Whole = tuple[bytes | str, ...]  # key, value, and of a dead letter where the record lies


class CatchUp:
    """Walks through the outbox again and again while the log is folded, and once more when that is done."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._ends: Mapping[TopicPartition, Ends] | None = None
        self._dead_since_ms = 0
        self._cursor = 0
        self._is_last_walk = False
        self._compared: dict[str, dict[Whole, int]] = defaultdict(dict)
        self._told = 0
        self.is_over = False

    def begin(self, connection: Connection, positions: Mapping[TopicPartition, Position]) -> None:
        """With what the log holds at the first call. Raises LogUnavailable."""
        if self._ends is not None:
            return
        self._ends = self._log.all_ends(place for place in positions if place[0] != TELEMETRY)
        has_dead = any(record.topic == DEAD for record in outbox.read(connection, 0, PAGE))
        self._dead_since_ms = 0 if has_dead else min(position.mark.at_ms for position in positions.values())

    def told(
        self,
        connection: Connection,
        reached: Mapping[TopicPartition, int],
        positions: Mapping[TopicPartition, Position],
    ) -> Sequence[int]:
        """Rows of the outbox that need not go out, of the next page of it. `reached`: all before is folded.

        Raises LogUnavailable.
        """
        assert self._ends is not None
        if self._cursor == 0:
            self._is_last_walk = all(reached[place] >= end.next for place, end in self._ends.items())
        page = outbox.read(connection, self._cursor, PAGE)
        self._cursor = page[-1].id if len(page) == PAGE else 0
        log_ms = max(position.mark.at_ms for position in positions.values())
        told = [*self._folded(connection, page), *_expired(page, log_ms)]
        if self._is_last_walk:
            for topic in NOT_FOLDED:
                told += self._read_back(topic, [record for record in page if record.topic == topic])
            self.is_over = self._cursor == 0
        self._told += len(told)
        return told

    def summary(self) -> str:
        return f"{self._told} messages need not be sent: the log holds them, or they are commands that have expired"

    def _folded(self, connection: Connection, page: Sequence[OutboxRecord]) -> Sequence[int]:
        """What was folded lies in the log."""
        names = {record.id: _seen(record) for record in page if record.topic not in NOT_FOLDED}
        if not names:
            return []
        columns = [SEEN_IDS.c[name] for name in ("topic", "key", "kind", "message_id")]
        wanted = select(*columns).where(tuple_(*columns).in_(list(names.values())))
        found: set[Seen] = {tuple(row) for row in connection.execute(wanted)}
        return [row_id for row_id, name in names.items() if name in found]

    def _read_back(self, topic: str, records: Sequence[OutboxRecord]) -> Sequence[int]:
        """What is not folded leaves no row: the topic itself is read, once for very many."""
        compared = self._compared[topic]
        compared |= {_whole(record.key, record.value, record.headers): record.id for record in records}
        if not compared or not (self._cursor == 0 or len(compared) >= MAX_COMPARED):
            return []
        self._compared[topic] = {}
        since_ms = self._dead_since_ms if topic == DEAD else 0  # commands are kept for a day
        return [compared[each] for each in _find(self._log, topic, compared.keys(), since_ms)]


def _expired(page: Sequence[OutboxRecord], log_ms: int) -> Sequence[int]:
    """`log_ms`: what the log's clock has reached at least."""
    commands = [record for record in page if record.topic == COMMANDS]
    return [record.id for record in commands if json.loads(record.value).get("expires_at_ms", log_ms) < log_ms]


def _seen(record: OutboxRecord) -> Seen:
    message = json.loads(record.value)
    return record.topic, record.key.decode(), message["type"], message["message_id"]


def _whole(key: bytes, value: bytes, headers: Mapping[str, str]) -> Whole:
    return key, value, *(headers.get(name, "") for name in ("topic", "partition", "offset"))


def _find(log: Log, topic: str, wanted: Iterable[Whole], since_ms: int) -> set[Whole]:
    """Those that lie in the topic, stamped since then. Raises LogUnavailable."""
    left, found = set(wanted), set[Whole]()
    places = [(topic, partition) for partition in range(log.partitions(topic))]
    ends = log.all_ends(places)
    starts = {place: log.offset_at(*place, since_ms) for place in places}
    reader = log.reader(starts)
    try:
        while any(reader.position(*place) < ends[place].next for place in places):
            for record in reader.poll(PAGE, READ_TIMEOUT_S):
                headers = {name: text.decode(errors="replace") for name, text in record.headers.items()}
                found |= left & {_whole(record.raw_key or b"", record.value, headers)}
    finally:
        reader.close()
    return found
