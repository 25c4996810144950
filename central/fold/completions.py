"""The end of a session as its engine reports it: the meter's account, and the part of it that the session takes."""

from dataclasses import dataclass

from central.fold import charge_point, meters, readings
from central.fold.billing import Part, free_part
from central.fold.clock import Stamp, clamped
from central.fold.flags import LOG_CLOCK_WRONG, REGISTER_FELL, TIME_UNKNOWN, flag, has_flag
from central.fold.meters import Told, Verdict
from central.fold.readings import belongs, is_frozen, last_at_ms, last_wh, limit_of, started_at_ms, told_of
from central.fold.step import Step
from central.model.rows import ChargingPoint, Meter, Session


@dataclass(frozen=True)
class Times:
    """When a session began and ended, held between what was known before and the record's time, and how long it ran.

    The duration is the longer of what the board's two stamps say and what the held times leave: a clock that was set in
    mid-charge, or a log whose time stood still, must not make a bill implausible.
    """

    started_at_ms: int
    ended_at_ms: int
    duration_ms: int


def times_of(step: Step, session: Session) -> Times:
    message = step.message
    started_at_ms = session.started_at_ms
    if started_at_ms is None:
        started_at_ms = clamped(message["started_at_ms"], session.requested_at_ms, step.at_ms)
    readings.note_clock(step, session, message["ended_at_ms"])
    previous_ms = max(started_at_ms, session.last_checkpoint_at_ms or 0)
    ended_at_ms = clamped(message["ended_at_ms"], previous_ms, step.at_ms)
    told_ms = _told_duration_ms(step, session)
    return Times(started_at_ms, ended_at_ms, max(ended_at_ms - started_at_ms, told_ms))


def _told_duration_ms(step: Step, session: Session) -> int:
    """By the board's own stamps, as long as the log knows the session; where its clock was wrong, up to lost_after.

    And that long where nobody knows, since the board's clock went back as well.
    """
    ended_at_ms, started_at_ms = step.message["ended_at_ms"], step.message["started_at_ms"]
    known_ms = min(ended_at_ms - started_at_ms, step.at_ms - session.requested_at_ms)
    if not has_flag(session, LOG_CLOCK_WRONG):
        return known_ms
    if has_flag(session, TIME_UNKNOWN):
        return step.terms.lost_after_ms
    if session.told_started_at_ms is not None:
        started_at_ms = max(started_at_ms, session.told_started_at_ms)
    return max(known_ms, min(ended_at_ms - started_at_ms, step.terms.lost_after_ms))


def apply_to_meter(step: Step, point: ChargingPoint, session: Session, times: Times) -> tuple[Meter, Part]:
    """Enter the end into the account of its meter, and return the part that the session may take of its own meter.

    The caller assigns the part, and puts the meter, the session and the charge point.
    """
    message = step.message
    told = _told(step, message["end_register_wh"], times.ended_at_ms, message["ended_at_ms"])
    meter = step.rows.get(Meter, point.cp_id, message["meter_id"])
    if meter is None:
        start_wh = min(message["start_register_wh"], told.register_wh)
        start = _told(step, start_wh, times.started_at_ms, message["started_at_ms"])
        meter = meters.opened(point.cp_id, message["meter_id"], start)
    limit = limit_of(step, point)
    verdict = meters.judged(meter, told, limit)
    part = None
    if belongs(session, meter) and not is_frozen(session):
        part = _part(step, point, session, meter, times, verdict)
        if verdict in ("rise", "implausible"):
            meters.raise_to(meter, told, limit, is_sound=part.sound_wh == part.end_wh)
    elif verdict == "rise":
        meters.raise_to(meter, told, limit)
    if verdict == "fell":
        meters.begin_life(meter, told)
    charge_point.fit_meter(point, meter, is_fitted=point.meter_id is None)
    own = _own_meter(step, session, meter)
    return own, free_part(step, session, own, part or last_sound(step, point, session, own))


def last_sound(step: Step, point: ChargingPoint, session: Session, meter: Meter) -> Part:
    """What is known of a session whose end is not: up to its last sound reading. Without a start, nothing.

    Each of its rises was plausible; all is held where they are not together.
    """
    last = last_wh(session) or 0
    start = last if session.start_register_wh is None else session.start_register_wh
    return _up_to(step, point, session, meter, start)


def _up_to(step: Step, point: ChargingPoint, session: Session, meter: Meter, start: int) -> Part:
    """From this start to the last sound reading."""
    last = max(start, last_wh(session) or start)
    duration_ms = max(last_at_ms(session), meter.heard_at_ms) - started_at_ms(session)
    fits = last - start <= limit_of(step, point).most_wh(duration_ms) or has_flag(session, LOG_CLOCK_WRONG)
    return Part(start, last if fits else start, last)


def _told(step: Step, register_wh: int, at_ms: int, told_at_ms: int) -> Told:
    return told_of(step, register_wh, Stamp(at_ms, from_log=False, earliest_ms=at_ms), told_at_ms)


def _part(
    step: Step, point: ChargingPoint, session: Session, meter: Meter, times: Times, verdict: Verdict
) -> Part:
    """Sound to its end where the whole charge fits into its duration, and its start into what the meter told before."""
    message = step.message
    told_wh: int = message["end_register_wh"]
    start_wh = message["start_register_wh"] if session.start_register_wh is None else session.start_register_wh
    sound_wh = max(start_wh, last_wh(session) or start_wh)
    if told_wh < sound_wh or verdict == "fell":
        flag(session, REGISTER_FELL)
        return _up_to(step, point, session, meter, start_wh)
    fits = told_wh - start_wh <= limit_of(step, point).most_wh(times.duration_ms)
    begins_sound = start_wh <= meter.register_wh or verdict != "implausible"
    return Part(start_wh, told_wh if fits and begins_sound else sound_wh, told_wh)


def _own_meter(step: Step, session: Session, told_by: Meter) -> Meter:
    """The meter on which the session began; another one's account is put here."""
    if session.meter_id == told_by.meter_id:
        return told_by
    step.rows.put(told_by)
    own = None if session.meter_id is None else step.rows.get(Meter, session.cp_id, session.meter_id)
    assert own is not None, "a session takes its meter_id from a meter's account"
    return own
