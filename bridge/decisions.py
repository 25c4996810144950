"""What the bridge may do about one message: the conversation decides, the switchboard carries out."""

from dataclasses import dataclass

from wire.appenders import BRIDGE

Message = dict[str, object]


@dataclass(frozen=True, slots=True)
class Append:
    """Append to the log; `reliable` ones are acked under their message_id once the log has acked.

    `session_id` is for the process's own log. `by`: who the record says has appended it.
    """

    kind: str
    topic: str
    key: str
    value: bytes
    message_id: str | None
    reliable: bool
    session_id: str | None = None
    by: str = BRIDGE


@dataclass(frozen=True, slots=True)
class Register:
    """Append the registration; once it is logged, ack it and open a link for the charge point.

    `speaker`: which board it is, as far as its words tell: its id, its flash, its start; "" where it names none.
    `content`: what it says, but for its number and its time.
    """

    append: Append
    board: str | None
    speaker: str
    content: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with this error_response, count it, and do nothing else."""

    answer: Message
    counter: str


@dataclass(frozen=True, slots=True)
class Bury:
    """Answer so and count it as a refusal, and append it as it came: its board keeps it until it is acked."""

    refused: Refuse
    append: Append


@dataclass(frozen=True, slots=True)
class AskHealth:
    """Forward this health_check_request to the board of `cp_id`."""

    cp_id: str
    request: Message


@dataclass(frozen=True, slots=True)
class TellHealth:
    """A board's health_check_response, for whoever asked."""

    cp_id: str
    response: Message


@dataclass(frozen=True, slots=True)
class Ignore:
    """Count it, and do nothing."""

    counter: str


Decision = Append | Register | Refuse | Bury | AskHealth | TellHealth | Ignore
