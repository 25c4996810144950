"""Who may append what to the log: a record's header names its appender, and this table says what each may say."""

from wire.kinds import BRIDGE as BRIDGE_SAYS
from wire.kinds import DRIVER_SIDE, ENGINE, FOLD, MONITOR, Kind
from wire.kinds import OPERATOR as OPERATOR_SAYS
from wire.kinds import TICKER as TICKER_SAYS
from wire.kinds.log import WORKER as WORKER_SAYS

HEADER = "by"  # names who appended a record

API = "api"
BOARD = "board"  # what a board said and no board may say: the bridge passes it on under this name, to be buried
BRIDGE = "bridge"
OPERATOR = "operator"
TICKER = "ticker"
WORKER = "worker"
STRANGER = ""  # no header at all: a bare producer

# Who may append what a speaker says. Boards and drivers do not reach the log themselves.
APPENDERS = {
    ENGINE: frozenset({BRIDGE}),
    MONITOR: frozenset({BRIDGE}),
    BRIDGE_SAYS: frozenset({BRIDGE}),
    DRIVER_SIDE: frozenset({API, BRIDGE}),
    OPERATOR_SAYS: frozenset({OPERATOR, API}),
    FOLD: frozenset({WORKER}),
    TICKER_SAYS: frozenset({TICKER}),
    WORKER_SAYS: frozenset({WORKER}),
}
STRANGERS_KINDS = frozenset({"charge_request"})


def appended_by(who: str) -> "dict[str, bytes]":
    """The headers of a record that `who` appends."""
    return {HEADER: who.encode()}


def appenders_of(kind: Kind) -> "frozenset[str]":
    """Who may append it, strangers left out; nobody where only boards or plants say it."""
    named: "frozenset[str]" = frozenset()
    for speaker in kind.speakers:
        named = named | APPENDERS.get(speaker, frozenset())
    return named


def may_append(who: str, kind: Kind) -> bool:
    return who in appenders_of(kind) or (who == STRANGER and kind.name in STRANGERS_KINDS)
