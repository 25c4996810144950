"""Carries out what lines and commands ask for: appends and acks, links, routes. Runs on the event loop alone.

How it works. A line hands each payload to `hear`; the line's conversation, which does no I/O, makes a decision of it,
and the switchboard carries that out. Most decisions are an append: it goes to the log at once, the line remembers
that something of it is in flight, and nothing is answered. When the log has acked it (`_appended`, back on the event
loop, in any order), and only then, the board hears its `ack`. A registration does one thing more when it is logged:
it opens a link, a name for this charge point on this line, which `link_up` tells to Central; Central answers with a
`register_response` to that link. From the answer on the link holds its charge point: `deliver`, which gets every
record of the commands' topic (each bridge reads them all), sends what is for the charge point there and counts the
rest. A link ends when its line closes, when it is silent, when Central refuses it or when another link is accepted
for its charge point; `link_down` tells so. No decision waits for another, no line waits for another, and what Central
thinks of a message the bridge does not know.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bridge.admission import Admission
from bridge.commands import Command, command_of
from bridge.counters import Counters
from bridge.decisions import Append, AskHealth, Bury, Ignore, Message, Refuse, Register, TellHealth
from bridge.forward import Forwarder
from bridge.health import HealthChecks
from bridge.lifetime import begun
from bridge.links import Links
from bridge.notices import Notices
from bridge.peer import BOARDS, PLAIN, Peer
from eventlog.clock import LogClock
from eventlog.port import Log, Record

MAX_TELEMETRY_IN_FLIGHT = 1_000  # of MQTT, which has no line that could be held back
SHOWN_CHARACTERS = 64
CHECK_INTERVAL_S = 0.01  # while ending
NOTED_KINDS = frozenset(
    ("command_response", "charge_started", "charge_completion", "fault_notification", "recovery_notification")
)

logger = logging.getLogger(__name__)


async def until(condition: Callable[[], bool], within_s: float) -> None:
    """Returns when the condition holds, and at the latest after `within_s`."""
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + within_s
    while not condition() and loop.time() < deadline_s:  # noqa: ASYNC110 -- two counts to watch, once, while ending
        await asyncio.sleep(CHECK_INTERVAL_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`silent_after_s`: after so long without a whole line, a line, or a charge point on it, counts as gone.
    `register_within_s`: how long a board's line may have no registered charge point; the log's absence does not count.
    `health_answer_s`: how long a forwarded health check may take. `heartbeat_interval_s`, `health_interval_s`: told to
    each board that registers.
    """

    max_lines: int
    max_plain_lines: int = 64
    register_within_s: float = 10.0
    silent_after_s: float
    health_answer_s: float = 5.0
    heartbeat_interval_s: float
    health_interval_s: float


class Switchboard:
    """`clock`: the log's, told by each of its acks. Boards, and what is stamped here, get no other time."""

    def __init__(self, log: Log, counters: Counters, limits: Limits, clock: LogClock) -> None:
        self._loop = asyncio.get_running_loop()
        self._counters = counters
        self._limits = limits
        budgets = {BOARDS: limits.max_lines, PLAIN: limits.max_plain_lines}
        self._admission = Admission(budgets, limits.register_within_s)
        self._lines: set[Peer] = set()
        self._clock = clock
        self._forwarder = Forwarder(log, counters, clock)
        self._notices = Notices(self._forwarder.append, self._loop.call_later)
        self._links = Links(self._notices, counters)
        self._health = HealthChecks(self._loop.call_later, self._refuse, limits.health_answer_s)
        self._telemetry_in_flight = 0
        self._finishing = False
        self._boot_id = uuid.uuid4().hex  # another one tells a monitor to register again
        self._at_registration: Message = {
            "boot_id": self._boot_id,
            "heartbeat_interval_ms": round(1000 * limits.heartbeat_interval_s),
            "health_interval_ms": round(1000 * limits.health_interval_s),
        }

    # --- lines ---

    def admit(self, line: Peer) -> bool:
        """False where there are too many, or the bridge ends."""
        if self._finishing:
            return False
        try:
            displaced = self._admission.who_goes_for(line)
        except LookupError:
            self._counters.count("lines_refused")
            return False
        if displaced is not None:
            self._counters.count("lines_displaced")
            displaced.close("its place is needed")
        self._admission.enter(line, self._loop.time())
        self._lines.add(line)
        self._counters.count("lines_opened")
        logger.debug("line %s opened", line.name)
        return True

    def closed(self, line: Peer, reason: str) -> None:
        self._lines.discard(line)
        self._admission.leave(line)
        self._links.line_closed(line, reason)
        logger.debug("line %s closed: %s", line.name, reason)

    def hear(self, line: Peer, payload: bytes) -> None:
        match line.conversation.hear(payload, self._log_ms()):
            case Append() as append:
                self._append(line, append, None)
            case Register() as registered:
                self._register(line, registered)
            case Refuse() as refused:
                self._refuse(line, refused)
            case Bury(refused, append):
                self._refuse(line, refused)
                self._counters.count("buried")
                self._append(line, append, None)
            case AskHealth() as asked:
                self._health.ask(line, asked, self._links.line_of(asked.cp_id))
            case TellHealth() as told:
                self._links.heard(line, told.cp_id, line.heard_at_s)
                if not self._health.tell(told):
                    self._counters.count("ignored")
            case Ignore(counter):
                self._counters.count(counter)

    def _register(self, line: Peer, registered: Register) -> None:
        reason = self._links.why_not(registered, self._loop.time())
        if reason is None:
            self._append(line, registered.append, registered)
        else:
            self._links.turn_away(line, registered, reason)

    def _log_ms(self) -> int | None:
        """None until the log has told it."""
        return None if self._clock.ahead_ms is None else self._clock.now_ms()

    def _refuse(self, line: Peer, refused: Refuse) -> None:
        self._counters.count(refused.counter)
        logger.debug("line %s: refused: %s", line.name, refused.answer)
        line.send(refused.answer)

    def _append(self, line: Peer, append: Append, registered: Register | None) -> None:
        self._links.heard(line, append.key, line.heard_at_s)
        if not line.take_in_flight(reliable=append.reliable):
            self._counters.count("telemetry_dropped")
            return
        level = logging.INFO if append.kind in NOTED_KINDS else logging.DEBUG
        logger.log(level, "%s of %s", append.kind, append.key, extra={"session": append.session_id})
        if registered is not None:
            self._admission.registration_said(line)
        done = partial(self._appended, line, append, registered)
        self._forwarder.append(append.topic, append.key, append.value, done, append.by)

    def _appended(self, line: Peer, append: Append, registered: Register | None, logged: bool) -> None:
        if registered is not None:
            self._admission.registration_settled(line, self._loop.time(), logged=logged)
        if logged and not line.closed:
            if append.reliable:
                line.ack(str(append.message_id))
            if registered is not None:
                self._links.open(line, registered, self._loop.time())
            if append.kind == "heartbeat":
                self._answer_heartbeat(line, append.message_id)
        line.give_back(reliable=append.reliable)

    def _answer_heartbeat(self, line: Peer, message_id: str | None) -> None:
        answer: Message = {"type": "heartbeat_response", "boot_id": self._boot_id}
        answer["server_time_ms"] = self._clock.now_ms()
        line.send(answer if message_id is None else answer | {"message_id": message_id})

    def telemetry(self, append: Append) -> None:
        """From MQTT."""
        if self._telemetry_in_flight >= MAX_TELEMETRY_IN_FLIGHT:
            self._counters.count("telemetry_dropped")
            return
        self._telemetry_in_flight += 1
        self._forwarder.append(append.topic, append.key, append.value, self._telemetry_appended)

    def _telemetry_appended(self, logged: bool) -> None:
        del logged  # the forwarder has counted it, and telemetry is not said again
        self._telemetry_in_flight -= 1

    # --- commands ---

    def deliver(self, records: Sequence[Record]) -> None:
        for record in records:
            command = command_of(record, self._at_registration)
            if command is None:
                self._counters.count("commands_bad")
                key = record.key and record.key[:SHOWN_CHARACTERS]  # a stranger's may be as long as a record
                logger.debug("record %s/%s of %s is no command", record.partition, record.offset, key)
            else:
                self._route(command)

    def _route(self, command: Command) -> None:
        message = begun(command.message, self._clock.now_ms())
        if message is None:
            self._expired(command)
        elif command.link_id is None:
            self._send(command, message, self._links.line_of(command.cp_id))
        else:
            now_s = self._loop.time()
            link = self._links.answered(command.cp_id, command.link_id, now_s, accepted=command.accepted)
            self._send(command, message, None if link is None else link.line)
            if link is not None and not command.accepted:
                self._links.refused(link, str(message.get("reason") or "refused"), now_s)

    def _expired(self, command: Command) -> None:
        self._counters.count("commands_expired")
        here = self._links.holds(command.cp_id, command.link_id)
        level = logging.WARNING if here else logging.DEBUG  # at its start a bridge reads what is long over
        logger.log(level, "%s to %s came too late and is not sent", command.message["type"], command.cp_id)

    def _send(self, command: Command, message: Message, line: Peer | None) -> None:
        if line is None:
            self._counters.count("commands_elsewhere")
        elif line.send(message):
            self._counters.count("commands_sent")
            text, session = "%s to %s on line %s", {"session": message.get("session_id")}
            logger.info(text, message["type"], command.cp_id, line.name, extra=session)

    # --- time, and the end ---

    def sweep(self) -> None:
        """Ends what has been silent for too long. Called again and again."""
        now_s = self._loop.time()
        self._links.end_silent(now_s, self._limits.silent_after_s)
        self._links.end_calm(now_s)
        for line in self._admission.late(now_s, self._links.any_of, log_away=self._forwarder.away):
            self._counters.count("lines_unregistered")
            line.close("no registration came")
        for line in [line for line in self._lines if line.holds_what_expired()]:
            self._counters.count("lines_clogged")
            line.close("it does not read")
        for line in [line for line in self._lines if not line.kind.shared]:
            if line.held_back():
                line.heard_at_s = now_s
            elif now_s - line.heard_at_s > self._limits.silent_after_s:
                self._counters.count("lines_silent")
                line.close("silent")

    async def finish(self, acks_within_s: float, notices_within_s: float) -> None:
        """Takes no more, lets what was taken be acked, then closes every line and says so to the log."""
        self._finishing = True
        for line in self._lines:
            line.stop_reading()
        await until(lambda: not self._forwarder.in_flight, acks_within_s)
        for line in list(self._lines):
            line.close("bridge stopped")
        await until(lambda: not self._notices.pending(), notices_within_s)
        if self._notices.pending():
            logger.warning("%d notices of links did not reach the log", self._notices.pending())
