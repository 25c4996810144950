"""Decides whether a record of the log may be folded, by its content, its topic and key, and its appender."""

from collections.abc import Mapping

from wire import kinds
from wire.appenders import BRIDGE, HEADER, appenders_of, may_append
from wire.check import check
from wire.frame import FrameError, parse
from wire.ids import parse as parse_id
from wire.kinds.log import KINDS
from wire.newer import check_of_newer, strange_choices

from central.model.record_time import stands
from central.model.records import Incoming, Message, Problem
from eventlog import Record

# What is logged to the topic of its key, or to every topic whose records are folded in their order, has two.
OTHER_TOPICS: dict[str, frozenset[str]] = {
    "deadline_passed": frozenset({kinds.DRIVER}),
    "key_parked": frozenset({kinds.DRIVER, kinds.SITE}),
    "key_unparked": frozenset({kinds.DRIVER, kinds.SITE}),
    "terms": frozenset({kinds.DRIVER, kinds.SITE}),
}

SHOWN_CHARACTERS = 200

# What a choice counts as that this Central does not know: its board is newer, and a completion is money all the same.
UNKNOWN = "unknown"
# The type of a board's word that cannot be read, and of which only the number counts.
UNREADABLE = "unreadable"

DeadLetter = Problem


def admit(record: Record, at_ms: int) -> Incoming | DeadLetter:
    """`at_ms`: the record's time (model/record_time.py)."""
    try:
        message = parse(record.value)
    except FrameError as error:
        return DeadLetter(error.code, error.text)
    appender = appender_of(record.headers)
    is_boards = appender == BRIDGE  # a server of ours is never newer than its own table
    problem = check_of_newer(message) if is_boards else check(message)
    if problem is not None:
        dead = DeadLetter(problem.code, problem.text)
        return _counted(record, message, at_ms, appender, dead) or dead
    if is_boards:
        message |= {each.name: UNKNOWN for each in strange_choices(message)}
    wrong = _misplaced(record, message) or _wrong_origin(message, appender)
    if wrong is not None:
        return wrong
    assert record.key is not None
    clock_stands = stands(at_ms, record.timestamp_ms)
    return Incoming(record.topic, record.key, message, at_ms, appender, clock_stands=clock_stands)


def _counted(record: Record, message: Message, at_ms: int, appender: str, problem: Problem) -> Incoming | None:
    """A numbered word of a board must be counted before it is buried, or its window would stand still for good."""
    message_id = message.get("message_id")
    parsed = parse_id(message_id) if isinstance(message_id, str) else None
    is_numbered = parsed is not None and parsed[2] is not None
    if appender != BRIDGE or record.topic != kinds.CP or record.key is None or not is_numbered:
        return None
    told = {"type": UNREADABLE, "message_id": message_id}
    return Incoming(record.topic, record.key, told, at_ms, appender, problem)


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
