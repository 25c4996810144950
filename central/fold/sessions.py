"""A session walks its table (central/model/states.py): events in, the actions of the table carried out.

Each handler turns one record into an event of one session: the engine's start, checkpoint and completion, its answers
to commands, the driver's stop, a deadline that passed. `walk` looks up (state, event), sets the new state and carries
out the action of that row, which is the one function of its name in ACTIONS; a pair that is not in the table is refused
and changes nothing. Actions change the session and its charge point in memory, say what is to be said, and leave it to
`walk` to put both rows. What a register means for the bill is told by `readings.py` (starts and checkpoints),
`completions.py` (the engine's last word) and `billing.py` (which part of a meter's path the session takes); what is
told after the end is a matter of `corrections.py`.
"""

from collections.abc import Callable

from wire.kinds.fields import ENERGY_MAX_WH

from central.fold import commands, completions, corrections, deadlines, endings, holding, point, readings
from central.fold.billing import free_part
from central.fold.clock import held, stamp
from central.fold.flags import UNHEARD, flag, has_flag
from central.fold.running import is_taken, open_sessions
from central.fold.step import Step
from central.model.records import Message, Refused
from central.model.rows import ChargingPoint, Command, Meter, Session
from central.model.states import (
    ACCEPTED,
    AUTHORIZED,
    COMPLETED,
    OPEN,
    UNSPECIFIED,
    SessionAction,
    SessionEvent,
    next_session_state,
)
from central.money.order import limit_wh, order_of
from central.money.tariff import tariff_of

LOST = "lost"  # the reason of a session of which nothing was heard any more
OPERATOR = "operator"
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
    if _is_still_wanted(step, cp, command):
        commands.repeat_anew(step, cp, command)
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


def end_by_operator(step: Step, cp: ChargingPoint, session: Session) -> None:
    """In the books, without the engine's word; one that still runs it is told."""
    lose(step, cp, session)
    _send_stop(step, cp, session, OPERATOR)


def send_stops(step: Step, cp: ChargingPoint) -> None:
    """The link is back: tell the engine again of every stop that a driver wished for and that has not come true."""
    for session in open_sessions(step, cp.cp_id):
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
        return _unknown_event(step, _of(step, command.session_id))
    return None


def _unknown_event(step: Step, session: Session) -> SessionEvent | None:
    """The engine does not know a session: it forgot it, or it never took the start and, having seen a later command,
    will not take it any more. Its completion may still come, where this overtook it."""
    if session.status not in OPEN:
        return None
    return "lost" if is_taken(step, session) else "start_gone"


def _is_still_wanted(step: Step, cp: ChargingPoint, command: Command) -> bool:
    """A stop that came too low, and that the driver or the operator still wants."""
    if command.reason != "superseded" or command.kind not in commands.STOPS:
        return False
    if command.kind == "stop_service":
        return cp.stopped and cp.service_seq == command.seq
    session = _of(step, str(command.session_id))
    return session.status in OPEN and not commands.is_pending(step, cp.cp_id, command.kind, session.session_id)


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
    flag(session, UNHEARD)
    endings.close(step, cp, session, "driver", step.at_ms)


def _begin(step: Step, cp: ChargingPoint, session: Session) -> None:
    at = stamp(step.message, session.requested_at_ms, step.at_ms)
    meter, _ = readings.hear(step, cp, at, is_fitted=True)
    told_at_ms = step.message.get("occurred_at_ms")
    readings.note_start(session, meter, step.message["register_wh"], at, told_at_ms)
    cp.session_id = session.session_id
    _watch(step, session)


def _record(step: Step, cp: ChargingPoint, session: Session) -> None:
    at = stamp(step.message, session.started_at_ms or session.requested_at_ms, step.at_ms)
    meter, verdict = readings.hear(step, cp, at, is_fitted=False)
    readings.note_checkpoint(session, meter, verdict, step.message["register_wh"], at)
    cp.session_id = session.session_id
    _watch(step, session)


def _bill(step: Step, cp: ChargingPoint, session: Session) -> None:
    times = completions.times_of(step, session)
    meter, part = completions.hear(step, cp, session, times)
    session.started_at_ms = times.started_at_ms
    session.fault = _fault_of(step.message)
    endings.close_billed(step, cp, session, meter, part, step.message["reason"], times.ended_at_ms)


def _end_unfed(step: Step, cp: ChargingPoint, session: Session) -> None:
    message = step.message
    ended_at_ms = held(message["ended_at_ms"], session.requested_at_ms, step.at_ms)
    session.fault = _fault_of(message)
    endings.close(step, cp, session, message["reason"], ended_at_ms)


def _fault_of(completion: Message) -> str | None:
    """The name of the fault that ended the charge."""
    return completion.get("fault") or UNSPECIFIED if completion["reason"] == "fault" else None


def _fail(step: Step, cp: ChargingPoint, session: Session) -> None:
    flag(session, UNHEARD)
    endings.close(step, cp, session, _reason_of(step), step.at_ms)


def _reason_of(step: Step) -> str:
    """Why Central ends a session itself."""
    if step.message["type"] == "operator_request":
        return OPERATOR
    reason = step.message.get("reason") if step.message["type"] == "command_response" else None
    return LOST if reason in (None, "unknown_session") else str(reason)


def _flag_stop(step: Step, cp: ChargingPoint, session: Session) -> None:
    session.stop_requested = True
    _send_stop(step, cp, session, "driver")
    holding.note_stop(step, cp, session)


def _bill_lost(step: Step, cp: ChargingPoint, session: Session) -> None:
    """By its last sound reading; the engine's completion, if it comes after all, becomes a correction."""
    flag(session, UNHEARD)
    if session.started_at_ms is None:
        session.started_at_ms = session.last_checkpoint_at_ms or session.requested_at_ms
    ended_at_ms = max(session.last_checkpoint_at_ms or 0, session.started_at_ms)
    meter = step.rows.get(Meter, cp.cp_id, session.meter_id)
    assert meter is not None, "a session that is in progress has told a reading"
    part = free_part(step, session, meter, completions.last_sound(session))
    endings.close_billed(step, cp, session, meter, part, _reason_of(step), ended_at_ms)


def _late(step: Step, cp: ChargingPoint, session: Session) -> None:
    if step.message["type"] == "charge_completion":
        corrections.note_late_completion(step, cp, session)
        return
    corrections.note_late_reading(step, cp, session)
    if has_flag(session, UNHEARD) or session.status != COMPLETED:
        _send_stop(step, cp, session, OPERATOR)  # it runs, and nobody would be billed for it


def _send_stop(step: Step, cp: ChargingPoint, session: Session, reason: str) -> None:
    if not commands.is_pending(step, cp.cp_id, "stop_charge", session.session_id):
        commands.send(step, cp, "stop_charge", session.session_id, reason=reason)


def _watch(step: Step, session: Session) -> None:
    """A word of its engine: it is not lost for another while, and its engine knows it."""
    deadlines.arm(step, endings.lost_deadline(session), step.at_ms + step.terms.lost_after_ms)
    deadlines.disarm(step, endings.unnamed_deadline(session.session_id))


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
