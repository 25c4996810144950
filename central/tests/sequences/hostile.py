"""What a hostile or broken board, driver or bridge can say: any admissible message, of fields that meet."""

from collections.abc import Callable
from random import Random
from typing import Any

from wire.appenders import APPENDERS, BRIDGE
from wire.check import check
from wire.ids import reliable_id
from wire.kinds import BOARDS, CP, DRIVER, TELEMETRY
from wire.kinds.fields import Field
from wire.kinds.log import KINDS

from central.model.records import Message
from central.tests.line_in_memory import made_id
from central.tests.sequences.acts import ActKind, Args, Table
from central.tests.sequences.clocks import START_MS
from central.tests.sequences.post import Post
from central.tests.sequences.world import DRIVERS, World
from central.worker.parking import KEY_UNPARKED

# What a stranger's appender may say: folds speak by the worker alone, and it is ours. Nor is anything parked here.
# Sorted, so that a seed means the same history whichever module was imported first.
KINDS_SAID = tuple(
    kind.name
    for _, kind in sorted(KINDS.items())
    if kind.topic in (CP, DRIVER, TELEMETRY) and all(APPENDERS[each] != frozenset({"worker"}) for each in kind.speakers)
    if kind.name != KEY_UNPARKED
)
OFTEN = ("charge_completion", "meter_checkpoint", "charge_started", "command_response", "register_request", "link_up")
_TIMES = (0, 0, 1_000, -1_000, 60_000, -3_600_000, 3_600_000, 10**9, -(10**9))


def _say(world: World, kind: str, speaker: int, choices: tuple[int, ...]) -> None:
    """`choices`: one number for each field, and one for the board's n."""
    row = KINDS[kind]
    at = world.posts[choices[0] % len(world.posts)]
    fields: dict[str, Any] = {}
    for field, choice in zip(row.fields, choices[2:], strict=False):
        if field.name not in ("type", "v", "message_id") and (field.required or choice % 3):
            # Mostly of the post that is spoken of, so that what is wrong is one thing among right ones.
            of = at if choice % 4 else world.posts[choice % 3]
            fields[field.name] = _value(world, of, field, choice)
    fields[row.key] = at.cp_id if row.topic != DRIVER else DRIVERS[choices[0] % 3]
    by = sorted(APPENDERS[row.speakers[0]])[choices[1] % len(APPENDERS[row.speakers[0]])]
    message_id = made_id("hostile", choices)
    boards = [at.engine.board, at.monitor, world.posts[speaker % 3].monitor]
    if by == BRIDGE and row.topic == CP and set(row.speakers) & set(BOARDS) and speaker < 3:
        board = boards[speaker]
        board.newest += 1 if choices[1] % 8 else 70  # as if its board had said it itself
        message_id = reliable_id(board.name, board.epoch, board.newest)
    message: Message = {"type": kind, "message_id": message_id, **fields}
    problem = check(message)
    assert problem is None, f"{message}: {problem.text}"
    world.log.append(row.topic, fields[row.key], message, by)


def _value(world: World, of: Post, field: Field, choice: int) -> Any:
    named = _NAMED.get(field.name)
    if named is None or field.sort == "choice":
        return _SORTS[field.sort](field, choice)
    return named(world, of, choice)


def _number(field: Field, choice: int) -> int:
    if field.low <= START_MS <= field.high:
        return START_MS + choice * 1_000
    values = (field.low, field.high, field.low + choice % 5_000, field.low + choice % 100, choice % 20_000)
    return min(max(values[choice % 5], field.low), field.high)


_SORTS: dict[str, Callable[[Field, int], Any]] = {
    "int": _number,
    "decimal": lambda field, choice: (0, 0.0001, 0.25, 1e-9, field.high)[choice % 5],
    "price": lambda field, choice: (0, 0.0001, 0.25, field.high)[choice % 4],
    "text": lambda field, choice: "x" * max(1, field.low, choice % max(1, field.high)),
    "id": lambda field, choice: ("x", "y" * field.high, "unknown_session", "superseded")[choice % 4],
    "bool": lambda _, choice: bool(choice % 2),
    "choice": lambda field, choice: field.choices[choice % len(field.choices)],
    "ids": lambda field, choice: [f"id{number}" for number in range(field.low + choice % (field.high - field.low + 1))],
}


def _session(world: World, of: Post, choice: int) -> str:
    mine = [session for _, cp_id, session in world.sessions if cp_id == of.cp_id]
    if not mine or choice % 11 == 0:
        return made_id("never asked")
    return mine[-1 - (choice // 4 % min(3, len(mine)))] if choice % 3 == 0 else mine[-1]


def _register(_: World, of: Post, choice: int) -> int:
    """Near to what the meter says, as it is, or far from it."""
    register_wh = of.engine.register_wh
    return max(0, register_wh + (0, 10, -10, 500, -500, 20_000, 10**8)[choice % 7])


def _stamp(world: World, _: Post, choice: int) -> int:
    return world.time.now_ms + _TIMES[choice % len(_TIMES)]


def _meter(_: World, of: Post, choice: int) -> str:
    return "another" if choice % 9 == 0 else of.engine.meter_id


def _deadline(world: World, _: Post, choice: int) -> str:
    live = sorted(world.worker.live)
    return live[choice % len(live)] if live else "lost:nothing"


_NAMED: dict[str, Callable[[World, Post, int], Any]] = {
    "cp_id": lambda _, of, __: of.cp_id,
    "driver_id": lambda _, __, choice: DRIVERS[choice % 3],
    "session_id": _session,
    "register_wh": _register,
    "start_register_wh": _register,
    "end_register_wh": _register,
    "occurred_at_ms": _stamp,
    "started_at_ms": _stamp,
    "ended_at_ms": _stamp,
    "meter_id": _meter,
    "deadline_id": _deadline,
    "generation": lambda _, __, choice: choice % 4 + 1,
    "link_id": lambda _, of, __: of.link_id or "L1",
    "board": lambda _, of, __: of.monitor.name,
    "engine_board": lambda _, of, __: of.engine.board.name,
    "seq": lambda _, __, choice: choice % 30 + 1,
    "reason": lambda _, __, choice: ("driver", "vehicle", "unknown_session", "superseded", "already_ran")[choice % 5],
}


def _draw(random: Random) -> Args:
    kind = random.choice(KINDS_SAID + 2 * OFTEN)
    choices = tuple(random.randrange(10_000) for _ in range(2 + len(KINDS[kind].fields)))
    return kind, random.randrange(5), choices


HOSTILE: Table = {"hostile": ActKind(60, "somebody says {0} ({1}: {2})", _draw, _say)}
