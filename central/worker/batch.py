"""Folding records inside one transaction: each changes rows, emits messages, becomes a dead letter or is parked.

Nothing here begins or ends the transaction, moves an offset or appends to the log.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from wire import kinds
from wire.appenders import HEADER, WORKER
from wire.check import check
from wire.frame import payload_of

from central.fold import dedup
from central.fold.prefetch import PREFETCHED
from central.model import terms
from central.model.ids import session_of
from central.model.records import Incoming, Outgoing, Refused
from central.model.rows import Alarm, Rows
from central.model.terms import Terms
from central.reading.admit import DeadLetter, admit
from central.store import outbox
from central.store.outbox import OutboxRecord
from central.store.sql_rows import KeyRows, SqlRows
from central.worker.dead_letter import dead_letter
from central.worker.parking import KEY_PARKED, KEY_UNPARKED, Parking, key_parked, text_of
from central.worker.read_ahead import Ahead
from central.worker.timing import Timed
from eventlog import Record
from runtime.log import session

Fold = Callable[[Rows, Incoming, Terms], Sequence[Outgoing]]

FOLD_FAILED = "fold_failed"
NOT_PARKED = "not_parked"
# Kinds that come all the time, without anything happening, are logged at DEBUG.
FREQUENT = frozenset({"heartbeat", "charging_data", "meter_checkpoint", "status_notification"})
# A board's telemetry may outrun its first registration; and whoever may publish by MQTT could fill ev.dead for ever.
_UNREGISTERED = (kinds.TELEMETRY, "unknown_charge_point")

logger = logging.getLogger(__name__)


class InvalidOutgoing(Exception):
    """A fold made a message that the table of kinds does not admit: a mistake in the fold."""


class Batch:
    """Folds records in their order; `write` writes the rows, the outbox and what was parked.

    `ahead`: which records could not be folded when they were folded first. `counts`: folded, dead, parked,
    unregistered.
    """

    def __init__(self, connection: Connection, apply: Fold, ahead: Ahead) -> None:
        self._connection = connection
        self._apply = apply
        self._ahead = ahead
        self._rows = SqlRows(connection)
        self._parking = Parking(connection)
        self._outbox: list[OutboxRecord] = []
        self.counts: Counter[str] = Counter()

    def take(self, records: Sequence[Timed]) -> None:
        """Called once, with all records of the batch. Raises only what the database raises."""
        judged = [(each, admit(each.record, each.at_ms)) for each in records]
        self._load([verdict for _, verdict in judged if isinstance(verdict, Incoming)])
        for each, verdict in judged:
            if isinstance(verdict, DeadLetter):
                self._add_dead_letter(each.record, verdict)
            else:
                _TAKEN.get(verdict.message["type"], Batch.take_usual)(self, each, verdict)

    def take_usual(self, each: Timed, incoming: Incoming) -> None:
        if self._parking.holds(incoming):
            self._keep(each.record, incoming)
        elif (error := self._ahead.error_at(each.record)) is not None:
            self._park(each.record, incoming, error)
        else:
            self._fold(each, incoming)

    def take_key_parked(self, each: Timed, incoming: Incoming) -> None:
        """Its key is parked, usually: where this database folded what another could not, it is from here on."""
        if incoming.message.get("untold"):  # folding it would fail as well, and tell of that
            self.counts["folded"] += 1
            return
        is_new = not dedup.look_up(self._rows.of(incoming.key), incoming).duplicate
        if is_new and not self._parking.holds(incoming):
            self._parking.park(incoming, incoming.message.get("error", ""))
        if self._ahead.error_at(each.record) is not None:
            self._keep(each.record, incoming)
        else:
            self._fold(each, incoming)

    def take_key_unparked(self, each: Timed, incoming: Incoming) -> None:
        error = self._ahead.error_at(each.record)
        if dedup.look_up(self._rows.of(incoming.key), incoming).duplicate:
            self._fold(each, incoming)
        elif not self._parking.holds(incoming):
            self._add_dead_letter(each.record, DeadLetter(NOT_PARKED, f"nothing of {incoming.key} is parked"))
        elif error is not None:
            self._parking.fail(incoming, error)
        else:
            self._unpark(each, incoming)

    def park(self, records: Sequence[Timed], error: Exception) -> None:
        """Park records that the database itself refused."""
        for each in records:
            verdict = admit(each.record, each.at_ms)
            if isinstance(verdict, DeadLetter):
                raise error  # its dead letter was refused, and so would be its row in Parked
            self._fail(each.record, verdict, error)

    def write(self) -> None:
        self._rows.write()
        outbox.add(self._connection, self._outbox)
        self._parking.write()

    def _load(self, admitted: Sequence[Incoming]) -> None:
        for table, name_of in PREFETCHED.items():
            names = ((name_of(incoming), incoming.key) for incoming in admitted)
            self._rows.load(table, {name: key for name, key in names if name is not None})

    # --- one record ---

    def _fold(self, each: Timed, incoming: Incoming) -> None:
        with session(session_of(incoming.message)):
            try:
                self._fold_or_raise(each.record, incoming, each.terms)
            except SQLAlchemyError:
                raise
            except Exception as error:  # noqa: BLE001 -- whatever a fold does wrong, the other keys go on
                self._rows.of(incoming.key).discard()
                self._fail(each.record, incoming, error)

    def _fold_or_raise(self, record: Record, incoming: Incoming, in_force: Terms) -> None:
        """Raises what the fold raises, but Refused."""
        rows = self._rows.of(incoming.key)
        try:
            self._accept(rows, self._apply(rows, incoming, in_force))
        except Refused as refusal:
            rows.accept()  # all it put is that it was seen
            if (record.topic, refusal.code) == _UNREGISTERED:
                self.counts["unregistered"] += 1
                logger.debug("%s of %s: %s", incoming.message["type"], incoming.key, refusal.text)
            else:
                self._add_dead_letter(record, DeadLetter(refusal.code, refusal.text))
        else:
            self.counts["folded"] += 1
            level = logging.DEBUG if incoming.message["type"] in FREQUENT else logging.INFO
            logger.log(level, "folded %s of %s", incoming.message["type"], incoming.key)

    def _accept(self, rows: KeyRows, outgoing: Sequence[Outgoing]) -> None:
        records = [_outbox_record(each) for each in outgoing]
        for alarm in rows.staged(Alarm):
            logger.error("ALARM %s at %s: %s", alarm.alarm, alarm.cp_id, alarm.text)
        rows.accept()
        self._outbox += records

    def _add_dead_letter(self, record: Record, verdict: DeadLetter) -> None:
        self.counts["dead"] += 1
        logger.warning(
            "%s/%d offset %d is a dead letter: %s (%s)",
            record.topic, record.partition, record.offset, verdict.reason, verdict.text,
        )  # fmt: skip
        self._outbox.append(dead_letter(record, verdict))

    # --- what a fold does wrong ---

    def _fail(self, record: Record, incoming: Incoming, error: Exception) -> None:
        kind, text = incoming.message["type"], text_of(error)
        if record.topic == kinds.TELEMETRY or kind == terms.KIND:
            # No state hangs on it. Telemetry is lossy and endless: keeping it would only fill the disk.
            logger.error("folding %s of %s failed", kind, incoming.key, exc_info=error)
            self._add_dead_letter(record, DeadLetter(FOLD_FAILED, text))
            return
        logger.error(
            "folding %s of %s failed; its records are parked. Mend the fold, then: wattline-central unpark %s",
            kind, incoming.key, incoming.key, exc_info=error,
        )  # fmt: skip
        self._outbox.append(_outbox_record(key_parked(record, incoming, text)))
        if kind == KEY_UNPARKED:
            self._parking.fail(incoming, text)
        elif kind == KEY_PARKED:
            self._keep(record, incoming)
        else:
            self._park(record, incoming, text)

    def _park(self, record: Record, incoming: Incoming, error: str) -> None:
        self._parking.park(incoming, error)
        self._keep(record, incoming)

    def _keep(self, record: Record, incoming: Incoming) -> None:
        self.counts["parked"] += 1
        self._parking.keep(record, incoming)

    def _unpark(self, each: Timed, freeing: Incoming) -> None:
        """All or nothing, as if it had come here, under the terms in force here."""
        rows = self._rows.of(freeing.key)
        before = rows.snapshot(), len(self._outbox), self.counts.copy()
        try:
            for record, at_ms in self._parking.waiting(freeing):
                self._fold_parked(record, at_ms, each.terms)
            self._fold_or_raise(each.record, freeing, each.terms)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 -- the fold is not mended
            kept, said, self.counts = before
            rows.restore(kept)
            del self._outbox[said:]
            self._fail(each.record, freeing, error)
        else:
            self._parking.free(freeing)
            logger.info("%s is no longer parked", freeing.key)

    def _fold_parked(self, record: Record, at_ms: int, in_force: Terms) -> None:
        verdict = admit(record, at_ms)
        if isinstance(verdict, DeadLetter):
            self._add_dead_letter(record, verdict)
            return
        with session(session_of(verdict.message)):
            self._fold_or_raise(record, verdict, in_force)


_TAKEN: dict[str, Callable[[Batch, Timed, Incoming], None]] = {
    KEY_PARKED: Batch.take_key_parked,
    KEY_UNPARKED: Batch.take_key_unparked,
}


def _outbox_record(outgoing: Outgoing) -> OutboxRecord:
    problem = check(outgoing.message)
    if problem is not None:
        raise InvalidOutgoing(f"{outgoing.message.get('type')}: {problem.text}")
    return OutboxRecord(outgoing.topic, outgoing.key.encode(), payload_of(outgoing.message), {HEADER: WORKER})
