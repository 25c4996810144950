"""Whatever the table of kinds admits, from whoever may say it, is folded or refused: none of it is a mistake of ours.

Numbers at their bounds are as likely as sensible ones, and ids are drawn from few, so that messages meet.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from wire.appenders import APPENDERS
from wire.ids import ID_MAX, reliable_id
from wire.kinds import CP, DRIVER, SITE, TELEMETRY, Kind
from wire.kinds.fields import Field
from wire.kinds.log import KINDS

from central.model.ids import session_id
from central.tests.charging import METER, answer, ask, connect, driver, start
from central.tests.line_in_memory import BOARD, ENGINE, EPOCH, T0, LineInMemory

SESSIONS = tuple(session_id("ada", f"r{number}") for number in range(3))
IDS = {
    "cp_id": st.just("cp_001"),
    "id": st.just("cp_001"),
    "key": st.just("cp_001"),
    "driver_id": st.just("ada"),
    "site_id": st.sampled_from(["north", "south"]),
    "session_id": st.sampled_from(SESSIONS),
    "message_id": st.sampled_from([f"r{number}" for number in range(3)]) | st.uuids().map(str),
    "meter_id": st.sampled_from([METER, "another"]),
    "link_id": st.sampled_from(["link1", "link2"]),
    "board": st.sampled_from([BOARD, "mon2"]),
    "deadline_id": st.sampled_from(["command:cp_001:1", "command:cp_001:2", *(f"lost:{each}" for each in SESSIONS)]),
}
MESSAGES = [kind for kind in KINDS.values() if kind.topic in (CP, DRIVER, SITE, TELEMETRY)]


def numbers(field: Field) -> st.SearchStrategy[int]:
    small = st.integers(field.low, min(field.high, field.low + 5_000))
    times = [T0, T0 + 10**7] if field.low <= T0 <= field.high else []
    return small | st.sampled_from([field.low, field.high, *times])


VALUES: dict[str, Callable[[Field], st.SearchStrategy[Any]]] = {
    "int": numbers,
    "decimal": lambda field: st.sampled_from([0, 1e-9, field.high]),
    "price": lambda field: st.sampled_from([0, 0.0001, 0.25, field.high]),
    "text": lambda field: st.sampled_from(["x" * max(1, field.low), "\u20ac" * field.high]),
    "id": lambda field: st.sampled_from(["x", "y" * field.high]),
    "ids": lambda field: st.lists(st.sampled_from(["x", "y" * ID_MAX]), min_size=field.low, max_size=field.high),
    "bool": lambda _: st.booleans(),
    "choice": lambda field: st.sampled_from(field.choices),
}


def value_of(field: Field) -> st.SearchStrategy[Any]:
    return IDS[field.name] if field.name in IDS else VALUES[field.sort](field)


def message_of(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    own = [field for field in kind.fields if field.name not in ("type", "v")]
    required = {field.name: value_of(field) for field in own if field.required}
    optional = {field.name: value_of(field) for field in own if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda fields: {"type": kind.name, **fields})


# What is decided most on is said most often.
OFTEN = [KINDS[name] for name in ("charge_request", "charge_claimed", "charge_completion", "command_response")]
messages = st.sampled_from(MESSAGES + 2 * OFTEN).flatmap(message_of)
speakers = st.sampled_from([BOARD, ENGINE, None])
steps = st.lists(st.tuples(messages, speakers, st.sampled_from([0, 1, 31_000])), max_size=25)


@settings(max_examples=200, deadline=None)
@given(steps, st.sampled_from([0.0001, 0.25, 1000]), st.booleans())
def test_what_may_be_said_is_folded_or_refused(
    said: list[tuple[dict[str, Any], str | None, int]], price: float, is_charging: bool
) -> None:
    line = LineInMemory()
    connect(line)
    line.says("operator_request", "operator", cp_id="cp_001", action="price_change", price_per_kwh=price)
    driver(line)
    if is_charging:
        session = ask(line)
        answer(line, 1)
        start(line, session)
    told = {BOARD: 100, ENGINE: 200}
    for message, board, forward_ms in said:
        kind = KINDS[message["type"]]
        if board is not None and APPENDERS[kind.speakers[0]] == frozenset({"bridge"}) and kind.topic == CP:
            told[board] += 1
            message = {**message, "message_id": reliable_id(board, EPOCH, told[board])}
        by = sorted(APPENDERS[kind.speakers[0]])[0]
        line.tick(forward_ms)
        line.says(kind.name, by, **{name: value for name, value in message.items() if name != "type"})
