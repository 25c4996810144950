"""Time enters the log here: deadlines that have passed, and charge points that fell silent or are heard again.

The ticker goes by the log's clock, as the stamps of the log show it. Where that is wrong for a moment, what is told too
early changes nothing: the folds hold it against their record's time. It is told again, under another id.

Nothing is judged within a grace after the log was away, nor before the worker has folded all that the log held of
ev.cp, ev.driver and ev.site at that moment: journals may arrive that settle what seems overdue. Silence alone waits for
telemetry as well, which is lossy, endless, and must hold up nothing else. Parked keys are let alone: what is said to
them would only wait with the rest.
"""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from uuid import uuid5

from sqlalchemy import Connection, select
from wire.appenders import TICKER, appended_by
from wire.frame import payload_of
from wire.kinds import CP, TELEMETRY
from wire.kinds.fields import TIME_MAX_MS, TIME_MIN_MS

from central.model.ids import NAMESPACE
from central.model.records import Message
from central.store.offsets import TopicPartition
from central.store.parked import is_parked
from central.store.tables import DEADLINES
from central.worker.silence import Silence
from eventlog import Appended, Ends, Log, LogBusy
from eventlog.clock import LogClock

ASK_AGAIN_S = 5.0
MAX_ASKED = 1_000  # deadlines at a tick; the rest waits for the next

Positions = Callable[[], Mapping[TopicPartition, int]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """`interval_s`: between two looks. `silent_after_s`: see SILENT_AFTER_S. `grace_s`: see OUTAGE_GRACE_S."""

    interval_s: float
    silent_after_s: float
    grace_s: float


@dataclass(frozen=True)
class Due:
    """Something to tell a key. `cause`: what tells it from others; with the ticker's time it makes the message's id."""

    kind: str
    topic: str
    key: str
    cause: str
    fields: Message

    def message(self, at_ms: int) -> Message:
        message_id = str(uuid5(NAMESPACE, f"{self.kind}/{self.cause}/{at_ms}"))
        return {"type": self.kind, "message_id": message_id, **self.fields, "at_ms": at_ms}


class Gate:
    """Opens for a moment's judgement once all that the log held at that moment is folded."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._moment: tuple[int, dict[TopicPartition, Ends]] | None = None  # a time, and the log's ends then

    def close(self) -> None:
        self._moment = None

    def moment(self, reached: Mapping[TopicPartition, int], now_ms: int) -> int | None:
        """The time of a moment that may be judged now; None while something waits. Raises LogUnavailable."""
        if self._moment is None:
            self._moment = (now_ms, self._log.all_ends(reached))
        at_ms, ends = self._moment
        if any(reached[partition] < end.next for partition, end in ends.items()):
            return None
        self._moment = None
        return at_ms


class Ticker:
    """One thread uses it."""

    def __init__(self, log: Log, rhythm: Rhythm, clock: LogClock) -> None:
        self._log = log
        self._rhythm = rhythm
        self._clock = clock
        self._silence = Silence(round(rhythm.silent_after_s * 1_000))
        self._next_at = 0.0
        self._quiet_until = 0.0
        self._asked: dict[tuple[str, str], float] = {}
        self._gate = Gate(log)
        self._telemetry_gate = Gate(log)

    def wait_for_grace(self) -> None:
        """The worker starts, or the log was away: journals may be on their way."""
        self._quiet_until = time.monotonic() + self._rhythm.grace_s
        self._gate.close()
        self._telemetry_gate.close()

    def is_due(self) -> bool:
        return self.due_in_s() <= 0

    def due_in_s(self) -> float:
        return max(0.0, self._next_at - time.monotonic())

    def tick(self, connection: Connection, positions: Positions) -> None:
        """`positions`: where each partition is read on, asked only where something is overdue; all before is folded.

        Raises LogUnavailable.
        """
        now, now_ms = time.monotonic(), self._clock.now_ms()
        self._next_at = now + self._rhythm.interval_s
        if now < self._quiet_until or not TIME_MIN_MS <= now_ms < TIME_MAX_MS:
            return
        self._asked = {name: at for name, at in self._asked.items() if now - at < ASK_AGAIN_S}
        self._tick(self._gate, self._overdue, connection, lambda: _without_telemetry(positions()))
        self._tick(self._telemetry_gate, self._silent, connection, positions)

    def _tick(
        self, gate: Gate, find: Callable[[Connection, int], list[Due]], connection: Connection, positions: Positions
    ) -> None:
        now_ms = self._clock.now_ms()
        if not find(connection, now_ms):
            gate.close()
            return
        moment_ms = gate.moment(positions(), now_ms)
        if moment_ms is not None:
            for due in find(connection, moment_ms):
                self._append(due, moment_ms)

    def _overdue(self, connection: Connection, at_ms: int) -> list[Due]:
        return self._not_asked([*_passed(connection, at_ms), *self._heard(connection, at_ms)])

    def _heard(self, connection: Connection, at_ms: int) -> list[Due]:
        found = self._silence.heard(connection, at_ms)
        return [Due("heard", CP, cp_id, cp_id, {"cp_id": cp_id}) for cp_id in found]

    def _silent(self, connection: Connection, at_ms: int) -> list[Due]:
        limit_ms = self._silence.limit_ms
        found: list[Due] = []
        for each in self._silence.silent(connection, at_ms):
            fields = {"cp_id": each.cp_id, "last_at_ms": each.last_at_ms, "limit_ms": limit_ms}
            found.append(Due("silent", CP, each.cp_id, f"{each.cp_id}/{each.last_at_ms}/{limit_ms}", fields))
        return self._not_asked(found)

    def _not_asked(self, found: list[Due]) -> list[Due]:
        return [due for due in found if (due.kind, due.cause) not in self._asked]

    def _append(self, due: Due, at_ms: int) -> None:
        try:
            future = self._log.append(due.topic, due.key, payload_of(due.message(at_ms)), appended_by(TICKER))
        except LogBusy:
            return  # the next tick finds it again
        future.add_done_callback(self._appended)
        self._asked[due.kind, due.cause] = time.monotonic()
        logger.info("%s: %s %s", due.key, due.kind, due.fields.get("deadline_id", ""))

    def _appended(self, future: Future[Appended]) -> None:
        if future.exception() is None:
            self._clock.acked(future.result().timestamp_ms)


def _without_telemetry(positions: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    return {partition: at for partition, at in positions.items() if partition[0] != TELEMETRY}


def _passed(connection: Connection, at_ms: int) -> list[Due]:
    due = DEADLINES.c
    wanted = (
        select(due.topic, due.key, due.deadline_id, due.generation)
        .where(due.live.is_(True), due.due_at_ms <= at_ms, ~is_parked(due.topic, due.key))
        .order_by(due.due_at_ms)
        .limit(MAX_ASKED)
    )
    found: list[Due] = []
    for topic, key, deadline_id, generation in connection.execute(wanted):
        fields: Message = {"key": key, "deadline_id": deadline_id, "generation": generation}
        found.append(Due("deadline_passed", topic, key, f"{deadline_id}/{generation}", fields))
    return found
