"""The world of a history: posts, a bridge, a log, Central, drivers, and the time that passes."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, TypeVar

from wire.kinds.log import KINDS

from central.model.ids import session_id
from central.model.records import Message
from central.model.terms import Terms
from central.tests.line_in_memory import made_id
from central.tests.sequences.board import Board
from central.tests.sequences.bridge import Bridge
from central.tests.sequences.clocks import HostClock, Time
from central.tests.sequences.engine import Engine
from central.tests.sequences.event_log import EventLog
from central.tests.sequences.post import Post
from central.tests.sequences.worker import Worker

R = TypeVar("R")
DRIVERS = ("ada", "bob", "cy")
SECOND_MS = 1_000
HOUR_MS = 3_600_000
_ROUNDS = 200  # of talk without time passing: more is talk without end


class World:
    """Three posts: two split, one on one board. `mishaps`: what has happened that excuses a verdict.

    `later`: what will happen at a true time, whatever else does.
    """

    def __init__(self) -> None:
        self.time = Time()
        self.log = EventLog(HostClock(self.time))
        self.bridge = Bridge(self.log, HostClock(self.time), lambda: self.posts)
        self.worker = Worker(self.log, HostClock(self.time), Terms())
        self.mishaps: set[str] = set()
        self.sessions: list[tuple[str, str, str]] = []  # driver, charge point, session, in the order of requests
        self.later: list[tuple[int, Callable[[], None]]] = []
        self.findings: list[tuple[str, str]] = []
        self._epochs = 0
        self._boards = 0
        self._said = 0
        self.engines: list[Engine] = []  # all that there ever were
        self.retired: list[Engine] = []  # built out
        self.posts = [self._post(f"cp_{number}", is_shared=number == 3) for number in (1, 2, 3)]
        for name in DRIVERS:
            self.say("api", "driver_register", driver_id=name)
        self.turn()
        self.first_records = len(self.log.records)  # of when the posts were set up: no log forgets those

    # --- people and records ---

    def say(self, by: str, kind: str, **fields: Any) -> bool:
        """A record by somebody who appends to the log; False while it is away."""
        self._said += 1
        row = KINDS[kind]
        told = {name: value for name, value in fields.items() if value is not None}
        message: Message = {"type": kind, "message_id": made_id("said", self._said), **told}
        return self.log.append(row.topic, message[row.key], message, by) is not None

    def ask(self, driver_id: str, cp_id: str, request: str, **fields: Any) -> None:
        told = {"message_id": request, "driver_id": driver_id, "cp_id": cp_id}
        if self.say("api", "charge_request", **told, **fields):
            asked = (driver_id, cp_id, session_id(driver_id, request))
            if asked not in self.sessions:
                self.sessions.append(asked)

    def rows_of(self, table: type[R]) -> list[R]:
        """What Central has, in the order of the primary keys."""
        rows = self.worker.rows.table
        return [rows[name] for name in sorted((name for name in rows if name[0] is table), key=itemgetter(1))]

    # --- boards ---

    def post(self, number: int) -> Post:
        """From 1 on, as in its id."""
        return self.posts[number - 1]

    def new_board(self, name: str) -> Board:
        self._boards += 1
        return Board(f"{name}-{self._boards}", self._draw_epoch)

    def new_engine(self, cp_id: str, board: Board) -> Engine:
        meter_id = f"m-{board.name}"
        engine = Engine(self.time, cp_id, board, meter_id, register_wh=1_000 * (len(self.engines) + 1))
        self.engines.append(engine)
        return engine

    def _post(self, cp_id: str, *, is_shared: bool) -> Post:
        monitor = self.new_board("mon")
        board = monitor if is_shared else self.new_board("eng")
        return Post(self.time, self.new_engine(cp_id, board), monitor)

    def _draw_epoch(self) -> str:
        self._epochs += 1
        return f"{self._epochs * 0x9E3779B97F4A7C15 % 2**64:016x}"

    # --- time ---

    def advance(self, wait_ms: int) -> None:
        """Time passes; whatever is due on the way happens when it is."""
        self.turn()
        until_ms = self.time.now_ms + wait_ms
        while self.time.now_ms < until_ms and not self.worker.has_failed:
            next_ms = self._next_ms()
            # What could not be done when it was due is tried again, not at once.
            self.time.now_ms = min(until_ms, next_ms if next_ms > self.time.now_ms else self.time.now_ms + SECOND_MS)
            for _, happen in [each for each in self.later if each[0] <= self.time.now_ms]:
                happen()
            self.later = [each for each in self.later if each[0] > self.time.now_ms]
            self.bridge.beat(self.time.now_ms)
            self.worker.run()
            self.worker.tick()
            self.turn()

    def after(self, wait_ms: int, happen: Callable[[], None]) -> None:
        self.later.append((self.time.now_ms + wait_ms, happen))

    def turn(self) -> None:
        """All that can be said and done without time passing."""
        for _ in range(_ROUNDS):
            said = [post.step(self.bridge) for post in self.posts]
            folded = self.worker.run()
            if not (self.bridge.deliver(self.time.now_ms) or any(said) or folded):
                return
        self.findings.append(("talk_ends", "boards and Central talk without end"))
        self.worker.has_failed = True

    def _next_ms(self) -> int:
        due_in_ms = self.worker.due_in_ms()
        times = [post.next_ms(self.bridge) for post in self.posts]
        times += [self.bridge.next_ms(), None if due_in_ms is None else self.time.now_ms + due_in_ms]
        times += [each[0] for each in self.later]
        return min((each for each in times if each is not None), default=self.time.now_ms + 24 * HOUR_MS)
