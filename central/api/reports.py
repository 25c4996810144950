"""A driver says what went wrong with a charge of his."""

from central.api.context import Context
from central.api.errors import ApiError, bad_field
from central.api.fields import checked
from central.model.states import AUTHORIZED, CANCELLED, COMPLETED, IN_PROGRESS
from central.views.charge import Charge
from central.views.reports import has_room

MOST_CHARACTERS = 500
REPORTABLE = (AUTHORIZED, IN_PROGRESS, COMPLETED, CANCELLED)  # there is a session, and something may be wrong with it


async def report_problem(context: Context, charge: Charge, message_id: object, text: str) -> None:
    """On the log, at the charge point's key; the same message_id again counts once.

    Raises ApiError 400 for a text that is none, 409 where nothing can be said of that charge (any more), 503 where the
    log is away.
    """
    said = " ".join(text.split())
    if not 1 <= len(said) <= MOST_CHARACTERS:
        raise bad_field("text", f"expected 1 to {MOST_CHARACTERS} characters, not {len(said)}")
    if charge["state"] not in REPORTABLE:
        raise ApiError(409, "no_session", f"the charge is {charge['state']}: there is nothing to report of")
    told = {name: charge[name] for name in ("cp_id", "driver_id", "session_id")}
    message = checked({"type": "problem_report", "message_id": message_id, **told, "text": said})
    if not await context.read(lambda connection: has_room(connection, charge["session_id"])):
        raise ApiError(409, "too_many_reports", "as many reports of this charge as are kept are there already")
    await context.log.append(message)
