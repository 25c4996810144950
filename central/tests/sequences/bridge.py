"""The bridge: what boards say into the log, acks and commands back. It acks what the log has acked."""

from collections import deque
from collections.abc import Callable
from typing import Any

from wire.check import check
from wire.kinds.log import KINDS

from central.model.records import Message
from central.tests.line_in_memory import made_id
from central.tests.sequences.board import Board
from central.tests.sequences.clocks import HostClock
from central.tests.sequences.event_log import EventLog
from central.tests.sequences.post import Post

HEARTBEAT_MS = 30_000
PAUSE_MS, MOST_PAUSE_MS = 10_000, 600_000


class Bridge:
    """`failures`, `lost_acks`: whether the next appends fail, and the next acks get lost on their way to the board."""

    def __init__(self, log: EventLog, clock: HostClock, posts: Callable[[], list[Post]]) -> None:
        self._log = log
        self.clock = clock
        self._posts = posts
        self._links = 0
        self._said = 0
        self._read = 0  # of the commands
        self._log_ahead_ms = 0
        self._beat_ms = 0
        self._said_under: dict[str, Message] = {}
        self.findings: list[tuple[str, str]] = []
        self._turned_away: dict[tuple[str, ...], tuple[int, int]] = {}  # the pause, and its end
        self._late: list[tuple[int, str, Message, int]] = []  # due, link, message, server time at sending
        self.is_up = True
        self.latency_ms = 0
        self.failures: deque[bool] = deque()
        self.lost_acks: deque[bool] = deque()

    @property
    def log_ms(self) -> int:
        """The log's clock, as the newest ack told it."""
        return self.clock.ms + self._log_ahead_ms

    @property
    def reaches_log(self) -> bool:
        return not self._log.is_away

    # --- lines ---

    def connect(self, post: Post) -> str:
        if post.link_id is not None:
            self.hang_up(post, noticed=True)
        self._links += 1
        return f"L{self._links}"

    def hang_up(self, post: Post, *, noticed: bool) -> None:
        """The line closed; where nobody noticed, Central is told nothing."""
        if post.link_id is not None and noticed:
            self._append("link_down", {"cp_id": post.cp_id, "link_id": post.link_id})

    def take(self, post: Post, message: Message) -> bool:
        """Whether the board got its ack. A registration that Central has refused is refused from memory for a while."""
        is_registration = message["type"] == "register_request"
        if is_registration and self._turned_away.get(_place(post), (0, 0))[1] > self.clock.ms:
            post.turn_away()
            return False
        if not self._logged(message):
            return False
        if is_registration:
            told = {"cp_id": post.cp_id, "link_id": post.link_id, "board": post.monitor.name}
            self._append("link_up", {**told, "registration": message["message_id"]})
        return not (self.lost_acks and self.lost_acks.popleft())

    def empty(self, board: Board) -> None:
        """The journal of a board that was replaced: its line may tell what is left, and gets no commands."""
        for entry in list(board.entries):
            if self._logged(entry.message):
                board.ack(entry)

    def beat(self, now_ms: int) -> None:
        """Heartbeats of all that are connected: a sign of life, and the boards' clocks."""
        if now_ms - self._beat_ms < HEARTBEAT_MS:
            return
        self._beat_ms = now_ms
        for post in self._posts():
            if post.is_registered and not post.is_deaf and post.monitor_is_on:
                state = post.engine.state if post.sees_engine else "safe"
                self._append("heartbeat", {"cp_id": post.cp_id, "state": state})
                post.set_clocks(self.log_ms)

    # --- commands ---

    def deliver(self, now_ms: int) -> bool:
        """New commands to the lines that hold their charge points. Whether any was heard."""
        new = self._log.commands[self._read :]
        self._read = len(self._log.commands)
        if not self.is_up:
            return False
        for logged in new:
            self._send(logged.message, now_ms)
        due = [each for each in self._late if each[0] <= now_ms]
        self._late = [each for each in self._late if each[0] > now_ms]
        heard = False
        for _, link_id, message, server_time_ms in due:
            for post in self._posts():
                if post.link_id == link_id:
                    self._note_refusal(post, message)
                    post.hear(message, server_time_ms)
                    heard = True
        return heard

    def _note_refusal(self, post: Post, message: Message) -> None:
        """Central's answer to a registration; the pause doubles as long as it is no."""
        if message["type"] == "register_response" and message["accepted"]:
            self._turned_away.pop(_place(post), None)
        elif message["type"] == "register_response":
            pause_ms = min(2 * self._turned_away.get(_place(post), (PAUSE_MS // 2, 0))[0], MOST_PAUSE_MS)
            self._turned_away[_place(post)] = pause_ms, self.clock.ms + pause_ms

    def next_ms(self) -> int | None:
        return min((each[0] for each in self._late), default=None)

    def _send(self, message: Message, now_ms: int) -> None:
        post = next((each for each in self._posts() if each.cp_id == message["cp_id"]), None)
        if post is None or post.link_id is None or message.get("link_id", post.link_id) != post.link_id:
            return
        ttl_ms = message["expires_at_ms"] - self.log_ms
        if ttl_ms > 0:
            self._late.append((now_ms + self.latency_ms, post.link_id, {**message, "ttl_ms": ttl_ms}, self.log_ms))

    # --- the log ---

    def _append(self, kind: str, fields: dict[str, Any]) -> bool:
        """What the bridge itself says; it tries until the log has it, or it goes down."""
        self._said += 1
        message: Message = {"type": kind, "message_id": made_id("bridge", self._said), **fields}
        return self.is_up and self._log_it(message)

    def _logged(self, message: Message) -> bool:
        problem = check(message)
        assert problem is None, f"{message}: {problem.text}"
        said = self._said_under.setdefault(message["message_id"], message)
        if said != message:
            self.findings.append(("numbers_keep_their_content", f"{said}\nbecame {message}"))
        return not (self.failures and self.failures.popleft()) and self._log_it(message)

    def _log_it(self, message: Message) -> bool:
        kind = KINDS[message["type"]]
        stamp_ms = self._log.append(kind.topic, message[kind.key], message, "bridge")
        if stamp_ms is None:
            return False
        self._log_ahead_ms = stamp_ms - self.clock.ms
        return True


def _place(post: Post) -> tuple[str, ...]:
    """Another board, epoch or engine says something else."""
    return post.cp_id, post.monitor.name, post.monitor.epoch, post.engine.board.name, post.engine.board.epoch
