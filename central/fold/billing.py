"""What of a meter's path a session takes: billed, then held, then unbilled, one behind the other from its start.

A bill ends at the last sound reading, and at the latest where the order was reached; what flowed beyond an order is
unbilled. A completion whose rise does not fit into rated power x time is held from the last sound reading on: a split
at the limit would bill a wrong register. No two sessions take the same Wh, whatever order their words come in.
"""

from dataclasses import dataclass

from central.fold.flags import HELD, OVER_ORDER, flag, has_flag, unflag
from central.fold.running import open_sessions
from central.fold.step import Step
from central.model.rows import Meter, Session
from central.money.order import order_of, within
from central.money.readings import Reading, energy_wh, from_text, spanning, to_text
from central.money.tariff import cost_minor, tariff_of


@dataclass(frozen=True)
class Part:
    """Registers of one life of one meter. `sound_wh`: how far it is plausible; beyond it is held, up to `end_wh`."""

    start_wh: int
    sound_wh: int
    end_wh: int


def claimed_wh(session: Session) -> int:
    return (session.energy_wh or 0) + session.held_wh + session.unbilled_wh


def free_part(step: Step, session: Session, meter: Meter, part: Part) -> Part:
    """The part that no other session has; of no length where nothing is left.

    Sessions that were asked for later and still run have what lies above their start.
    """
    low_wh, high_wh = part.start_wh, part.end_wh
    if session.meter_life == meter.life:
        low_wh = max(low_wh, meter.first_wh)
    for start_wh, end_wh in _others(step, session, meter, part.start_wh):
        if start_wh <= low_wh < end_wh:
            low_wh = end_wh
        elif start_wh > low_wh or start_wh == end_wh:
            high_wh = min(high_wh, start_wh)
    high_wh = max(high_wh, low_wh)
    return Part(low_wh, min(max(part.sound_wh, low_wh), high_wh), high_wh)


def _others(step: Step, session: Session, meter: Meter, start_wh: int) -> list[tuple[int, int]]:
    """(start, end) of the parts of other sessions, in their order; one that still runs has no end yet."""
    later = [each for each in open_sessions(step, step.key) if each.requested_at_ms > session.requested_at_ms]
    running = [(each.start_register_wh, each.start_register_wh) for each in later if _is_on(each, session)]
    parts = [(start, end) for start, end in running if start is not None and end is not None]
    is_behind_all = session.meter_life == meter.life and start_wh >= meter.claimed_to_wh
    if is_behind_all:  # the usual case, which needs no look at other sessions
        return parts
    for other in step.rows.find(Session, cp_id=step.key, meter_id=meter.meter_id):
        taken_wh = claimed_wh(other)
        if other.session_id != session.session_id and taken_wh and _is_on(other, session):
            other_wh = other.start_register_wh or 0
            parts.append((other_wh, other_wh + taken_wh))
    return sorted(parts)


def _is_on(other: Session, session: Session) -> bool:
    return (other.meter_id, other.meter_life) == (session.meter_id, session.meter_life)


def assign(session: Session, meter: Meter, part: Part, started_at_ms: int, ended_at_ms: int) -> None:
    """Bill the sound part within the order; the meter gives what the session has more than before."""
    before_wh = claimed_wh(session)
    _bill(session, part, started_at_ms, ended_at_ms)
    if session.held_wh:
        session.last_checkpoint_at_ms = ended_at_ms  # the session may end before, where the time ordered was over
    _take(session, meter, before_wh)


def ended_at_ms(session: Session, told_ms: int) -> int:
    """When a charge ended that is told to have ended then: at the latest where the time that was ordered was over."""
    assert session.started_at_ms is not None
    if session.max_duration_s is None:
        return told_ms
    return min(told_ms, session.started_at_ms + session.max_duration_s * 1_000)


def leave_unbilled(session: Session, meter: Meter, to_wh: int) -> None:
    """The session keeps what was told behind its part, but nobody is billed for it."""
    before_wh = claimed_wh(session)
    start_wh = session.start_register_wh or 0
    session.unbilled_wh += max(0, to_wh - start_wh - before_wh)
    _take(session, meter, before_wh)


def bill_held(session: Session) -> None:
    """The operator believes what was held: it is billed as if it had been plausible, within the order."""
    assert session.started_at_ms is not None
    assert session.ended_at_ms is not None
    if has_flag(session, OVER_ORDER):
        drop_held(session)
        return
    late_wh, held_to_wh = session.unbilled_wh, (session.end_register_wh or 0) + session.held_wh
    part = Part(session.start_register_wh or 0, held_to_wh, held_to_wh)
    _bill(session, part, session.started_at_ms, max(session.ended_at_ms, session.last_checkpoint_at_ms or 0))
    session.unbilled_wh += late_wh
    unflag(session, HELD)


def drop_held(session: Session) -> None:
    """The operator does not believe it, or waives it: it stays the session's, unbilled."""
    session.unbilled_wh += session.held_wh
    session.held_wh = 0
    unflag(session, HELD)


def _bill(session: Session, part: Part, started_at_ms: int, ended_at_ms: int) -> None:
    tariff = tariff_of(session.tariff)
    start, end = Reading(started_at_ms, part.start_wh), Reading(max(started_at_ms, ended_at_ms), part.sound_wh)
    billed = within(spanning(start, from_text(session.readings), end), order_of(session), tariff)
    session.readings = to_text(billed)
    session.start_register_wh, session.end_register_wh = billed[0].register_wh, billed[-1].register_wh
    session.energy_wh = energy_wh(billed)
    session.cost_minor = cost_minor(tariff, billed)
    session.unbilled_wh = part.sound_wh - billed[-1].register_wh
    session.held_wh = part.end_wh - part.sound_wh
    if session.unbilled_wh:
        flag(session, OVER_ORDER)
    if session.held_wh:
        flag(session, HELD)


def _take(session: Session, meter: Meter, before_wh: int) -> None:
    taken_wh = claimed_wh(session)
    meter.unassigned_wh -= taken_wh - before_wh
    if session.meter_life == meter.life:
        meter.claimed_to_wh = max(meter.claimed_to_wh, (session.start_register_wh or 0) + taken_wh)
