"""Whether a record of the log may be folded: what it says, where it lies, and who appended it."""

from collections.abc import Mapping
from dataclasses import dataclass

from wire import kinds
from wire.check import check
from wire.frame import FrameError, parse

from central.rows import Incoming, Message
from eventlog import Record

API = "api"
BRIDGE = "bridge"
OPERATOR = "operator"
TICKER = "ticker"
WORKER = "worker"
STRANGER = ""  # no header at all: a bare producer

BY = "by"  # the header that names who appended a record

# Who may append what a speaker says. Boards and drivers do not reach the log themselves.
APPENDERS: dict[str, frozenset[str]] = {
    kinds.ENGINE: frozenset({BRIDGE}),
    kinds.MONITOR: frozenset({BRIDGE}),
    kinds.BRIDGE: frozenset({BRIDGE}),
    kinds.DRIVER_SIDE: frozenset({API, BRIDGE}),
    kinds.OPERATOR: frozenset({OPERATOR, API}),
    kinds.FOLD: frozenset({WORKER}),
    kinds.TICKER: frozenset({TICKER}),
}
STRANGERS_KINDS = frozenset({"charge_request"})
# A deadline is logged to the topic of its key, so this kind has two.
OTHER_TOPICS: dict[str, frozenset[str]] = {"deadline_passed": frozenset({kinds.DRIVER})}

SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class DeadLetter:
    """Why a record cannot be folded: a code, and what was wrong in words."""

    reason: str
    text: str


def admit(record: Record, at_ms: int) -> Incoming | DeadLetter:
    """`at_ms`: the record's time, the highest LogAppendTime seen so far in its partition."""
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
    return headers.get(BY, b"").decode(errors="replace")


def _misplaced(record: Record, message: Message) -> DeadLetter | None:
    kind = kinds.KINDS[message["type"]]
    if record.topic != kind.topic and record.topic not in OTHER_TOPICS.get(kind.name, ()):
        return DeadLetter("wrong_topic", f"{kind.name} belongs to {kind.topic or 'no topic'}, not to {record.topic}")
    if record.key is None:
        return DeadLetter("no_key", f"expected the key to be the value of {kind.key}")
    if record.key != message[kind.key]:
        text = f"the key is {record.key[:SHOWN_CHARACTERS]!r}, but {kind.key} is {message[kind.key]!r}"
        return DeadLetter("wrong_key", text)
    return None


def _wrong_origin(message: Message, appender: str) -> DeadLetter | None:
    kind = kinds.KINDS[message["type"]]
    if appender == STRANGER and kind.name in STRANGERS_KINDS:
        return None
    allowed = frozenset[str]().union(*(APPENDERS.get(speaker, frozenset[str]()) for speaker in kind.speakers))
    if appender in allowed:
        return None
    who = repr(appender[:SHOWN_CHARACTERS]) if appender else "nobody"
    return DeadLetter("wrong_origin", f"{kind.name} was appended by {who}; expected {' or '.join(sorted(allowed))}")
