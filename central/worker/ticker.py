"""Time enters the log here: deadlines that have passed, and charge points that fell silent or are heard again.

The ticker judges nothing before the worker has folded everything the log held at that moment, nor within a grace
after the log was away: journals may arrive that settle what seems overdue. Parked keys are let alone: what is said to
them would only wait with the rest.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid5

from sqlalchemy import ColumnElement, Connection, Exists, exists, literal, select
from wire.appenders import TICKER, appended_by
from wire.frame import payload_of
from wire.kinds import CP

from central.model.ids import NAMESPACE
from central.model.rows import Message
from central.store.offsets import TopicPartition
from central.store.tables import CHARGING_POINTS, DEADLINES, LAST_SEEN, PARKED_KEYS
from eventlog import Ends, Log, LogBusy

ASK_AGAIN_S = 5.0
MAX_ASKED = 1_000  # of one sort at a tick; the rest waits for the next

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """`interval_s`: between two looks. `silent_after_s`: see SILENT_AFTER_S. `grace_s`: see OUTAGE_GRACE_S."""

    interval_s: float
    silent_after_s: float
    grace_s: float


class Ticker:
    """One thread uses it. `now_ms`: the wall clock."""

    def __init__(self, log: Log, rhythm: Rhythm, now_ms: Callable[[], int]) -> None:
        self._log = log
        self._rhythm = rhythm
        self._now_ms = now_ms
        self._next_at = 0.0
        self._quiet_until = 0.0
        self._asked: dict[str, float] = {}
        self._moment: tuple[int, dict[TopicPartition, Ends]] | None = None  # a time, and the log's ends then

    def wait_for_grace(self) -> None:
        """The worker starts, or the log was away: journals may be on their way."""
        self._quiet_until = time.monotonic() + self._rhythm.grace_s
        self._moment = None

    def is_due(self) -> bool:
        return self.due_in_s() <= 0

    def due_in_s(self) -> float:
        return max(0.0, self._next_at - time.monotonic())

    def tick(self, connection: Connection, positions: Callable[[], Mapping[TopicPartition, int]]) -> None:
        """`positions`: where each partition is read on, asked only where something is overdue; all before is folded.

        Raises LogUnavailable.
        """
        now = time.monotonic()
        self._next_at = now + self._rhythm.interval_s
        if now < self._quiet_until:
            return
        self._asked = {message_id: at for message_id, at in self._asked.items() if now - at < ASK_AGAIN_S}
        if not self._overdue(connection, self._now_ms()):
            self._moment = None
            return
        reached = positions()
        if self._moment is None:
            self._moment = (self._now_ms(), self._log.all_ends(reached))
        moment_ms, ends = self._moment
        if all(reached[partition] >= end.next for partition, end in ends.items()):
            self._moment = None
            for topic, key, message in self._overdue(connection, moment_ms):
                self._append(topic, key, message)

    def _overdue(self, connection: Connection, at_ms: int) -> list[tuple[str, str, Message]]:
        """Topic, key and message of all that is due and was not asked lately."""
        found = [*_passed(connection, at_ms), *self._silences(connection, at_ms)]
        return [each for each in found if each[2]["message_id"] not in self._asked]

    def _silences(self, connection: Connection, at_ms: int) -> list[tuple[str, str, Message]]:
        heard_since_ms = at_ms - int(self._rhythm.silent_after_s * 1_000)
        point, seen = CHARGING_POINTS.c, LAST_SEEN.c
        linked = (
            select(point.cp_id, point.silent, seen.at_ms)
            .join(LAST_SEEN, seen.cp_id == point.cp_id)
            .where(point.link_id.is_not(None), ~_is_parked(literal(CP), point.cp_id))
        )
        silent = linked.where(point.silent.is_(False), seen.at_ms < heard_since_ms).limit(MAX_ASKED)
        heard = linked.where(point.silent.is_(True), seen.at_ms >= heard_since_ms).limit(MAX_ASKED)
        found: list[tuple[str, str, Message]] = []
        for kind, wanted in (("silent", silent), ("heard", heard)):
            for cp_id, _, seen_ms in connection.execute(wanted):
                found.append((CP, cp_id, _message(kind, f"{cp_id}/{seen_ms}", cp_id=cp_id)))
        return found

    def _append(self, topic: str, key: str, message: Message) -> None:
        try:
            self._log.append(topic, key, payload_of(message), appended_by(TICKER))
        except LogBusy:
            return  # the next tick finds it again
        self._asked[message["message_id"]] = time.monotonic()
        logger.info("%s: %s %s", key, message["type"], message.get("deadline_id", ""))


def _passed(connection: Connection, at_ms: int) -> list[tuple[str, str, Message]]:
    due = DEADLINES.c
    wanted = (
        select(due.topic, due.key, due.deadline_id, due.generation)
        .where(due.live.is_(True), due.due_at_ms <= at_ms, ~_is_parked(due.topic, due.key))
        .order_by(due.due_at_ms)
        .limit(MAX_ASKED)
    )
    found: list[tuple[str, str, Message]] = []
    for topic, key, deadline_id, generation in connection.execute(wanted):
        cause = f"{deadline_id}/{generation}"
        fields = {"key": key, "deadline_id": deadline_id, "generation": generation}
        found.append((topic, key, _message("deadline_passed", cause, **fields)))
    return found


def _is_parked(topic: ColumnElement[str], key: ColumnElement[str]) -> Exists:
    return exists().where(PARKED_KEYS.c.topic == topic, PARKED_KEYS.c.key == key)


def _message(kind: str, cause: str, **fields: object) -> Message:
    """The same cause makes the same id, however often it is asked."""
    return {"type": kind, "message_id": str(uuid5(NAMESPACE, f"{kind}/{cause}")), **fields}
