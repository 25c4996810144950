"""Sessions as a state machine over the table SESSION of central/model/states.py.

How it works: each handler turns a record into an event (`started`, `checkpoint`, `completed`, `stop_requested`, ...).
`transition` looks up (state, event) in the table, sets the new state, and runs the action that the table names; ACTIONS
below holds one function for each. A pair that is not in the table raises Refused and changes nothing. Actions change
the session and the charge point; `transition` puts both rows afterwards, and derives the charge point's status last.

Records come in any order: a checkpoint or a completion may overtake the start, and anything may come after the end.
The table has an edge for each such pair, so no action asks what came before. What a register means for the bill is
decided elsewhere: readings.py (start and checkpoints), completions.py (the end), corrections.py (after the end).
"""

from collections.abc import Callable

from wire.kinds.fields import ENERGY_MAX_WH

from central.fold import charge_point, commands, completions, corrections, deadlines, endings, holding, orders, readings
from central.fold.billing import free_part
from central.fold.clock import clamped, stamp
from central.fold.flags import ESTIMATED, UNHEARD, flag, has_flag
from central.fold.running import is_taken
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
    point, session = _told_of(step)
    transition(step, point, session, "started")


def handle_meter_checkpoint(step: Step) -> None:
    point, session = _told_of(step)
    transition(step, point, session, "checkpoint")


def handle_charge_completion_message(step: Step) -> None:
    """The engine ended a session. The completion may overtake the start."""
    point, session = _told_of(step)
    transition(step, point, session, _completion_event(step.message))


def handle_charge_stop(step: Step) -> None:
    """A driver asks to end a session. Raises Refused (`not_yours`) for another driver's."""
    point, session = _told_of(step)
    if session.driver_id != step.message["driver_id"]:
        raise Refused("not_yours", f"session {session.session_id} is not of {step.message['driver_id']}")
    transition(step, point, session, "stop_requested")


def handle_command_response(step: Step) -> None:
    point = charge_point.of(step)
    command, is_news = commands.answered(step)
    if not is_news:
        return
    is_behind = commands.is_behind(point, command)
    event = "start_refused" if is_behind and command.kind == "start_charge" else _answer_event(step, command)
    if event is None:
        _note_start_answer(step, point, command)
    else:
        session = _of(step, str(command.session_id))
        transition(step, point, session, event)
    commands.keep_answer(step, command)
    if command.session_id is not None and (command.state == ACCEPTED or command.reason == "already_ran"):
        deadlines.disarm(step, endings.unnamed_deadline(command.session_id))  # its completion is under way
    if command.state != ACCEPTED:
        orders.note_refusal(step, point, command)
    if is_behind:
        commands.catch_up(point)
    step.rows.put(point)


def handle_command_deadline(step: Step, seq_of: str) -> None:
    """`command:<cp_id>:<seq>`: send the command again, or stop waiting for its answer."""
    point = charge_point.of(step)
    command = commands.resend_or_expire(step, seq_of)
    if command is None:
        return
    if command.kind == "start_charge":
        _free(step, point, _of(step, str(command.session_id)))
    orders.note_failure(step, point, command)


def handle_lost_deadline(step: Step, session_id: str) -> None:
    """`lost:<session_id>`: nothing was heard of it for lost_after."""
    lose(step, charge_point.of(step), _of(step, session_id))


def lose(step: Step, point: ChargingPoint, session: Session) -> None:
    transition(step, point, session, "lost")


def end_by_operator(step: Step, point: ChargingPoint, session: Session) -> None:
    """Close the session without waiting for the engine, and tell an engine that still runs it to stop."""
    lose(step, point, session)
    orders.send_stop(step, point, session, OPERATOR)


def _told_of(step: Step) -> tuple[ChargingPoint, Session]:
    return charge_point.of(step), _of(step, step.message["session_id"])


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


def _note_start_answer(step: Step, point: ChargingPoint, command: Command) -> None:
    if command.kind != "start_charge":
        return
    session = _of(step, str(command.session_id))
    if command.state != ACCEPTED:
        _free(step, point, session)
    elif session.status == AUTHORIZED and point.session_id is None:  # taken, though Central had given up waiting
        point.session_id = session.session_id
        charge_point.settle(step, point)


def _free(step: Step, point: ChargingPoint, session: Session) -> None:
    """No answer to its start: driver and charge point are free for another, the session waits for the engine's word."""
    if session.status != AUTHORIZED:
        return
    endings.release_claim(step, session, "no_answer")
    step.rows.put(session)
    if point.session_id == session.session_id:
        point.session_id = None
    charge_point.settle(step, point)


def transition(step: Step, point: ChargingPoint, session: Session, event: SessionEvent) -> None:
    session.status, action = next_session_state(session.status, event)
    if action == "nothing":
        return
    if step.message.get("estimated"):
        flag(session, ESTIMATED)
    ACTIONS[action](step, point, session)
    step.rows.put(session)
    charge_point.settle(step, point)


def _authorize(step: Step, point: ChargingPoint, session: Session) -> None:
    point.session_id = session.session_id
    limit = limit_wh(order_of(session), tariff_of(session.tariff))
    # Money can pay for more than a meter counts, which no command could carry.
    energy_wh = None if limit is None else min(limit, ENERGY_MAX_WH)
    limits = {"max_energy_wh": energy_wh, "max_duration_s": session.max_duration_s}
    commands.send(step, point, "start_charge", session.session_id, **limits)
    _watch(step, session)


def _refuse(step: Step, _point: ChargingPoint, session: Session) -> None:
    session.ended_at_ms = step.at_ms
    endings.release_claim(step, session, "refused")


def _cancel(step: Step, point: ChargingPoint, session: Session) -> None:
    flag(session, UNHEARD)
    endings.close(step, point, session, "driver", step.at_ms)


def _begin(step: Step, point: ChargingPoint, session: Session) -> None:
    at = stamp(step.message, session.requested_at_ms, step.at_ms)
    told_at_ms = step.message.get("occurred_at_ms")
    readings.note_clock(step, session, told_at_ms)
    meter, _ = readings.apply_to_meter(step, point, at, is_fitted=True)
    readings.note_start(session, meter, step.message["register_wh"], at, told_at_ms)
    point.session_id = session.session_id
    _watch(step, session)


def _record(step: Step, point: ChargingPoint, session: Session) -> None:
    at = stamp(step.message, session.started_at_ms or session.requested_at_ms, step.at_ms)
    readings.note_clock(step, session, step.message.get("occurred_at_ms"))
    meter, verdict = readings.apply_to_meter(step, point, at, is_fitted=False)
    readings.note_checkpoint(session, meter, verdict, step.message["register_wh"], at)
    point.session_id = session.session_id
    _watch(step, session)


def _bill(step: Step, point: ChargingPoint, session: Session) -> None:
    times = completions.times_of(step, session)
    meter, part = completions.apply_to_meter(step, point, session, times)
    session.started_at_ms = times.started_at_ms
    session.fault = _fault_of(step.message)
    endings.close_billed(step, point, session, meter, part, step.message["reason"], times.ended_at_ms)


def _end_unfed(step: Step, point: ChargingPoint, session: Session) -> None:
    message = step.message
    ended_at_ms = clamped(message["ended_at_ms"], session.requested_at_ms, step.at_ms)
    session.fault = _fault_of(message)
    corrections.note_unfed(step, point, session)
    endings.close(step, point, session, message["reason"], ended_at_ms)


def _fault_of(completion: Message) -> str | None:
    """The name of the fault that ended the charge."""
    return completion.get("fault") or UNSPECIFIED if completion["reason"] == "fault" else None


def _fail(step: Step, point: ChargingPoint, session: Session) -> None:
    flag(session, UNHEARD)
    endings.close(step, point, session, _reason_of(step), step.at_ms)


def _reason_of(step: Step) -> str:
    """The reason under which Central ends a session without a completion."""
    if step.message["type"] == "operator_request":
        return OPERATOR
    reason = step.message.get("reason") if step.message["type"] == "command_response" else None
    return LOST if reason in (None, "unknown_session") else str(reason)


def _flag_stop(step: Step, point: ChargingPoint, session: Session) -> None:
    session.stop_requested = True
    orders.send_stop(step, point, session, orders.DRIVER)
    holding.note_stop(step, point, session)


def _bill_lost(step: Step, point: ChargingPoint, session: Session) -> None:
    """Bill up to the last sound reading. A completion that comes later becomes a correction."""
    flag(session, UNHEARD)
    if session.started_at_ms is None:
        session.started_at_ms = session.last_checkpoint_at_ms or session.requested_at_ms
    ended_at_ms = max(session.last_checkpoint_at_ms or 0, session.started_at_ms)
    meter = step.rows.get(Meter, point.cp_id, session.meter_id)
    assert meter is not None, "a session that is in progress has told a reading"
    part = free_part(step, session, meter, completions.last_sound(step, point, session, meter))
    endings.close_billed(step, point, session, meter, part, _reason_of(step), ended_at_ms)


def _late(step: Step, point: ChargingPoint, session: Session) -> None:
    if step.message["type"] == "charge_completion":
        corrections.note_late_completion(step, point, session)
        return
    corrections.note_late_reading(step, point, session)
    if has_flag(session, UNHEARD) or session.status != COMPLETED:
        orders.send_stop(step, point, session, OPERATOR)  # it runs, and nobody would be billed for it


def _watch(step: Step, session: Session) -> None:
    """The engine spoke about the session: the lost deadline starts anew, the one for a forgotten session ends."""
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
