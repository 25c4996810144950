"""The end of a session: its bill, its ticket, the driver's claim."""

from wire.frame import compact

from central.fold import deadlines
from central.fold.readings import Bill, flag, priced
from central.fold.step import Step
from central.model.rows import ChargingPoint, Session, Ticket
from central.model.states import COMPLETED
from central.money.order import order_of, within
from central.money.readings import energy_wh, to_text
from central.money.receipt import receipt_of, to_ticket
from central.money.tariff import cost_minor, tariff_of

FIRST_TICKET = 1


def close(step: Step, point: ChargingPoint, session: Session, reason: str, ended_at_ms: int) -> None:
    """End it under the state it has reached. The caller puts both rows."""
    session.reason = reason
    session.ended_at_ms = ended_at_ms
    deadlines.disarm(step, lost_deadline(session))
    if point.session_id == session.session_id:
        point.session_id = None
    release_claim(step, session, session.status)


def close_billed(
    step: Step, point: ChargingPoint, session: Session, bill: Bill, reason: str, ended_at_ms: int
) -> None:
    """End it as completed, with its cost and its ticket. What flowed beyond the order is not billed, and a charge that
    went on for longer than was ordered ends where that time was over.
    """
    tariff, order = tariff_of(session.tariff), order_of(session)
    billed = within(priced(session, bill, ended_at_ms), order, tariff)
    if order.duration_s is not None:
        ended_at_ms = min(ended_at_ms, billed[0].at_ms + order.duration_s * 1_000)
    session.readings = to_text(billed)
    session.start_register_wh = bill.start_register_wh
    session.end_register_wh = billed[-1].register_wh
    session.held_wh = bill.held_wh
    session.unbilled_wh = bill.end_register_wh - billed[-1].register_wh
    if session.unbilled_wh:
        flag(session, "over_order")
    session.energy_wh = energy_wh(billed)
    session.cost_minor = cost_minor(tariff, billed)
    close(step, point, session, reason, ended_at_ms)
    assert session.status == COMPLETED
    _say_ticket(step, point, session)


def release_claim(step: Step, session: Session, outcome: str) -> None:
    """Once for each session: the driver may have the next charge."""
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
    step.say("claim_released", fields, session.session_id)


def lost_deadline(session: Session) -> str:
    return lost_deadline_of(session.session_id)


def lost_deadline_of(session_id: str) -> str:
    return f"lost:{session_id}"


def _say_ticket(step: Step, point: ChargingPoint, session: Session) -> None:
    receipt = receipt_of(session, FIRST_TICKET, point.location)
    step.say("ticket", to_ticket(receipt), session.session_id, FIRST_TICKET)


def handle_ticket(step: Step) -> None:
    """Keep it. A ticket that was kept stands for ever: another of its number is refused by its id, and ignored here."""
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
