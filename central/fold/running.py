"""Which sessions of a charge point are open, and which of them an engine has taken."""

from central.fold.step import Step
from central.model.rows import Command, Session
from central.model.states import ACCEPTED, IN_PROGRESS, OPEN


def open_sessions(step: Step, cp_id: str) -> list[Session]:
    return [each for state in OPEN for each in step.rows.find(Session, cp_id=cp_id, status=state)]


def is_taken(step: Step, session: Session) -> bool:
    """Whether an engine accepted the start or sent readings of the session."""
    starts = step.rows.find(Command, cp_id=step.key, session_id=session.session_id, kind="start_charge")
    return session.status == IN_PROGRESS or any(each.state == ACCEPTED for each in starts)
