"""The whole of Central in memory: records in, folds, what they say fed back, until it is quiet.

Each message is held against the table of kinds as the worker does it; refused records are kept in `dead`.
"""

from collections import deque
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from wire.check import check
from wire.ids import reliable_id
from wire.kinds import COMMANDS
from wire.kinds.log import KINDS

from central.fold.apply import apply
from central.model.record_time import Mark, advance, stands
from central.model.records import Incoming, Message, Outgoing, Refused
from central.model.rows import ChargingPoint, Command, Deadline, SeenId, SeenWindow, Session
from central.model.terms import Terms
from central.tests.memory_rows import MemoryRows

T0 = 1_750_000_000_000
SECOND = 1_000
BOARD = "mon1"
ENGINE = "eng1"
EPOCH = "00112233445566aa"
_IDS = UUID(int=7)


def made_id(*parts: object) -> str:
    return str(uuid5(_IDS, "/".join(map(str, parts))))


class LineInMemory:
    """`log` is every record in its order; `commands` what was said to boards and not yet taken by `take_commands`.

    `now_ms` is the true time, `log_ahead_ms` how far the log's clock is off.
    """

    def __init__(self, terms: Terms | None = None) -> None:
        self.terms = terms or Terms()
        self.rows = MemoryRows()
        self.now_ms = T0
        self.log_ahead_ms = 0
        self._mark = Mark()
        self.log: list[Incoming] = []
        self.commands: list[Message] = []
        self.dead: list[Refused] = []
        self.refused: list[Incoming] = []  # the records that they were
        self.strangers: list[Incoming] = []  # refused for who said them, and so not remembered
        self._waiting: deque[Incoming] = deque()
        self.numbers: dict[tuple[str, str], int] = {}
        self._made = 0
        self.epoch = EPOCH  # of all boards

    # --- records ---

    def board_says(
        self, kind: str, n: int | None = None, board: str = BOARD, cp: str = "cp_001", **fields: Any
    ) -> Incoming:
        last = self.numbers.get((cp, board), 0)
        n = last + 1 if n is None else n
        self.numbers[cp, board] = max(last, n)
        message_id = reliable_id(board, self.epoch, n)
        return self.says(kind, "bridge", message_id=message_id, **{KINDS[kind].key: cp}, **fields)

    def says(self, kind: str, by: str, /, **fields: Any) -> Incoming:
        self._made += 1
        message: Message = {"type": kind, "message_id": made_id(kind, self._made), **fields}
        problem = check(message)
        assert problem is None, problem.text
        incoming = self._logged(KINDS[kind].topic, message[KINDS[kind].key], message, by)
        self.append([incoming])
        return incoming

    def append(self, records: Iterable[Incoming]) -> None:
        self._waiting.extend(records)
        while self._waiting:
            self._fold(self._waiting.popleft())

    def tick(self, forward_ms: int) -> None:
        """Let time pass, and each deadline that comes due on the way, by the log's clock."""
        until_ms = self.now_ms + forward_ms
        while (due := self._next_due(until_ms)) is not None:
            self.now_ms = max(self.now_ms, due.due_at_ms - self.log_ahead_ms)
            message: Message = {
                "type": "deadline_passed",
                "message_id": made_id(due.deadline_id, due.generation),
                "key": due.key,
                "deadline_id": due.deadline_id,
                "generation": due.generation,
            }
            self.append([self._logged(due.topic, due.key, message, "ticker")])
        self.now_ms = until_ms

    def take_commands(self, kind: str | None = None) -> list[Message]:
        taken = [each for each in self.commands if kind in (None, each["type"])]
        self.commands = [each for each in self.commands if each not in taken]
        return taken

    # --- what is often needed ---

    def point(self, cp: str = "cp_001") -> ChargingPoint:
        return self.rows.one(ChargingPoint, cp)

    def session(self, session_id: str) -> Session:
        return self.rows.one(Session, session_id)

    def command(self, seq: int, cp: str = "cp_001") -> Command:
        return self.rows.one(Command, cp, seq)

    def dead_codes(self) -> list[str]:
        return [each.code for each in self.dead]

    def _next_due(self, until_ms: int) -> Deadline | None:
        until_ms += self.log_ahead_ms
        due = [row for row in self.rows.all(Deadline) if row.live and row.due_at_ms <= until_ms]
        return min(due, key=lambda row: (row.due_at_ms, row.deadline_id), default=None)

    def _logged(self, topic: str, key: str, message: Message, by: str) -> Incoming:
        stamp_ms = self.now_ms + self.log_ahead_ms
        self._mark = advance(self._mark, stamp_ms)
        at_ms = self._mark.at_ms
        return Incoming(topic, key, message, at_ms, by, clock_stands=stands(at_ms, stamp_ms))

    def _fold(self, incoming: Incoming) -> None:
        self.log.append(incoming)
        before = self.rows.snapshot()
        try:
            said = apply(self.rows.of(incoming.key), incoming, self.terms)
        except Refused as refused:
            self.dead.append(refused)
            self.refused.append(incoming)
            if refused.code in ("not_bound", "unknown_charge_point"):
                self.strangers.append(incoming)
            assert without_seen(self.rows.snapshot()) == without_seen(before), "a refused record changed a row"
            return
        for outgoing in said:
            self._hear(outgoing)

    def _hear(self, outgoing: Outgoing) -> None:
        message = outgoing.message
        problem = check(message)
        assert problem is None, f"{message}: {problem.text}"
        kind = KINDS[message["type"]]
        assert (kind.topic, message[kind.key]) == (outgoing.topic, outgoing.key)
        if outgoing.topic == COMMANDS:
            self.commands.append(message)
        else:
            self._waiting.append(self._logged(outgoing.topic, outgoing.key, message, "worker"))


def without_seen(table: dict[tuple[type, tuple[object, ...]], object]) -> dict[object, object]:
    return {name: row for name, row in table.items() if name[0] not in (SeenId, SeenWindow)}
