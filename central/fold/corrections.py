"""Records about a session that is closed. A bill is never edited: a correction is one more ticket.

Where Central closed the session without its engine's word (lost, replaced, ended by the operator), the engine's
completion may still come, and is billed: the whole charge's cost less what was billed. All else that is told late stays
with the session as unbilled: an engine tells one completion, and what it does after that is nobody's order.
"""

from central.fold import billing, completions, endings, readings
from central.fold.billing import Part, claimed_wh
from central.fold.clock import stamp
from central.fold.flags import LATE, UNHEARD, flag, has_flag, unflag
from central.fold.step import Step
from central.model.rows import ChargingPoint, Meter, Session


def note_late_reading(step: Step, point: ChargingPoint, session: Session) -> None:
    """A start or a checkpoint after the end. Puts the meter. Raises Refused as `readings.apply_to_meter` does.

    Without a start nobody knows what of the path is the session's: its completion tells, or it stays unassigned.
    """
    at = stamp(step.message, readings.last_at_ms(session), step.at_ms)
    meter, verdict = readings.apply_to_meter(step, point, at, is_fitted=step.message["type"] == "charge_started")
    if not readings.belongs(session, meter):
        return
    if session.start_register_wh is None and step.message["type"] == "charge_started":
        session.start_register_wh = step.message["register_wh"]
    if verdict == "rise" and session.start_register_wh is not None:
        _keep_unbilled(step, session, meter, step.message["register_wh"])


def note_late_completion(step: Step, point: ChargingPoint, session: Session) -> None:
    """A completion after the end. Puts the meter."""
    if not step.message["relay_closed"] and session.start_register_wh is None:
        unflag(session, UNHEARD)
        note_unfed(step, point, session)
        return
    times = completions.times_of(step, session)
    meter, part = completions.apply_to_meter(step, point, session, times)
    if has_flag(session, UNHEARD) and part.sound_wh == part.end_wh:
        _correct(step, point, session, meter, part, times)
    else:
        _keep_unbilled(step, session, meter, part.end_wh)
    unflag(session, UNHEARD)
    step.rows.put(meter)


def note_unfed(step: Step, point: ChargingPoint, session: Session) -> None:
    """A completion whose relay never closed: nothing is billed, whatever its meter told. Puts the meter."""
    times = completions.times_of(step, session)
    meter, part = completions.apply_to_meter(step, point, session, times)
    if part.end_wh > part.start_wh:
        session.start_register_wh = part.start_wh
        billing.leave_unbilled(session, meter, part.end_wh)
    step.rows.put(meter)


def accept_held(step: Step, point: ChargingPoint, session: Session) -> None:
    billed_wh, billed_minor = session.energy_wh or 0, session.cost_minor or 0
    billing.bill_held(session)
    endings.emit_correction(step, point, session, billed_wh, billed_minor, session.ended_at_ms or step.at_ms)
    step.rows.put(session)


def drop_held(step: Step, session: Session) -> None:
    billing.drop_held(session)
    step.rows.put(session)


def _correct(
    step: Step, point: ChargingPoint, session: Session, meter: Meter, part: Part, times: completions.Times
) -> None:
    billed_wh, billed_minor = session.energy_wh or 0, session.cost_minor or 0
    if session.energy_wh is None and part.end_wh == part.start_wh:
        return  # nothing flowed, so there is nothing to bill
    if session.started_at_ms is None:  # it was given up before it was known to have begun
        session.started_at_ms = min(times.started_at_ms, session.ended_at_ms or times.started_at_ms)
    billing.assign(session, meter, part, times.started_at_ms, times.ended_at_ms)
    ended_at_ms = billing.ended_at_ms(session, times.ended_at_ms)
    endings.emit_correction(step, point, session, billed_wh, billed_minor, ended_at_ms)


def _keep_unbilled(step: Step, session: Session, meter: Meter, told_wh: int) -> None:
    """What lies right behind the session's part, as far as no other session has it."""
    taken_wh = claimed_wh(session)
    start_wh = session.start_register_wh
    from_wh = told_wh if start_wh is None else start_wh + taken_wh
    free = billing.free_part(step, session, meter, Part(from_wh, told_wh, told_wh))
    if free.start_wh > from_wh:
        if session.energy_wh is not None or taken_wh:
            return  # others lie between: it stays unassigned
        session.start_register_wh = free.start_wh
    if free.end_wh > free.start_wh:
        billing.leave_unbilled(session, meter, free.end_wh)
        flag(session, LATE)
        step.rows.put(meter)
