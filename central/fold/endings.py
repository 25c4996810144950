"""The end of a session: its bill, its ticket, the driver's claim."""

from dataclasses import replace

from wire.frame import compact

from central.fold import billing, deadlines
from central.fold.billing import Part
from central.fold.flags import ESTIMATED, has_flag
from central.fold.step import Step
from central.model.rows import ChargingPoint, Meter, Session, Ticket
from central.model.states import COMPLETED
from central.money.receipt import receipt_of, to_ticket


def close(step: Step, point: ChargingPoint, session: Session, reason: str, ended_at_ms: int) -> None:
    """End a session in the state that it has reached. The caller puts session and charge point."""
    session.reason = reason
    session.ended_at_ms = ended_at_ms
    deadlines.disarm(step, lost_deadline(session))
    deadlines.disarm(step, unnamed_deadline(session.session_id))
    if point.session_id == session.session_id:
        point.session_id = None
    release_claim(step, session, session.status)


def close_billed(
    step: Step, point: ChargingPoint, session: Session, meter: Meter, part: Part, reason: str, ended_at_ms: int
) -> None:
    """End it as completed, with its cost and its ticket. Puts the meter.

    A charge that went on for longer than was ordered ends where that time was over.
    """
    assert session.started_at_ms is not None
    billing.assign(session, meter, part, session.started_at_ms, ended_at_ms)
    step.rows.put(meter)
    close(step, point, session, reason, billing.ended_at_ms(session, ended_at_ms))
    assert session.status == COMPLETED
    _emit_ticket(step, point, session, 0, 0)


def emit_correction(
    step: Step, point: ChargingPoint, session: Session, billed_wh: int, billed_minor: int, ended_at_ms: int
) -> None:
    """One more ticket, of what the session is billed more than this, up to then. None where it is nothing."""
    if session.tickets == 0 or (session.energy_wh or 0) != billed_wh:
        corrected = replace(session, ended_at_ms=ended_at_ms)
        _emit_ticket(step, point, corrected, billed_wh, billed_minor)
        session.tickets = corrected.tickets


def release_claim(step: Step, session: Session, outcome: str) -> None:
    """Free the driver for the next charge, once for each session."""
    if session.claim_released:
        return
    session.claim_released = True
    fields = {
        "driver_id": session.driver_id,
        "session_id": session.session_id,
        "cp_id": session.cp_id,
        "outcome": outcome,
        "reason": session.reason,
    }
    step.emit("claim_released", fields, session.session_id)


def lost_deadline(session: Session) -> str:
    return lost_deadline_of(session.session_id)


def lost_deadline_of(session_id: str) -> str:
    return f"lost:{session_id}"


def unnamed_deadline(session_id: str) -> str:
    return f"unnamed:{session_id}"


def _emit_ticket(step: Step, point: ChargingPoint, session: Session, billed_wh: int, billed_minor: int) -> None:
    session.tickets += 1
    estimated = has_flag(session, ESTIMATED) or None
    receipt = receipt_of(session, session.tickets, point.location, billed_wh, billed_minor, estimated)
    step.emit("ticket", to_ticket(receipt), session.session_id, session.tickets)


def handle_ticket(step: Step) -> None:
    """Keep the ticket. A kept one is final: another of the same number is ignored."""
    message = step.message
    if step.rows.get(Ticket, message["session_id"], message["number"]) is not None:
        return
    step.rows.put(
        Ticket(
            session_id=message["session_id"],
            number=message["number"],
            cp_id=step.key,
            driver_id=message["driver_id"],
            issued_at_ms=step.at_ms,
            body=compact(message),
        )
    )
