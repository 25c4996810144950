"""A driver says what went wrong with a charge of his."""

from central.api.context import Context
from central.api.errors import bad_field
from central.api.fields import checked
from central.views.charge import Charge

MOST_CHARACTERS = 500


async def report_problem(context: Context, charge: Charge, message_id: object, text: str) -> None:
    """On the log, at the charge point's key; the same message_id again counts once.

    Raises ApiError 400 for a text that is none, 503 where the log is away.
    """
    said = " ".join(text.split())
    if not 1 <= len(said) <= MOST_CHARACTERS:
        raise bad_field("text", f"expected 1 to {MOST_CHARACTERS} characters, not {len(said)}")
    told = {name: charge[name] for name in ("cp_id", "driver_id", "session_id")}
    await context.log.append(checked({"type": "problem_report", "message_id": message_id, **told, "text": said}))
