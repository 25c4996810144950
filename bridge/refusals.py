"""What is answered to a bad message: an error_response, and nothing else happens."""

from wire import ids

from bridge import twins
from bridge.decisions import Message, Refuse

MAX_TEXT = 255

# `reason` of a register_response that the bridge itself does not accept.
REGISTRATION_REASONS = {
    twins.FAULT: "two boards register as this charge point in turn: one needs an id of its own; both wait meanwhile",
}


def error_response(message: Message, code: str, field: str, text: str) -> Message:
    """The answer to `message`, under its message_id where that is one."""
    answer: Message = {"type": "error_response", "code": code, "text": text[:MAX_TEXT]}
    if field:
        answer["field"] = field
    message_id = message.get("message_id")
    if ids.is_id(message_id):
        answer["message_id"] = message_id
    return answer


def refuse(message: Message, code: str, field: str, text: str) -> Refuse:
    """`code` has a counter of its own, `refused_<code>`."""
    return Refuse(error_response(message, code, field, text), f"refused_{code}")
