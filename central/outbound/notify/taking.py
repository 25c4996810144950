"""What notices make of the log's records: one function for each kind, in a table at the end.

Records may lie in the log twice: what is told has an id of its record, and is told once.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select
from wire.kinds import CP, DRIVER, SITE

from central.model.records import Incoming
from central.model.states import UNSPECIFIED
from central.outbound.notify import events, rules
from central.outbound.notify.audience import hearers
from central.outbound.notify.books import driver_of, held_wh_of, place_of
from central.outbound.notify.happening import Happening, id_of_record
from central.outbound.notify.queue import add_deliveries, forget_done
from central.outbound.notify.rules import Holds, Situation, Verdict
from central.store.database import Database, lock_for_writing
from central.store.notice_tables import SITUATIONS, WAITING_CHARGES
from central.store.upsert import upsert
from eventlog import Record

TOPICS = (CP, DRIVER, SITE)
DAY_MS = 86_400_000
CHARGES_WAIT_MS = 30 * DAY_MS
OF_NO_POINT = ""
SETTLED_S = 2.0  # without a record: what the log holds is known

_SITUATION, _CHARGE = SITUATIONS.c, WAITING_CHARGES.c


class Taking:
    """`take` and `rest` for the reader of the log; `ripen` for what becomes due by time alone."""

    def __init__(self, books: Database, people: Database, holds: Holds, now_ms: Callable[[], int]) -> None:
        self._books = books
        self._people = people
        self._holds = holds
        self._wall_ms = now_ms
        self._lock = threading.Lock()
        self._taken_at_s, self._known_ms = time.monotonic(), 0

    def take(self, notices: Connection, records: Sequence[Incoming]) -> None:
        for record in records:
            kept = KEPT.get((record.topic, record.message["type"])) or KEPT.get(("", record.message["type"]))
            if kept is not None:
                kept(self, notices, record)
        if records:
            with self._lock:
                self._taken_at_s, self._known_ms = time.monotonic(), records[-1].at_ms

    def take_dead(self, notices: Connection, records: Sequence[Record]) -> None:
        found = self._situation_of(notices, OF_NO_POINT, rules.DEAD_LETTERS)
        before = None if found is None else _situation(found)
        first = records[0]
        own_id = f"{first.topic}/{first.partition}/{first.offset}"
        cause_id = found["cause_id"] if found is not None and found["times"] else own_id
        after = rules.letters_came(before, first.timestamp_ms, len(records))
        row = {"cp_id": OF_NO_POINT, "subject": rules.DEAD_LETTERS, "cause_id": cause_id}
        self._look_at(notices, {**row, **_columns(after)}, self._now_ms())

    def rest(self, notices: Connection, now_ms: int) -> None:
        notices.execute(delete(WAITING_CHARGES).where(_CHARGE.at_ms < now_ms - CHARGES_WAIT_MS))
        forget_done(notices, now_ms)

    def settle(self) -> None:
        """From now on the clock counts: the log has been read to its end."""
        with self._lock:
            self._taken_at_s = -SETTLED_S

    def ripen(self, notices: Database) -> None:
        """Tells what has lasted, or has been gone, for long enough."""
        now_ms = self._now_ms()
        is_due = _SITUATION.due_ms <= now_ms
        with notices.reader.connect() as connection:
            if connection.execute(select(_SITUATION.cp_id).where(is_due).limit(1)).first() is None:
                return
        with notices.writer.begin() as connection:
            lock_for_writing(connection)
            for row in connection.execute(select(SITUATIONS).where(is_due)).mappings().all():
                self._look_at(connection, dict(row), now_ms)

    def tell(self, notices: Connection, happening: Happening) -> None:
        with self._books.reader.connect() as books:
            place = place_of(books, happening.cp_id)
        with self._people.reader.connect() as people:
            heard_by = hearers(people, happening, place.site_id)
        add_deliveries(notices, happening, place.zone, heard_by)

    def driver_of(self, session_id: str) -> str | None:
        with self._books.reader.connect() as books:
            return driver_of(books, session_id)

    def held_wh_of(self, session_id: str) -> int:
        with self._books.reader.connect() as books:
            return held_wh_of(books, session_id)

    def turn(self, notices: Connection, record: Incoming, subject: str, state: str) -> None:
        found = self._situation_of(notices, record.key, subject)
        before = None if found is None else _situation(found)
        after = (rules.came if state == rules.ON else rules.went)(before, record.at_ms)
        if after is None or after == before:
            return
        cause_id = id_of_record(record) if found is None else found["cause_id"]
        row = {"cp_id": record.key, "subject": subject, "cause_id": cause_id, **_columns(after)}
        self._look_at(notices, row, record.at_ms)

    def _situation_of(self, notices: Connection, cp_id: str, subject: str) -> dict[str, Any] | None:
        wanted = select(SITUATIONS).where(_SITUATION.cp_id == cp_id, _SITUATION.subject == subject)
        found = notices.execute(wanted).mappings().one_or_none()
        return None if found is None else dict(found)

    def _judge(self, subject: str, situation: Situation, now_ms: int) -> Verdict:
        if subject == rules.DEAD_LETTERS:
            return rules.judge_letters(situation, now_ms)
        return rules.judge(situation, rules.kind_of(subject, self._holds), now_ms)

    def _look_at(self, notices: Connection, row: dict[str, Any], now_ms: int) -> None:
        situation = _situation(row)
        verdict = self._judge(row["subject"], situation, now_ms)
        if verdict.event is not None:
            details = {"fault": row["subject"].removeprefix(rules.FAULT), "times": situation.times}
            began = verdict.event in (events.FAULT_CLEARED, events.POINT_BACK)
            at_ms = situation.turned_ms if began else situation.since_ms
            cause_id = f"{row['cause_id']}/{situation.times}"
            self.tell(notices, Happening(verdict.event, cause_id, at_ms, row["cp_id"], details=details))
        key = (_SITUATION.cp_id == row["cp_id"], _SITUATION.subject == row["subject"])
        if verdict.after is None:
            notices.execute(delete(SITUATIONS).where(*key))
            return
        kept = {**row, **_columns(verdict.after), "due_ms": verdict.due_ms}
        upsert(notices, SITUATIONS, [kept])

    def _now_ms(self) -> int:
        """While records come, what lies before the newest of them alone is known."""
        with self._lock:
            is_settled = time.monotonic() - self._taken_at_s > SETTLED_S
            return self._wall_ms() if is_settled else self._known_ms


def _situation(row: dict[str, Any]) -> Situation:
    return Situation(row["since_ms"], row["turned_ms"], row["state"], row["told"], row["times"])


def _columns(situation: Situation) -> dict[str, Any]:
    return {
        "since_ms": situation.since_ms, "turned_ms": situation.turned_ms, "state": situation.state,
        "told": situation.told, "times": situation.times,
    }  # fmt: skip


# --- the kinds of records ---


def _charge_started(_: Taking, notices: Connection, record: Incoming) -> None:
    message = record.message
    row = {"session_id": message["session_id"], "register_wh": message["register_wh"], "at_ms": record.at_ms}
    upsert(notices, WAITING_CHARGES, [row])


def _checkpoint(taking: Taking, notices: Connection, record: Incoming) -> None:
    """Energy flows once the register has risen."""
    message = record.message
    session = message["session_id"]
    began_wh = notices.execute(select(_CHARGE.register_wh).where(_CHARGE.session_id == session)).scalar_one_or_none()
    if began_wh is None or message["register_wh"] <= began_wh:
        return
    notices.execute(delete(WAITING_CHARGES).where(_CHARGE.session_id == session))
    details = {"session_id": session}
    cause_id = f"started/{session}"
    driver = taking.driver_of(session)
    told = Happening(events.CHARGE_STARTED, cause_id, record.at_ms, record.key, driver, details)
    taking.tell(notices, told)


def _ticket(taking: Taking, notices: Connection, record: Incoming) -> None:
    ticket = record.message
    notices.execute(delete(WAITING_CHARGES).where(_CHARGE.session_id == ticket["session_id"]))
    told = ("session_id", "energy_wh", "cost_minor", "currency", "reason")
    details = {name: ticket[name] for name in told if name in ticket}
    event = events.RECEIPT_CORRECTED if ticket["number"] > 1 else _end_of(ticket["reason"])
    at_ms = record.at_ms if ticket["number"] > 1 else ticket["ended_at_ms"]
    cause_id = f"ticket/{ticket['session_id']}/{ticket['number']}"
    taking.tell(notices, Happening(event, cause_id, at_ms, record.key, ticket["driver_id"], details))
    # The books held it before they appended the ticket.
    held_wh = taking.held_wh_of(ticket["session_id"])
    if held_wh:
        held = {"session_id": ticket["session_id"], "energy_wh": held_wh}
        cause_id = f"held/{ticket['session_id']}"
        taking.tell(notices, Happening(events.ENERGY_HELD, cause_id, at_ms, record.key, details=held))


def _end_of(reason: str) -> str:
    return events.CHARGE_FAILED if reason in events.CUT_SHORT else events.CHARGE_ENDED


def _report(taking: Taking, notices: Connection, record: Incoming) -> None:
    """The first of a charge, by its own driver; all of them stand on the charge point's page."""
    message = record.message
    session = message["session_id"]
    if taking.driver_of(session) != message["driver_id"]:
        return
    details = {"session_id": session, "said": message["text"]}
    told = Happening(events.PROBLEM_REPORTED, f"report/{session}", record.at_ms, record.key, details=details)
    taking.tell(notices, told)


def _released(taking: Taking, notices: Connection, record: Incoming) -> None:
    """`refused` is told of what came to nothing; what ended otherwise has its receipt."""
    message = record.message
    if message["outcome"] not in ("refused", "cancelled", "failed"):
        return
    notices.execute(delete(WAITING_CHARGES).where(_CHARGE.session_id == message["session_id"]))
    if message.get("reason") in _OF_ITS_DRIVER:
        return
    details = {"session_id": message["session_id"], "reason": message.get("reason")}
    cause_id = f"released/{message['session_id']}"
    told = Happening(events.CHARGE_REFUSED, cause_id, record.at_ms, message["cp_id"], message["driver_id"], details)
    taking.tell(notices, told)


_OF_ITS_DRIVER = frozenset({"driver", "already_charging", "unknown_driver"})


def _fault(taking: Taking, notices: Connection, record: Incoming) -> None:
    subject = f"{rules.FAULT}{record.message.get('fault', UNSPECIFIED)}"
    taking.turn(notices, record, subject, rules.TURNS[record.message["type"]])


def _line(taking: Taking, notices: Connection, record: Incoming) -> None:
    taking.turn(notices, record, rules.SILENCE, rules.TURNS[record.message["type"]])


def _parked(taking: Taking, notices: Connection, record: Incoming) -> None:
    told = Happening(events.KEY_PARKED, id_of_record(record), record.at_ms, record.key)
    taking.tell(notices, told)


KEPT: dict[tuple[str, str], Callable[[Taking, Connection, Incoming], None]] = {
    (CP, "charge_started"): _charge_started,
    (CP, "meter_checkpoint"): _checkpoint,
    (CP, "ticket"): _ticket,
    (CP, "problem_report"): _report,
    (DRIVER, "claim_released"): _released,
    (CP, "fault_notification"): _fault,
    (CP, "recovery_notification"): _fault,
    (CP, "silent"): _line,
    (CP, "heard"): _line,
    (CP, "link_down"): _line,
    (CP, "link_up"): _line,
    ("", "key_parked"): _parked,
}
