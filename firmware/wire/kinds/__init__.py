"""The table of messages: every kind, who may say it, where it is logged, its fields with their bounds.

The rows lie in modules by who needs them, and a module adds its own to KINDS when it is imported: `boards.py` (what a
real board says or hears; a board loads nothing else), `log.py` (what only servers say), `plant.py` (simulated boards),
`service.py` (what a board answers whoever stands at it). So import KINDS from the module whose rows are needed; what
each kind says stands in `says.py`.
`check.py` holds messages against the table, and docs/protocol.md is written from it. Numbers are integers with their
unit in the name, the specification's original fields apart.
"""

from wire.kinds.fields import Field, may_count, may_id, must, must_id


class Kind:
    """One kind of message.

    speakers: who may say it. topic, key: where it is logged, under the value of which field (topic "" = never).
    reliable: kept by its speaker until acked.
    """

    def __init__(
        self,
        name: str,
        speakers: "tuple[str, ...]",
        topic: str,
        key: str,
        reliable: bool,
        fields: "tuple[Field, ...]",
    ):
        self.name = name
        self.speakers = speakers
        self.topic = topic
        self.key = key
        self.reliable = reliable
        self.fields = _with_envelope(fields, reliable)


# Topics of the log.
CP = "ev.cp"
DRIVER = "ev.driver"
SITE = "ev.site"
TELEMETRY = "ev.telemetry"
COMMANDS = "ev.commands"
DEAD = "ev.dead"
NOT_LOGGED = ""

# Speakers.
ENGINE = "engine"
MONITOR = "monitor"
BRIDGE = "bridge"
DRIVER_SIDE = "driver"
OPERATOR = "operator"
BOARD_CLI = "wattline-board"
FOLD = "fold"
TICKER = "ticker"
SIM_BOARD = "simulated board"
PLANT = "plant"
BOARDS = (ENGINE, MONITOR)

KINDS: "dict[str, Kind]" = {}


def add(kinds: "tuple[Kind, ...]") -> "dict[str, Kind]":
    """KINDS with these rows added. Raises ValueError where a name is taken: two of one name could not be told apart."""
    for kind in kinds:
        if kind.name in KINDS:
            raise ValueError("two kinds are named " + kind.name)
        KINDS[kind.name] = kind
    return KINDS


_TYPE = must("type", "text", 1, 40)
_VERSION = may_count("v", 1, 1000)  # absent = 1
_MUST_MESSAGE_ID, _MAY_MESSAGE_ID = must_id("message_id"), may_id("message_id")


def _with_envelope(fields: "tuple[Field, ...]", reliable: bool) -> "tuple[Field, ...]":
    """`type`, `message_id` and `v` before a kind's own fields; a reliable one must have its id, `ack` has its own."""
    own = [field for field in fields if field.name == "message_id"]
    usual = _MUST_MESSAGE_ID if reliable else _MAY_MESSAGE_ID
    rest = tuple(field for field in fields if field.name != "message_id")
    return (_TYPE, own[0] if own else usual, _VERSION) + rest
