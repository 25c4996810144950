"""What a line may say: a table of kinds and their rules. A kind that is not in it is said in the wrong direction.

A rule takes what the line has registered and one message that has passed the check of its kind, and decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wire import ids
from wire.appenders import BOARD, BRIDGE
from wire.frame import payload_of
from wire.kinds import BOARDS, CP, NOT_LOGGED, Kind
from wire.kinds.log import KINDS

from bridge.clockstamp import BoardClocks
from bridge.decisions import Append, AskHealth, Bury, Decision, Ignore, Message, Refuse, Register, TellHealth
from bridge.refusals import refuse

MAX_CHARGE_POINTS = 32  # on one line
_NUMBER_AND_TIME = ("message_id", "occurred_at_ms", "uptime_ms")
UNKNOWN_KIND = "unknown kind"
_NEVER_ACKED = ("not_registered", "not_yours", "too_many")  # said again once the board has registered, or elsewhere


@dataclass(frozen=True, slots=True)
class Registration:
    """The newest registration of a charge point on a line, and the boards that may speak for it."""

    message_id: str
    boards: frozenset[str]


@dataclass(slots=True)
class LineState:
    """What one line has registered, by cp_id, and what its boards' uptimes mean."""

    registered: dict[str, Registration] = field(default_factory=dict[str, Registration])
    clocks: BoardClocks = field(default_factory=BoardClocks)


class Heard:
    """One message that has passed its kind's check, taken apart. `board` and `n` are of a board's own id.

    `key`: what it is about, by its kind: the charge point of everything that boards say. `payload`: as it came.
    """

    __slots__ = ("board", "key", "kind", "message", "message_id", "n", "now_ms", "payload")

    def __init__(self, message: Message, payload: bytes, now_ms: int | None) -> None:
        self.message = message
        self.payload = payload
        self.now_ms = now_ms
        self.kind: Kind = KINDS[str(message["type"])]
        self.key = str(message[self.kind.key])
        message_id = message.get("message_id")
        self.message_id = None if message_id is None else str(message_id)
        parsed = None if self.message_id is None else ids.parse(self.message_id)
        self.board, _, self.n = parsed or (None, None, None)


Rule = Callable[[LineState, Heard], Decision]


def _register(line: LineState, heard: Heard) -> Decision:
    if heard.key not in line.registered and len(line.registered) >= MAX_CHARGE_POINTS:
        return refuse(heard.message, "too_many", "id", f"expected at most {MAX_CHARGE_POINTS} charge points on a line")
    # A journal so full that only registering can empty it sends its registration unkept, under a lossy id.
    refusal = _refuse_unackable(heard)
    if refusal is not None and heard.n is not None:
        return refusal
    engine_board = heard.message.get("engine_board")
    boards = {str(board) for board in (heard.board, engine_board) if board is not None}
    line.registered[heard.key] = Registration(str(heard.message_id), frozenset(boards))
    said = {name: value for name, value in heard.message.items() if name not in _NUMBER_AND_TIME}
    return Register(_append(line, heard), heard.board, _speaker(heard), payload_of(said).decode())


def _speaker(heard: Heard) -> str:
    """Twins with the same id in their configuration differ in the epoch of their flash, or at least in their boots."""
    board, epoch, _ = ids.parse(str(heard.message_id)) or ("", "", None)
    return f"{board}.{epoch}.{heard.message.get('boot', '')}" if board else ""


def _of_board(line: LineState, heard: Heard) -> Decision:
    return _refuse_unregistered(line, heard) or _refuse_foreign(line, heard) or _append(line, heard)


def _of_stranger(line: LineState, heard: Heard) -> Decision:
    """Nobody need register to say this, but who speaks as a board must be that board."""
    if heard.board is None and heard.key not in line.registered:
        return _append(line, heard)
    return _of_board(line, heard)


def _of_driver(line: LineState, heard: Heard) -> Decision:
    if heard.board is not None:
        return refuse(
            heard.message, "bad_field", "message_id", "message_id: expected a UUID; this form is a board's own"
        )
    return _append(line, heard)


def _ask_health(line: LineState, heard: Heard) -> Decision:
    del line
    return AskHealth(heard.key, heard.message)


def _tell_health(line: LineState, heard: Heard) -> Decision:
    return _refuse_unregistered(line, heard) or TellHealth(heard.key, heard.message)


def _refuse_unregistered(line: LineState, heard: Heard) -> Refuse | None:
    if heard.key in line.registered:
        return None
    text = f"expected a register_request of {heard.key} on this line first"
    return refuse(heard.message, "not_registered", heard.kind.key, text)


def _refuse_foreign(line: LineState, heard: Heard) -> Refuse | None:
    if heard.board is not None and heard.board not in line.registered[heard.key].boards:
        text = f"message_id: expected an id of the board that registered {heard.key}, or of its engine"
        return refuse(heard.message, "not_yours", "message_id", text)
    return _refuse_unackable(heard)


def _refuse_unackable(heard: Heard) -> Refuse | None:
    """What a board keeps until it is acked must have an id that an ack can name."""
    if heard.board is None or not heard.kind.reliable:
        return None
    if heard.n is None:
        text = f"message_id: expected <board>.<epoch>.<n>; {heard.kind.name} must not get lost"
        return refuse(heard.message, "bad_field", "message_id", text)
    if heard.n > ids.MAX_N:
        return refuse(heard.message, "out_of_bounds", "message_id", f"message_id: expected an n up to {ids.MAX_N}")
    return None


def bury(line: LineState, message: Message, payload: bytes, refused: Refuse) -> Refuse | Bury:
    """A message that its board keeps until it is acked is logged as it came, for Central to count its n and to bury it.

    A board newer than its bridge would otherwise be clogged for good by one word that this bridge does not know.
    """
    message_id = message.get("message_id")
    board, _, n = (isinstance(message_id, str) and ids.parse(message_id)) or (None, None, None)
    cp_id = next((each for each, registered in line.registered.items() if board in registered.boards), None)
    if cp_id is None or n is None or n > ids.MAX_N or refused.answer["code"] in _NEVER_ACKED:
        return refused
    kind = KINDS.get(str(message.get("type")))
    # What only servers say must not look as if this bridge had said it.
    by = BRIDGE if kind is None or set(kind.speakers) & set(BOARDS) else BOARD
    name = UNKNOWN_KIND if kind is None else kind.name
    return Bury(refused, Append(name, CP, cp_id, payload, str(message_id), reliable=True, by=by))


def _append(line: LineState, heard: Heard) -> Append:
    """As it came, where nothing has to be added: writing what was just read costs a third of all work on it."""
    kind, message = heard.kind, heard.message
    occurred_at_ms = _occurred_at_ms(line, heard)
    stamped = None if occurred_at_ms is None else payload_of(message | {"occurred_at_ms": occurred_at_ms})
    session_id = message.get("session_id")
    return Append(
        kind.name,
        kind.topic,
        heard.key,
        stamped or heard.payload,
        heard.message_id,
        kind.reliable or heard.n is not None,
        None if session_id is None else str(session_id),
    )


def _occurred_at_ms(line: LineState, heard: Heard) -> int | None:
    """When it happened, where the board could only tell its uptime."""
    if heard.board is None:
        return None
    # What a board keeps in its journal may be old; the rest is said as it happens.
    if not heard.kind.reliable or heard.kind.name == "register_request":
        line.clocks.heard_live(heard.board, heard.message, heard.now_ms)
    return line.clocks.occurred_at_ms(heard.board, heard.message, heard.now_ms)


_LOGGED_OF_BOARDS = tuple(
    kind.name for kind in KINDS.values() if kind.topic != NOT_LOGGED and set(kind.speakers) & set(BOARDS)
)
_IGNORED = Ignore("ignored")
# Answered with an error, two programs that do not understand each other would never stop.
ERROR_RECEIVED = Ignore("errors_received")

BOARD_RULES: Mapping[str, Rule | Ignore] = dict[str, Rule | Ignore].fromkeys(_LOGGED_OF_BOARDS, _of_board) | {
    "register_request": _register,
    "health_check_response": _tell_health,
    "keepalive": _IGNORED,
    "safe_release": _IGNORED,
    "error_response": ERROR_RECEIVED,
}
# Untagged lines, typed by hand on this machine: the specification's own messages, and what ends them,
# need no registration.
PLAIN_RULES: Mapping[str, Rule | Ignore] = {
    **BOARD_RULES,
    "fault_notification": _of_stranger,
    "recovery_notification": _of_stranger,
    "driver_register": _of_driver,
    "charge_request": _of_driver,
    "charge_stop_request": _of_driver,
    "health_check_request": _ask_health,
}
