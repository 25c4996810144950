"""Folding records inside one transaction: each changes rows, emits messages, becomes a dead letter or is parked.

Nothing here begins or ends the transaction, moves an offset or appends to the log.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from wire import kinds
from wire.appenders import HEADER, WORKER
from wire.check import check
from wire.frame import payload_of

from central.fold.prefetch import PREFETCHED
from central.model.ids import session_of
from central.model.records import Incoming, Outgoing, Refused
from central.model.rows import Alarm, Rows
from central.model.terms import Terms
from central.store import outbox, parked
from central.store.outbox import OutboxRecord
from central.store.sql_rows import KeyRows, SqlRows
from central.worker.admit import DeadLetter, admit
from central.worker.dead_letter import dead_letter
from eventlog import Record
from runtime.log import session

# A fold, or what a charge point is sent when its key is parked or freed.
Fold = Callable[[Rows, Incoming, Terms], Sequence[Outgoing]]
TimedRecord = tuple[Record, int]  # with the time that the fold will see

FOLD_FAILED = "fold_failed"
# Kinds that come all the time, without anything happening, are logged at DEBUG.
FREQUENT = frozenset({"heartbeat", "charging_data", "meter_checkpoint", "status_notification"})

logger = logging.getLogger(__name__)


class InvalidOutgoing(Exception):
    """A fold made a message that the table of kinds does not admit: a mistake in the fold."""


class Batch:
    """Folds records in their order; `write` writes the rows, the outbox and what was parked.

    `counts`: folded, dead, parked.
    """

    def __init__(self, connection: Connection, terms: Terms, apply: Fold, on_parked: Fold) -> None:
        self._connection = connection
        self._terms = terms
        self._apply = apply
        self._on_parked = on_parked
        self._rows = SqlRows(connection)
        self._parked_keys = parked.read_keys(connection)
        self._outbox: list[OutboxRecord] = []
        self._parked: list[parked.ParkedRecord] = []
        self.counts: Counter[str] = Counter()

    def take(self, records: Iterable[TimedRecord]) -> None:
        """Called once, with all records of the batch. Raises only what the database raises."""
        judged = [(record, admit(record, at_ms)) for record, at_ms in records]
        self._load([verdict for _, verdict in judged if isinstance(verdict, Incoming)])
        for record, verdict in judged:
            if isinstance(verdict, DeadLetter):
                self._add_dead_letter(record, verdict)
            elif (record.topic, verdict.key) in self._parked_keys:
                self._park(record, verdict)
            else:
                self._fold(record, verdict)

    def take_parked(self, record: Record, at_ms: int) -> Incoming | None:
        """Fold a parked record; None where it became a dead letter. Raises what its fold raises."""
        verdict = admit(record, at_ms)
        if isinstance(verdict, DeadLetter):
            self._add_dead_letter(record, verdict)
            return None
        rows = self._rows.of(verdict.key)
        try:
            self._accept(rows, self._apply(rows, verdict, self._terms))
        except Refused as refusal:
            self._refuse(record, rows, refusal)
        except Exception:
            rows.discard()
            raise
        return verdict

    def emit(self, incoming: Incoming, fold: Fold) -> None:
        """Run another fold on this record: its rows are written, its messages go to the outbox."""
        rows = self._rows.of(incoming.key)
        self._accept(rows, fold(rows, incoming, self._terms))

    def park(self, records: Iterable[TimedRecord], error: Exception) -> None:
        """Park records that the database itself refused."""
        for record, at_ms in records:
            verdict = admit(record, at_ms)
            if isinstance(verdict, DeadLetter):
                raise error  # its dead letter was refused, and so would be its row in Parked
            self._fail(record, verdict, error)

    def write(self) -> None:
        self._rows.write()
        outbox.add(self._connection, self._outbox)
        parked.add(self._connection, self._parked)

    def _load(self, admitted: Sequence[Incoming]) -> None:
        for table, name_of in PREFETCHED.items():
            names = ((name_of(incoming), incoming.key) for incoming in admitted)
            self._rows.load(table, {name: key for name, key in names if name is not None})

    def _fold(self, record: Record, incoming: Incoming) -> None:
        rows = self._rows.of(incoming.key)
        with session(session_of(incoming.message)):
            try:
                self._accept(rows, self._apply(rows, incoming, self._terms))
            except Refused as refusal:
                self._refuse(record, rows, refusal)
            except SQLAlchemyError:
                raise
            except Exception as error:  # noqa: BLE001 -- whatever a fold does wrong, the other keys go on
                rows.discard()
                self._fail(record, incoming, error)
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

    def _refuse(self, record: Record, rows: KeyRows, refusal: Refused) -> None:
        rows.accept()  # all it put is that it was seen
        self._add_dead_letter(record, DeadLetter(refusal.code, refusal.text))

    def _fail(self, record: Record, incoming: Incoming, error: Exception) -> None:
        if record.topic != kinds.TELEMETRY:
            self._park_key(record, incoming, error)
            return
        # Lossy, endless, and no state hangs on it: keeping it for later would only fill the disk.
        logger.error("folding %s of %s failed", incoming.message["type"], incoming.key, exc_info=error)
        self._add_dead_letter(record, DeadLetter(FOLD_FAILED, f"{type(error).__name__}: {error}"))

    def _park_key(self, record: Record, incoming: Incoming, error: Exception) -> None:
        key = incoming.key
        logger.error(
            "folding %s of %s failed; its records are parked. Mend the fold, then: wattline-central unpark %s",
            incoming.message["type"], key, key, exc_info=error,
        )  # fmt: skip
        text = f"{incoming.message['type']}: {type(error).__name__}: {error}"
        parked.park_key(self._connection, record.topic, key, text, incoming.at_ms)
        self._parked_keys.add((record.topic, key))
        self._park(record, incoming)
        try:
            self.emit(incoming, self._on_parked)
        except SQLAlchemyError:
            raise
        except Exception:
            self._rows.of(key).discard()
            logger.exception("%s could not be told to stop", key)

    def _park(self, record: Record, incoming: Incoming) -> None:
        self.counts["parked"] += 1
        headers = {name: content.decode(errors="replace") for name, content in record.headers.items()}
        self._parked.append(
            parked.ParkedRecord(
                record.topic, incoming.key, record.partition, record.offset, record.value, headers, incoming.at_ms
            )
        )

    def _add_dead_letter(self, record: Record, verdict: DeadLetter) -> None:
        self.counts["dead"] += 1
        logger.warning(
            "%s/%d offset %d is a dead letter: %s (%s)",
            record.topic, record.partition, record.offset, verdict.reason, verdict.text,
        )  # fmt: skip
        self._outbox.append(dead_letter(record, verdict))


def _outbox_record(outgoing: Outgoing) -> OutboxRecord:
    problem = check(outgoing.message)
    if problem is not None:
        raise InvalidOutgoing(f"{outgoing.message.get('type')}: {problem.text}")
    return OutboxRecord(outgoing.topic, outgoing.key.encode(), payload_of(outgoing.message), {HEADER: WORKER})
