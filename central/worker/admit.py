"""Whether a record of the log may be folded: what it says, where it lies, and who appended it."""

from collections.abc import Mapping
from dataclasses import dataclass

from wire import kinds
from wire.appenders import HEADER, appenders_of, may_append
from wire.check import check
from wire.frame import FrameError, parse
from wire.kinds.log import KINDS

from central.model.rows import Incoming, Message
from eventlog import Record

# A deadline is logged to the topic of its key, so this kind has two.
OTHER_TOPICS: dict[str, frozenset[str]] = {"deadline_passed": frozenset({kinds.DRIVER})}

SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class DeadLetter:
    """Why a record cannot be folded: a code, and what was wrong in words."""

    reason: str
    text: str


def admit(record: Record, at_ms: int) -> Incoming | DeadLetter:
    """`at_ms`: the record's time (model/record_time.py)."""
    try:
        message = parse(record.value)
    except FrameError as error:
        return DeadLetter(error.code, error.text)
    problem = check(message)
    if problem is not None:
        return DeadLetter(problem.code, problem.text)
    appender = appender_of(record.headers)
    wrong = _misplaced(record, message) or _wrong_origin(message, appender)
    if wrong is not None:
        return wrong
    assert record.key is not None
    return Incoming(record.topic, record.key, message, at_ms, appender)


def appender_of(headers: Mapping[str, bytes]) -> str:
    return headers.get(HEADER, b"").decode(errors="replace")


def _misplaced(record: Record, message: Message) -> DeadLetter | None:
    kind = KINDS[message["type"]]
    if record.topic != kind.topic and record.topic not in OTHER_TOPICS.get(kind.name, ()):
        return DeadLetter("wrong_topic", f"{kind.name} belongs to {kind.topic or 'no topic'}, not to {record.topic}")
    if record.key is None:
        return DeadLetter("no_key", f"expected the key to be the value of {kind.key}")
    if record.key != message[kind.key]:
        text = f"the key is {record.key[:SHOWN_CHARACTERS]!r}, but {kind.key} is {message[kind.key]!r}"
        return DeadLetter("wrong_key", text)
    return None


def _wrong_origin(message: Message, appender: str) -> DeadLetter | None:
    kind = KINDS[message["type"]]
    if may_append(appender, kind):
        return None
    who = repr(appender[:SHOWN_CHARACTERS]) if appender else "nobody"
    expected = " or ".join(sorted(appenders_of(kind)))
    return DeadLetter("wrong_origin", f"{kind.name} was appended by {who}; expected {expected}")
