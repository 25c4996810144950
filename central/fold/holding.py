"""Claims of drivers whose charge point went away: people are freed, sessions are not ended.

A session of a charge point that is DISCONNECTED stays open: its board charges on, and it is billed when the board is
back. But its driver may charge elsewhere after asking for the end, or `claim_hold` after the charge point went.
"""

from central.fold import deadlines, endings
from central.fold.running import open_sessions
from central.fold.step import Step
from central.model.rows import ChargingPoint, Session
from central.model.states import DISCONNECTED

OUTCOME = "disconnected"


def note_status(step: Step, point: ChargingPoint, before: str) -> None:
    """Called after each change of status, once the sessions are put. `before`: the status until now."""
    if before == point.status or DISCONNECTED not in (before, point.status):
        return
    if point.status != DISCONNECTED:
        deadlines.disarm(step, deadline_of(point.cp_id))
        return
    held = [each for each in open_sessions(step, point.cp_id) if not each.claim_released]
    for session in held:
        if session.stop_requested:
            _free(step, session)
    if any(not each.stop_requested for each in held):
        deadlines.arm(step, deadline_of(point.cp_id), step.at_ms + step.terms.claim_hold_ms)


def note_stop(step: Step, point: ChargingPoint, session: Session) -> None:
    """The driver asked to end the session. The caller puts the session."""
    if point.status == DISCONNECTED:
        endings.release_claim(step, session, OUTCOME)


def handle_deadline(step: Step, cp_id: str) -> None:
    """`claim_hold:<cp_id>`: it has been DISCONNECTED for too long."""
    for session in open_sessions(step, cp_id):
        _free(step, session)


def deadline_of(cp_id: str) -> str:
    return f"claim_hold:{cp_id}"


def _free(step: Step, session: Session) -> None:
    endings.release_claim(step, session, OUTCOME)
    step.rows.put(session)
