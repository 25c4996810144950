"""A session walks its table (central/model/states.py): events in, the actions of the table carried out."""

from collections.abc import Callable

from wire.kinds.fields import ENERGY_MAX_WH

from central.fold import commands, deadlines, endings, point, readings
from central.fold.clock import held, stamp
from central.fold.faults import UNSPECIFIED
from central.fold.step import Step
from central.model.rows import ChargingPoint, Command, Message, Refused, Session
from central.model.states import ACCEPTED, AUTHORIZED, COMPLETED, OPEN, SessionAction, SessionEvent, next_session_state
from central.money.order import limit_wh, order_of
from central.money.tariff import tariff_of

LOST = "lost"  # the reason of a session of which nothing was heard any more
# An engine that answers so has not said that it will never run the session: a later command was faster, or the
# session has run and its completion is on its way.
_OPEN_REFUSALS = frozenset({"superseded", "already_ran"})


def handle_charge_started(step: Step) -> None:
    cp, session = _told_of(step)
    walk(step, cp, session, "started")


def handle_meter_checkpoint(step: Step) -> None:
    cp, session = _told_of(step)
    walk(step, cp, session, "checkpoint")


def handle_charge_completion_message(step: Step) -> None:
    """The engine's word that a session ended; it may overtake that it began."""
    cp, session = _told_of(step)
    walk(step, cp, session, _completion_event(step.message))


def handle_charge_stop(step: Step) -> None:
    """The driver's wish to end the driver's own session."""
    cp, session = _told_of(step)
    if session.driver_id != step.message["driver_id"]:
        raise Refused("not_yours", f"session {session.session_id} is not of {step.message['driver_id']}")
    walk(step, cp, session, "stop_requested")


def handle_command_response(step: Step) -> None:
    cp = point.of(step)
    command, is_news = commands.answered(step)
    if not is_news:
        return
    is_behind = commands.is_behind(cp, command)
    event = "start_refused" if is_behind and command.kind == "start_charge" else _answer_event(step, command)
    if event is None:
        _note_start_answer(step, cp, command)
    else:
        session = _of(step, str(command.session_id))
        walk(step, cp, session, event)
    commands.keep_answer(step, command)
    if is_behind:
        commands.catch_up(cp)
        step.rows.put(cp)


def handle_command_deadline(step: Step, seq_of: str) -> None:
    """`command:<cp_id>:<seq>`: say it again, or stop waiting for its answer."""
    cp = point.of(step)
    command = commands.resend_or_expire(step, seq_of)
    if command is not None and command.kind == "start_charge":
        _free(step, cp, _of(step, str(command.session_id)))


def handle_lost_deadline(step: Step, session_id: str) -> None:
    """`lost:<session_id>`: nothing was heard of it for lost_after."""
    lose(step, point.of(step), _of(step, session_id))


def lose(step: Step, cp: ChargingPoint, session: Session) -> None:
    walk(step, cp, session, "lost")


def open_sessions(step: Step, cp: ChargingPoint) -> list[Session]:
    return [each for state in OPEN for each in step.rows.find(Session, cp_id=cp.cp_id, status=state)]


def send_stops(step: Step, cp: ChargingPoint) -> None:
    """The link is back: tell the engine again of every stop that a driver wished for and that has not come true."""
    for session in open_sessions(step, cp):
        if session.stop_requested:
            _send_stop(step, cp, session, "driver")


def _told_of(step: Step) -> tuple[ChargingPoint, Session]:
    return point.of(step), _of(step, step.message["session_id"])


def _of(step: Step, session_id: str) -> Session:
    session = step.rows.get(Session, session_id)
    if session is None or session.cp_id != step.key:
        raise Refused("unknown_session", f"{step.key} has no session {session_id}")
    return session


def _completion_event(message: Message) -> SessionEvent:
    if message["relay_closed"]:
        return "completed"
    return "completed_fault_unclosed" if message["reason"] == "fault" else "completed_unclosed"


def _answer_event(step: Step, command: Command) -> SessionEvent | None:
    reason = command.reason or ""
    if command.state == ACCEPTED or command.session_id is None:
        return None
    if command.kind == "start_charge":
        return None if reason in _OPEN_REFUSALS else "start_refused"
    if command.kind == "stop_charge" and reason == "unknown_session":
        return "start_gone" if _never_started(step, command.session_id) else None
    return None


def _never_started(step: Step, session_id: str) -> bool:
    """Its start was never taken, and the engine, which has seen a later command, will not take it any more."""
    starts = step.rows.find(Command, cp_id=step.key, session_id=session_id, kind="start_charge")
    is_waiting = _of(step, session_id).status == AUTHORIZED
    return is_waiting and all(command.state != ACCEPTED for command in starts)


def _note_start_answer(step: Step, cp: ChargingPoint, command: Command) -> None:
    if command.kind != "start_charge":
        return
    session = _of(step, str(command.session_id))
    if command.state != ACCEPTED:
        _free(step, cp, session)
    elif session.status == AUTHORIZED and cp.session_id is None:  # taken, though Central had given up waiting
        cp.session_id = session.session_id
        point.settle(step, cp)


def _free(step: Step, cp: ChargingPoint, session: Session) -> None:
    """No answer to its start: driver and charge point are free for another, the session waits for the engine's word."""
    if session.status != AUTHORIZED:
        return
    endings.release_claim(step, session, "no_answer")
    step.rows.put(session)
    if cp.session_id == session.session_id:
        cp.session_id = None
    point.settle(step, cp)


def walk(step: Step, cp: ChargingPoint, session: Session, event: SessionEvent) -> None:
    session.status, action = next_session_state(session.status, event)
    if action == "nothing":
        return
    ACTIONS[action](step, cp, session)
    step.rows.put(session)
    point.settle(step, cp)


def _authorize(step: Step, cp: ChargingPoint, session: Session) -> None:
    cp.session_id = session.session_id
    limit = limit_wh(order_of(session), tariff_of(session.tariff))
    # Money can pay for more than a meter counts, which no command could carry.
    energy_wh = None if limit is None else min(limit, ENERGY_MAX_WH)
    limits = {"max_energy_wh": energy_wh, "max_duration_s": session.max_duration_s}
    commands.send(step, cp, "start_charge", session.session_id, **limits)
    _watch(step, session)


def _refuse(step: Step, _cp: ChargingPoint, session: Session) -> None:
    session.ended_at_ms = step.at_ms
    endings.release_claim(step, session, "refused")


def _cancel(step: Step, cp: ChargingPoint, session: Session) -> None:
    endings.close(step, cp, session, "driver", step.at_ms)


def _begin(step: Step, cp: ChargingPoint, session: Session) -> None:
    message = step.message
    readings.note_start(session, message, stamp(message, session.requested_at_ms, step.at_ms))
    point.note_register(cp, message["meter_id"], message["register_wh"], is_fitted=True)
    cp.session_id = session.session_id
    _watch(step, session)


def _record(step: Step, cp: ChargingPoint, session: Session) -> None:
    message = step.message
    read_at = stamp(message, session.started_at_ms or session.requested_at_ms, step.at_ms)
    readings.note_checkpoint(session, cp, message, read_at, step.terms.plant_speed)
    point.note_register(cp, message["meter_id"], message["register_wh"], is_fitted=False)
    cp.session_id = session.session_id
    _watch(step, session)


def _bill(step: Step, cp: ChargingPoint, session: Session) -> None:
    message = step.message
    if session.started_at_ms is None:
        session.started_at_ms = held(message["started_at_ms"], session.requested_at_ms, step.at_ms)
    previous_ms = max(session.started_at_ms, session.last_checkpoint_at_ms or 0)
    ended_at_ms = held(message["ended_at_ms"], previous_ms, step.at_ms)
    told_ms = min(message["ended_at_ms"] - message["started_at_ms"], step.at_ms - session.requested_at_ms)
    duration_ms = max(ended_at_ms - session.started_at_ms, told_ms)
    bill = readings.bill(session, cp, message, duration_ms, step.terms.plant_speed)
    point.note_register(cp, message["meter_id"], message["end_register_wh"], is_fitted=False)
    session.fault = _fault_of(message)
    endings.close_billed(step, cp, session, bill, message["reason"], ended_at_ms)


def _end_unfed(step: Step, cp: ChargingPoint, session: Session) -> None:
    message = step.message
    ended_at_ms = held(message["ended_at_ms"], session.requested_at_ms, step.at_ms)
    session.fault = _fault_of(message)
    endings.close(step, cp, session, message["reason"], ended_at_ms)


def _fault_of(completion: Message) -> str | None:
    """The name of the fault that ended the charge."""
    return completion.get("fault") or UNSPECIFIED if completion["reason"] == "fault" else None


def _fail(step: Step, cp: ChargingPoint, session: Session) -> None:
    endings.close(step, cp, session, _failure_reason(step), step.at_ms)


def _failure_reason(step: Step) -> str:
    if step.message["type"] != "command_response":
        return LOST
    return str(step.message.get("reason") or "refused")


def _flag_stop(step: Step, cp: ChargingPoint, session: Session) -> None:
    session.stop_requested = True
    _send_stop(step, cp, session, "driver")


def _bill_lost(step: Step, cp: ChargingPoint, session: Session) -> None:
    if session.started_at_ms is None:
        session.started_at_ms = session.last_checkpoint_at_ms or session.requested_at_ms
    ended_at_ms = max(session.last_checkpoint_at_ms or 0, session.started_at_ms)
    endings.close_billed(step, cp, session, readings.bill_last(session), LOST, ended_at_ms)


def _late(step: Step, cp: ChargingPoint, session: Session) -> None:
    message = step.message
    readings.note_late(session, message)
    point.note_register(cp, message["meter_id"], readings.register_of(message), is_fitted=False)
    if message["type"] != "charge_completion" and not _engine_ended(session):
        _send_stop(step, cp, session, "operator")  # it runs, and nobody would be billed for it


def _engine_ended(session: Session) -> bool:
    """Whether its end is the engine's own word, which a start or a reading before it may follow."""
    return session.status == COMPLETED and session.reason != LOST


def _send_stop(step: Step, cp: ChargingPoint, session: Session, reason: str) -> None:
    if not commands.is_pending(step, cp.cp_id, "stop_charge", session.session_id):
        commands.send(step, cp, "stop_charge", session.session_id, reason=reason)


def _watch(step: Step, session: Session) -> None:
    deadlines.arm(step, endings.lost_deadline(session), step.at_ms + step.terms.lost_after_ms)


ACTIONS: dict[SessionAction, Callable[[Step, ChargingPoint, Session], None]] = {
    "authorize": _authorize,
    "refuse": _refuse,
    "cancel": _cancel,
    "begin": _begin,
    "record": _record,
    "bill": _bill,
    "end_unfed": _end_unfed,
    "fail": _fail,
    "flag_stop": _flag_stop,
    "bill_lost": _bill_lost,
    "late": _late,
}
