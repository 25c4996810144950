"""Orders that stand until they have taken effect: a driver's stop of a charge, and the operator's stop or resume.

A command expires, is refused for a passing reason, or gets no answer; the wish behind it stays. So it is said again,
under a new seq, never while one like it still waits for its answer:

- when the link is back, and when a charge point that was silent is heard;
- a stop, at the next word of a board: current may flow;
- by the deadline `orders:<cp_id>`, for an engine that has nothing to say; not to a charge point that is DISCONNECTED.

A reset of faults is no such order: said again later it would clear a fault that the operator never saw.
"""

from central.fold import commands, deadlines
from central.fold.running import open_sessions
from central.fold.step import Step
from central.model.rows import ChargingPoint, Command, Session
from central.model.states import ACCEPTED, DISCONNECTED, OPEN, SENT

DRIVER = "driver"
# Before the next try by deadline, in lifetimes of a command: it doubles with each that failed, up to the most.
_PAUSE_TTLS, _PAUSE_MOST_TTLS = 4, 120
# With these an engine has said all that it knows of a session: it ran and its end is under way, or Central ends it.
_FINAL_REASONS = frozenset({"already_ran", "unknown_session"})
_CHARGING = frozenset({"charge_started", "meter_checkpoint"})
_NO_NEWS = frozenset({"register_request", "command_response"})  # they have rules of their own


def send_stop(step: Step, point: ChargingPoint, session: Session, reason: str) -> None:
    """Tell the engine to end the session, unless it is being told. The caller puts the charge point."""
    if not commands.is_pending(step, point.cp_id, "stop_charge", session.session_id):
        commands.send(step, point, "stop_charge", session.session_id, reason=reason)


def say_again(step: Step, point: ChargingPoint) -> None:
    """Whatever stands, to a board that is here now. The caller puts the charge point."""
    for session in open_sessions(step, point.cp_id):
        if session.stop_requested and _has_no_answer(step, session):
            send_stop(step, point, session, DRIVER)
    if _service_stands(step, point):
        commands.send_service(step, point, _wanted(point))


def note_link(step: Step, point: ChargingPoint) -> None:
    """The link is back; a stop that was answered may have been answered by another board. The caller puts the point."""
    for session in open_sessions(step, point.cp_id):
        if session.stop_requested:
            send_stop(step, point, session, DRIVER)
    say_again(step, point)


def note_word(step: Step, point: ChargingPoint) -> None:
    """A bound board has said something. Puts the charge point where that leads to a command."""
    if step.message["type"] in _NO_NEWS:
        return
    seq = point.seq
    session = _open(step, step.message.get("session_id") or point.session_id)
    if session is not None and session.stop_requested and _has_no_answer(step, session):
        send_stop(step, point, session, DRIVER)
    charges_on = session is not None and step.message["type"] in _CHARGING
    if point.stopped and _service_stands(step, point, though_accepted=charges_on):
        commands.send_service(step, point, _wanted(point))
    if point.seq != seq:
        step.rows.put(point)


def note_refusal(step: Step, point: ChargingPoint, command: Command) -> None:
    """A command was refused. One that a later one overtook is said again at once. The caller puts the charge point."""
    if command.kind not in commands.ORDERS or command.reason in _FINAL_REASONS:
        return
    if command.reason == "superseded" and command.seq < point.seq and _is_wanted(step, point, command):
        commands.repeat_anew(step, point, command)
    else:
        note_failure(step, point, command)


def note_failure(step: Step, point: ChargingPoint, command: Command) -> None:
    """A command has expired, or was refused for a passing reason."""
    if command.kind in commands.ORDERS:
        ttls = min(_PAUSE_TTLS * 2 ** _failed_before(step, command), _PAUSE_MOST_TTLS)
        deadlines.arm_once(step, deadline_of(point.cp_id), step.at_ms + ttls * step.terms.command_ttl_ms)


def handle_deadline(step: Step, cp_id: str) -> None:
    """`orders:<cp_id>`: one was not taken a while ago."""
    point = step.rows.get(ChargingPoint, cp_id)
    if point is not None and point.status != DISCONNECTED:
        say_again(step, point)
        step.rows.put(point)


def deadline_of(cp_id: str) -> str:
    return f"orders:{cp_id}"


def _failed_before(step: Step, command: Command) -> int:
    """How many like it were said since one was taken, or since the opposite was said; at most 8 are counted."""
    same = step.rows.find(Command, cp_id=step.key, session_id=command.session_id)
    earlier = [each for each in same if each.kind in commands.ORDERS and each.seq < command.seq]
    count = 0
    for each in sorted(earlier, key=lambda row: -row.seq)[:8]:
        if each.kind != command.kind or each.state == ACCEPTED:
            break
        count += 1
    return count


def _wanted(point: ChargingPoint) -> str:
    return "stop_service" if point.stopped else "resume_service"


def _service_stands(step: Step, point: ChargingPoint, *, though_accepted: bool = False) -> bool:
    """Whether the engine has not taken the operator's newest word. A board that was never told any takes starts."""
    if point.service_seq is None:
        return point.stopped
    command = step.rows.get(Command, point.cp_id, point.service_seq)
    if command is None or command.kind != _wanted(point):
        return True
    is_waiting = command.state == SENT and step.at_ms < command.expires_at_ms
    return not is_waiting and (though_accepted or command.state != ACCEPTED)


def _has_no_answer(step: Step, session: Session) -> bool:
    """Whether no stop of this session was taken, nor answered for good."""
    stops = step.rows.find(Command, cp_id=step.key, session_id=session.session_id, kind="stop_charge")
    return not any(each.state == ACCEPTED or each.reason in _FINAL_REASONS for each in stops)


def _is_wanted(step: Step, point: ChargingPoint, command: Command) -> bool:
    """Whether an order is still what its driver or operator wants, and no other like it is under way."""
    if command.session_id is None:
        return point.service_seq == command.seq and command.kind == _wanted(point)
    is_pending = commands.is_pending(step, point.cp_id, command.kind, command.session_id)
    return _open(step, command.session_id) is not None and not is_pending


def _open(step: Step, session_id: str | None) -> Session | None:
    session = None if session_id is None else step.rows.get(Session, session_id)
    return session if session is not None and session.cp_id == step.key and session.status in OPEN else None
