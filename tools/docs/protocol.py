"""docs/protocol.md, from the table of kinds."""

from wire.frame import LINE_LIMIT, encode
from wire.ids import WINDOW
from wire.kinds import BOARDS, COMMANDS, KINDS, NOT_LOGGED, PLANT, SIM_BOARD, Kind, boards, log, plant, service
from wire.kinds.fields import Field
from wire.kinds.says import SAYS
from wire.seal import CRC32

from tools.docs.by_hand import SECTION as BY_HAND
from tools.docs.markdown import table

TABLES = (boards, log, plant, service)  # each adds its rows to KINDS when it is loaded, by whoever loads it first

_HEARTBEAT: dict[str, object] = {
    "type": "heartbeat", "message_id": "pico1.00c0ffee00c0ffee.t7", "cp_id": "cp_001", "state": "idle",
}

_INTRO = f"""# Protocol

*Written from `firmware/wire/kinds` by `make docs`; do not edit.*

One frame is one line, on TCP, UART and USB serial alike: compact JSON in UTF-8 (fields in the order
below), `*`, the tag, a newline; at most {LINE_LIMIT} bytes. The tag is the CRC-32 of the bytes before `*`,
eight lower-case hex digits:

```
{encode(_HEARTBEAT, CRC32).decode().rstrip()}
```

`PLAIN_PORT` takes the same lines without `*` and tag. Over MQTT the JSON object travels alone, on
`wattline/<cp_id>/telemetry`; `wattline/<cp_id>/state` is retained, with a last will. In the log a record's
value is the JSON object, and its header `by` names who appended it.

Reliable messages of boards have the id `<board>.<epoch>.<n>` and are kept on flash until acked; lossy ones
have `<board>.<epoch>.t<k>`; everybody else's are UUIDs. At most {WINDOW} of a board's n are unacked at a time.
Unknown fields are kept and ignored, null counts as absent. What is wrong with a message is answered with
`error_response`, counted, and changes nothing; its codes stand in [reasons.md](reasons.md), the topics of the log in
[topics.md](topics.md). A reliable message of a registered board is logged and acked all the same, for Central to count
its n and to bury it; a state or reason that is not in the tables counts as `unknown`.
"""

_SORTS = {
    "int": "integer, {low} to {high}",
    "decimal": "number, {low} to {high}",
    "price": "number, {low} to {high}, at most four decimals",
    "text": "text, {low} to {high} characters",
    "id": "id, {low} to {high} of `A-Z a-z 0-9 _ - .`",
    "bool": "true or false",
    "choice": "one of {choices}",
    "ints": "list of {low} to {high} integers",
    "ids": "list of {low} to {high} ids",
}


def page() -> str:
    kinds = sorted(KINDS.values(), key=_reader)
    overview = table(("kind", "said by", "topic (key)", "reliable"), [_row(kind) for kind in kinds])
    details = "\n".join(_section(kind) for kind in kinds)
    return f"{_INTRO}\n{BY_HAND}\n## Kinds\n\n{overview}\n{details}"


def _reader(kind: Kind) -> int:
    """Real boards' kinds first, then those of servers alone, then simulated boards'."""
    if {PLANT, SIM_BOARD} & set(kind.speakers):
        return 2
    return 0 if set(BOARDS) & set(kind.speakers) or kind.topic in (NOT_LOGGED, COMMANDS) else 1


def _row(kind: Kind) -> tuple[str, str, str, str]:
    logged = f"{kind.topic} ({kind.key})" if kind.topic != NOT_LOGGED else ""
    return f"[{kind.name}](#{kind.name})", ", ".join(kind.speakers), logged, _yes(kind.reliable)


def _section(kind: Kind) -> str:
    rows = [(f"`{field.name}`", _sort(field), _yes(field.required)) for field in kind.fields]
    says = SAYS[kind.name][0].upper() + SAYS[kind.name][1:]
    return f"### {kind.name}\n\n{says}.\n\n" + table(("field", "value", "required"), rows)


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _sort(field: Field) -> str:
    return _SORTS[field.sort].format(low=field.low, high=field.high, choices=", ".join(field.choices))
