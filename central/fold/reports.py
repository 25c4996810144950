"""What drivers say went wrong: kept for whoever operates the charge point; nothing follows of it."""

from central.fold.step import Step
from central.model.driver_rows import ProblemReport
from central.model.records import Refused
from central.model.rows import Session

MOST_OF_A_SESSION = 5


def handle_problem_report(step: Step) -> None:
    """Raises Refused (`unknown_session`, `not_yours`, `too_many_reports`)."""
    message = step.message
    session = step.rows.get(Session, message["session_id"])
    if session is None or session.cp_id != step.key:
        raise Refused("unknown_session", f"{step.key} has no session {message['session_id']}")
    if session.driver_id != message["driver_id"]:
        raise Refused("not_yours", f"session {session.session_id} is another driver's")
    known = step.rows.find(ProblemReport, session_id=session.session_id)
    if len(known) >= MOST_OF_A_SESSION:
        raise Refused("too_many_reports", f"{session.session_id} has {MOST_OF_A_SESSION} reports already")
    step.rows.put(
        ProblemReport(
            session.session_id, len(known) + 1, step.key, session.driver_id, step.at_ms, message["text"]
        )
    )
