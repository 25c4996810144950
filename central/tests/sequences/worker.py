"""Central in the world: its own folds over rows in memory, an outbox, deadlines told by a ticker.

What it notes on the way (`findings`): final states that changed, refused records that changed rows, folds that raised.
"""

import traceback
from collections.abc import Callable
from typing import Any, cast
from uuid import uuid5

from wire.check import check
from wire.kinds import COMMANDS
from wire.kinds.fields import TIME_MIN_MS
from wire.kinds.log import KINDS

from central.fold.apply import apply
from central.model import record_time
from central.model.ids import NAMESPACE
from central.model.record_time import JITTER_MS, Mark
from central.model.records import Incoming, Message, Outgoing, Refused
from central.model.rows import ChargingPoint, Deadline, LastSeen, SeenId, SeenWindow, Session, Ticket
from central.model.states import FINAL
from central.model.terms import Terms
from central.tests.memory_rows import KeyedRows, MemoryRows
from central.tests.sequences.clocks import HostClock
from central.tests.sequences.event_log import EventLog, Logged, Partition

SILENT_AFTER_MS = 120_000
ASK_AGAIN_MS = 5_000
BATCH = 100


class Place:
    """Where a partition is read on, and its mark."""

    def __init__(self, next_offset: int = 0, mark: Mark | None = None) -> None:
        self.next = next_offset
        self.mark = mark or Mark()


class WatchedRows(KeyedRows):
    """Rows of one key that remember what was put: (before, after) of each row."""

    def __init__(self, rows: MemoryRows, key: str) -> None:
        super().__init__(rows, key)
        self.rows = rows
        self.puts: list[tuple[Any, Any]] = []

    def put(self, row: Any) -> None:
        table = cast("type[object]", type(row))
        name = table, tuple(getattr(row, each) for each in row.primary_key)
        self.puts.append((self.rows.table.get(name), row))
        super().put(row)


class Worker:
    """`clock`: of its host; the ticker's. `incoming`: all that it folded, with its times; refused ones too."""

    def __init__(self, log: EventLog, clock: HostClock, terms: Terms) -> None:
        self.log = log
        self.clock = clock
        self.terms = terms
        self.batch = BATCH
        self.is_down = False
        self.findings: list[tuple[str, str]] = []
        self.has_failed = False
        self._asked: dict[str, tuple[int, int]] = {}  # cause of a deadline_passed -> when to ask again, and the pause
        self.crash_after: int | None = None  # of the next records that it publishes
        self._forget()

    def _forget(self) -> None:
        self.rows = MemoryRows()
        self.places: dict[Partition, Place] = {}
        self.outbox: list[Outgoing] = []
        self.incoming: list[Incoming] = []
        self.refused: dict[int, Refused] = {}  # by position in `incoming`
        self.forgotten: set[int] = set()  # refused, and leave no row that they were seen
        self.live: dict[str, Deadline] = {}
        self._ahead: dict[str, tuple[int, int]] = {}  # signs of life in the future, and when they were seen first
        self.dark_since_ms: dict[str, int] = {}  # of charge points that are DISCONNECTED: record times

    # --- the loop ---

    def run(self) -> bool:
        """Fold and publish until nothing is left. Whether there was anything."""
        if self.is_down or self.log.is_away or self.has_failed:
            return False
        moved = False
        while self._fold_batch() | self._publish():
            moved = True
        return moved

    def roll_back(self, count: int) -> None:
        """A batch that is folded and then rolled back leaves nothing."""
        kept = self.rows.snapshot(), list(self.outbox), list(self.incoming), dict(self.refused), dict(self.live)
        places = {name: Place(place.next, place.mark) for name, place in self.places.items()}
        self._fold_batch(count)
        table, self.outbox, self.incoming, self.refused, self.live = kept
        self.rows.restore(table)
        self.places = places

    def rebuild(self) -> None:
        """From the log that there is now. What its folds say and the log lacks is said again: the log lost it."""
        self._forget()
        while self._fold_batch():
            pass
        there = {logged.message["message_id"] for logged in self.log.records}
        self.outbox = [
            each for each in self.outbox if each.topic != COMMANDS and each.message["message_id"] not in there
        ]
        self.dark_since_ms = dict.fromkeys(self.dark_since_ms, self.clock.ms)  # deadlines long due are told from now on

    def _fold_batch(self, count: int | None = None) -> bool:
        left = self.batch if count is None else count
        before = left
        for partition, records in self.log.partitions.items():
            place = self.places.setdefault(partition, Place())
            taken = records[place.next : place.next + left]
            left -= len(taken)
            for logged in taken:
                place.next += 1
                place.mark = record_time.advance(place.mark, logged.stamp_ms)
                self._fold(logged, place.mark.at_ms)
        return left < before

    def _fold(self, logged: Logged, at_ms: int) -> None:
        stands = record_time.stands(at_ms, logged.stamp_ms)
        incoming = Incoming(logged.topic, logged.key, logged.message, at_ms, logged.by, clock_stands=stands)
        rows = WatchedRows(self.rows, logged.key)
        self.incoming.append(incoming)
        try:
            said = apply(rows, incoming, self.terms)
        except Refused as refused:
            self.refused[len(self.incoming) - 1] = refused
            self._note_refusal(incoming, refused, rows)
            return
        except Exception:  # noqa: BLE001 -- whatever a fold does wrong is what is sought
            self.has_failed = True
            self.findings.append(("no_exception", f"{incoming.message}\n{traceback.format_exc(limit=-4)}"))
            return
        for outgoing in said:
            self._note_said(outgoing)
        self.outbox += said
        self._note_puts(rows, at_ms)

    def _publish(self) -> bool:
        """In order. A crash between publish and mark publishes the same again."""
        if self.crash_after is not None and self.outbox:
            for outgoing in self.outbox[: self.crash_after]:
                self._append(outgoing)
            self.crash_after = None
        out, self.outbox = self.outbox, []
        for outgoing in out:
            self._append(outgoing)
        return bool(out)

    def _append(self, outgoing: Outgoing) -> None:
        self.log.append(outgoing.topic, outgoing.key, outgoing.message, "worker")

    # --- the ticker ---

    def tick(self) -> None:
        if self.is_down or self.log.is_away or self.has_failed:
            return
        now_ms = self.clock.ms
        for row in sorted(self.live.values(), key=lambda row: (row.due_at_ms, row.deadline_id)):
            again_ms, pause_ms = self._asked.get(_cause(row), (0, ASK_AGAIN_MS))
            if max(row.due_at_ms, again_ms) <= now_ms:
                self._asked[_cause(row)] = now_ms + pause_ms, 2 * pause_ms
                self.log.append(row.topic, row.key, self._deadline_passed(row), "ticker")
        self._tell_silences(now_ms)

    def due_in_ms(self) -> int | None:
        """Until the next deadline is due, or is asked for again."""
        if self.is_down or self.log.is_away or self.has_failed or not self.live:
            return None
        due = [max(row.due_at_ms, self._asked.get(_cause(row), (0, 0))[0]) for row in self.live.values()]
        return max(0, min(due) - self.clock.ms)

    def _deadline_passed(self, row: Deadline) -> Message:
        fields: Message = {"key": row.key, "deadline_id": row.deadline_id, "generation": row.generation}
        for field in KINDS["deadline_passed"].fields:
            if field.low == TIME_MIN_MS:
                fields[field.name] = self.clock.ms
        message_id = str(uuid5(NAMESPACE, "/".join(map(str, fields.values()))))
        return {"type": "deadline_passed", "message_id": message_id, **fields}

    def _tell_silences(self, now_ms: int) -> None:
        for (table, _), point in list(self.rows.table.items()):
            if table is not ChargingPoint or point.link_id is None:
                continue
            seen = self.rows.table.get((LastSeen, (point.cp_id,)))
            if seen is None:
                continue
            is_ahead = seen.at_ms > now_ms + JITTER_MS
            is_silent = self._last_sign_ms(point.cp_id, seen.at_ms, now_ms) < now_ms - SILENT_AFTER_MS
            if is_silent != point.silent and not (is_ahead and point.silent):
                kind = "silent" if is_silent else "heard"
                cause = f"{kind}/{point.cp_id}/{seen.at_ms}/{now_ms}"
                message: Message = {"type": kind, "message_id": str(uuid5(NAMESPACE, cause)), "cp_id": point.cp_id}
                self.log.append(KINDS[kind].topic, point.cp_id, message, "ticker")

    def _last_sign_ms(self, cp_id: str, seen_ms: int, now_ms: int) -> int:
        """As worker/silence.py: of a sign in the future counts since when it stands."""
        if seen_ms <= now_ms + JITTER_MS:
            return seen_ms
        if self._ahead.get(cp_id, (0, 0))[0] != seen_ms:
            self._ahead[cp_id] = seen_ms, now_ms
        return self._ahead[cp_id][1]

    # --- what is noted ---

    def _note_puts(self, rows: WatchedRows, at_ms: int) -> None:
        for before, row in rows.puts:
            table = cast("type[object]", type(row))
            note = _NOTES.get(table)
            if note is not None:
                note(self, before, row, at_ms)

    def note_deadline(self, _: Deadline | None, row: Deadline, __: int) -> None:
        if row.live:
            self.live[row.deadline_id] = row
        else:
            self.live.pop(row.deadline_id, None)

    def note_session(self, before: Session | None, row: Session, _: int) -> None:
        if before is not None and before.status in FINAL and _is_edited(before, row):
            self.findings.append(("final_unchanged", f"{before}\nbecame {row}"))

    def note_ticket(self, before: Ticket | None, row: Ticket, _: int) -> None:
        if before is not None and before != row:
            self.findings.append(("final_unchanged", f"{before}\nbecame {row}"))

    def note_point(self, _: ChargingPoint | None, row: ChargingPoint, at_ms: int) -> None:
        if row.status == "DISCONNECTED":
            self.dark_since_ms.setdefault(row.cp_id, at_ms)
        else:
            self.dark_since_ms.pop(row.cp_id, None)

    def _note_refusal(self, incoming: Incoming, refused: Refused, rows: WatchedRows) -> None:
        if not rows.puts:
            self.forgotten.add(len(self.incoming) - 1)
        changed = [row for before, row in rows.puts if before != row and not isinstance(row, (SeenId, SeenWindow))]
        if changed:
            self.findings.append(("refused_changes_nothing", f"{refused} of {incoming.message}\nput {changed}"))

    def _note_said(self, outgoing: Outgoing) -> None:
        problem = check(outgoing.message)
        if problem is not None:
            self.has_failed = True
            self.findings.append(("no_exception", f"said {outgoing.message}: {problem.text}"))


_NOTES: dict[type, Callable[..., None]] = {
    Deadline: Worker.note_deadline,
    Session: Worker.note_session,
    Ticket: Worker.note_ticket,
    ChargingPoint: Worker.note_point,
}


def _cause(row: Deadline) -> str:
    return f"{row.deadline_id}/{row.generation}"


def _is_edited(before: Session, row: Session) -> bool:
    """What is told late may say for the first time when it began."""
    names = ("status", "reason", "ended_at_ms", "tariff", "driver_id", "cp_id")
    is_moved = before.started_at_ms not in (None, row.started_at_ms)
    return is_moved or any(getattr(before, name) != getattr(row, name) for name in names)
