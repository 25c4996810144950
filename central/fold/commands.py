"""Commands to engines: a seq that rises per charge point, sent again under the same seq until answered or expired."""

import json

from wire.frame import compact

from central.fold import deadlines
from central.fold.step import Step
from central.model.records import Message, Refused
from central.model.rows import ChargingPoint, Command
from central.model.states import REFUSED, SENT, next_command_state

# What stands until it has taken effect (orders.py), whatever becomes of one command.
ORDERS = frozenset({"stop_charge", "stop_service", "resume_service"})
_OWN_FIELDS = frozenset({"type", "cp_id", "seq", "expires_at_ms", "session_id"})
SEQ_REACH = 1_000  # how far above its last seq a board takes one


def send(step: Step, point: ChargingPoint, kind: str, session_id: str | None = None, **fields: int | str | None) -> int:
    """Send a new command and return its seq. The caller puts the charge point, whose newest seq it is."""
    point.seq += 1
    expires_at_ms = step.at_ms + step.terms.command_ttl_ms
    envelope = {"type": kind, "cp_id": point.cp_id, "seq": point.seq, "expires_at_ms": expires_at_ms}
    told = {**envelope, "session_id": session_id, **fields}
    body = {name: value for name, value in told.items() if value is not None}
    command = Command(point.cp_id, point.seq, kind, session_id, compact(body), expires_at_ms, SENT)
    step.rows.put(command)
    _say(step, command)
    return point.seq


def send_service(step: Step, point: ChargingPoint, kind: str) -> None:
    """Tell the engine whether it may take starts: stop_service or resume_service. It voids an unanswered one."""
    before = None if point.service_seq is None else step.rows.get(Command, point.cp_id, point.service_seq)
    if before is not None and before.state == SENT:
        _drop(step, before)
    point.service_seq = send(step, point, kind)


def repeat_unanswered(step: Step, point: ChargingPoint) -> None:
    """The link is back: send again, in order, the commands that are unanswered and not expired."""
    for command in sorted(step.rows.find(Command, cp_id=point.cp_id, state=SENT), key=lambda row: row.seq):
        if step.at_ms < command.expires_at_ms:
            _say(step, command)


def repeat_orders_anew(step: Step, point: ChargingPoint) -> None:
    """Central's seq was raised over that of orders which wait for an answer: the engine would not take them any more.
    """
    for command in sorted(step.rows.find(Command, cp_id=point.cp_id, state=SENT), key=lambda row: row.seq):
        if command.kind in ORDERS and step.at_ms < command.expires_at_ms:
            repeat_anew(step, point, command)


def repeat_anew(step: Step, point: ChargingPoint, command: Command) -> None:
    """The same order under a new seq. The caller puts the charge point."""
    if command.state == SENT:
        _drop(step, command)
    body: Message = json.loads(command.body)
    fields = {name: value for name, value in body.items() if name not in _OWN_FIELDS}
    seq = send(step, point, command.kind, command.session_id, **fields)
    if point.service_seq == command.seq:
        point.service_seq = seq


def is_pending(step: Step, cp_id: str, kind: str, session_id: str) -> bool:
    """Whether such a command waits for its answer and will be sent again."""
    waiting = step.rows.find(Command, cp_id=cp_id, session_id=session_id, state=SENT)
    return any(command.kind == kind and step.at_ms < command.expires_at_ms for command in waiting)


def drop_unanswered(step: Step, point: ChargingPoint) -> None:
    """Void all unanswered commands: the board that they were meant for is gone."""
    for command in step.rows.find(Command, cp_id=point.cp_id, state=SENT):
        _drop(step, command)


def answered(step: Step) -> tuple[Command, bool]:
    """The command that a command_response answers, with its answer noted, and whether the answer is new.

    Raises Refused (`unknown_command`).
    """
    message = step.message
    command = step.rows.get(Command, step.key, message["seq"])
    if command is None:
        raise Refused("unknown_command", f"no command {message['seq']} was sent to {step.key}")
    event = "accepted" if message["accepted"] else "refused"
    command.state, action = next_command_state(command.state, event)
    if action == "answer":
        command.reason = message.get("reason")
    return command, action == "answer"


def is_behind(point: ChargingPoint, command: Command) -> bool:
    """Superseded by a seq that Central never sent: the board served another charge point, or another log, before."""
    return command.state == REFUSED and command.reason == "superseded" and command.seq == point.seq


def catch_up(point: ChargingPoint) -> None:
    """Leap towards the board's seq, which is above the one it refused: the next is in its reach."""
    point.seq += SEQ_REACH - 1


def keep_answer(step: Step, command: Command) -> None:
    step.rows.put(command)
    deadlines.disarm(step, _deadline_id(command))


def resend_or_expire(step: Step, seq_of: str) -> Command | None:
    """Its deadline passed: send it again, or give it up and return it. `seq_of`: `<cp_id>:<seq>`."""
    command = step.rows.get(Command, step.key, int(seq_of.rpartition(":")[2]))
    assert command is not None, "a deadline is armed with its command"
    expired = step.at_ms >= command.expires_at_ms
    command.state, _ = next_command_state(command.state, "expire" if expired else "resend")
    if not expired:
        _say(step, command)
        return None
    step.rows.put(command)
    return command


def _drop(step: Step, command: Command) -> None:
    command.state, _ = next_command_state(command.state, "expire")
    step.rows.put(command)
    deadlines.disarm(step, _deadline_id(command))


def _say(step: Step, command: Command) -> None:
    body: Message = json.loads(command.body)
    step.emit(command.kind, body, command.seq)
    due_at_ms = min(step.at_ms + step.terms.command_resend_ms, command.expires_at_ms)
    deadlines.arm(step, _deadline_id(command), due_at_ms)


def _deadline_id(command: Command) -> str:
    return f"command:{command.cp_id}:{command.seq}"
