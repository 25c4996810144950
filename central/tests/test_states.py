"""Every pair of every table: what is in it happens in the fold, what is not is refused and leaves the rows alone."""

from collections.abc import Callable
from itertools import product

import pytest

from central.model.records import Refused
from central.model.rows import ChargingPoint, Command, Deadline, Meter, Session
from central.model.states import (
    COMMAND,
    COMMAND_EVENTS,
    COMMAND_STATES,
    SESSION,
    SESSION_EVENTS,
    SESSION_STATES,
    CommandEvent,
    Facts,
    SessionEvent,
    next_command_state,
    next_session_state,
    status_of,
)
from central.money.price_per_kwh import PricePerKwh
from central.money.tariff import text_of
from central.tests.charging import answer, checkpoint, complete, connected, start
from central.tests.line_in_memory import T0, LineInMemory

SESSION_ID = "s1"
TARIFF = text_of(PricePerKwh("EUR", 2_500))


def line_with_session(state: str, command_state: str = "sent") -> LineInMemory:
    """A connected charge point with a session in this state, its start (seq 1) and a stop (seq 2) as told."""
    line = connected()
    rows = line.rows.of("cp_001")
    session = Session(SESSION_ID, "cp_001", "ada", "r1", TARIFF, state, requested_at_ms=T0)
    if state in ("in_progress", "completed"):
        session.meter_id, session.start_register_wh, session.started_at_ms = "meter1", 1_000, T0
    if state == "completed":
        session.end_register_wh = 1_500
    rows.put(session)
    rows.put(Meter("cp_001", "meter1", 1_000, 1_500, 1_500, 1_500, 0, read_at_ms=T0, heard_at_ms=T0))
    body = f'{{"cp_id":"cp_001","seq":1,"session_id":"{SESSION_ID}","type":"start_charge"}}'
    rows.put(Command("cp_001", 1, "start_charge", SESSION_ID, body, T0 + 30_000, command_state))
    rows.put(Command("cp_001", 2, "stop_charge", SESSION_ID, "{}", T0 + 30_000, "sent"))
    rows.put(Deadline(f"lost:{SESSION_ID}", "ev.cp", "cp_001", 1, T0 + 10))
    rows.put(Deadline("command:cp_001:1", "ev.cp", "cp_001", 1, T0 + 5_000))
    point = line.point()
    point.session_id, point.seq = SESSION_ID, 2
    rows.put(point)
    line.now_ms += 3_600_000
    return line


def deadline_passes(line: LineInMemory, deadline_id: str) -> None:
    line.says("deadline_passed", "ticker", key="cp_001", deadline_id=deadline_id, generation=1)


def stop(line: LineInMemory) -> None:
    line.says("charge_stop", "worker", cp_id="cp_001", driver_id="ada", session_id=SESSION_ID)


SESSION_RECORDS: dict[SessionEvent, Callable[[LineInMemory], None]] = {
    "started": lambda line: start(line, SESSION_ID),
    "checkpoint": lambda line: checkpoint(line, SESSION_ID, 1_400),
    "completed": lambda line: complete(line, SESSION_ID, 1_500),
    "completed_unclosed": lambda line: complete(line, SESSION_ID, 1_000, relay_closed=False),
    "completed_fault_unclosed": lambda line: complete(line, SESSION_ID, 1_000, relay_closed=False, reason="fault"),
    "start_refused": lambda line: answer(line, 1, accepted=False, reason="pause"),
    "stop_requested": stop,
    "lost": lambda line: deadline_passes(line, f"lost:{SESSION_ID}"),
}


@pytest.mark.parametrize(("state", "event"), [*product(SESSION_STATES, SESSION_RECORDS)])
def test_session_walks_its_table(state: str, event: SessionEvent):
    line = line_with_session(state)
    SESSION_RECORDS[event](line)
    edge = SESSION.get((state, event))
    if edge is None:
        assert line.dead_codes() == ["bad_state"]  # that no row changed, the line itself has held
        assert line.session(SESSION_ID).status == state
    else:
        assert line.dead == []
        assert line.session(SESSION_ID).status == edge[0]


@pytest.mark.parametrize("state", SESSION_STATES)
def test_stop_that_found_no_session_ends_it(state: str):
    line = line_with_session(state)
    answer(line, 2, accepted=False, reason="unknown_session")
    assert line.dead == []
    after = {"authorized": "cancelled", "in_progress": "completed"}
    assert line.session(SESSION_ID).status == after.get(state, state)


def test_stop_that_found_no_session_closes_one_whose_start_was_taken():
    line = line_with_session("authorized", command_state="accepted")
    answer(line, 2, accepted=False, reason="unknown_session")
    assert (line.session(SESSION_ID).status, line.session(SESSION_ID).reason) == ("failed", "lost")
    assert line.session(SESSION_ID).claim_released


@pytest.mark.parametrize(("state", "event"), [*product(SESSION_STATES, SESSION_EVENTS)])
def test_session_pair_outside_its_table_is_refused(state: str, event: SessionEvent):
    if (state, event) in SESSION:
        assert next_session_state(state, event) == SESSION[state, event]
    else:
        with pytest.raises(Refused) as refused:
            next_session_state(state, event)
        assert refused.value.code == "bad_state"


def test_final_states_are_final():
    for (state, _), (after, _) in SESSION.items():
        if state in ("completed", "cancelled", "failed"):
            assert after == state


def test_what_has_flowed_is_billed():
    reached = {after for (state, _), (after, _) in SESSION.items() if state == "in_progress"}
    assert reached == {"in_progress", "completed"}


COMMAND_RECORDS: dict[CommandEvent, Callable[[LineInMemory], None]] = {
    "accepted": lambda line: answer(line, 1),
    "refused": lambda line: answer(line, 1, accepted=False, reason="busy"),
    "resend": lambda line: deadline_passes(line, "command:cp_001:1"),
    "expire": lambda line: deadline_passes(line, "command:cp_001:1"),
}


@pytest.mark.parametrize(("state", "event"), [*product(COMMAND_STATES, COMMAND_EVENTS)])
def test_command_walks_its_table(state: str, event: CommandEvent):
    line = line_with_session("authorized", state)
    line.now_ms = T0 + (40_000 if event == "expire" else 5_000)
    COMMAND_RECORDS[event](line)
    edge = COMMAND.get((state, event))
    if edge is None:
        assert line.dead_codes() == ["bad_state"]
        assert line.command(1).state == state
    else:
        assert line.dead == []
        assert line.command(1).state == edge[0]
        assert len(line.take_commands("start_charge")) == (edge[1] == "send")


@pytest.mark.parametrize(("state", "event"), [*product(COMMAND_STATES, COMMAND_EVENTS)])
def test_command_pair_outside_its_table_is_refused(state: str, event: CommandEvent):
    if (state, event) in COMMAND:
        assert next_command_state(state, event) == COMMAND[state, event]
    else:
        with pytest.raises(Refused):
            next_command_state(state, event)


@pytest.mark.parametrize("facts", [*product((False, True), repeat=5)])
def test_first_fact_that_holds_is_shown(facts: tuple[bool, bool, bool, bool, bool]):
    linked, silent, faulty, charging, stopped = facts
    if not linked or silent:
        expected = "DISCONNECTED"
    elif faulty:
        expected = "FAULTY"
    elif charging:
        expected = "CHARGING"
    else:
        expected = "STOPPED" if stopped else "ACTIVE"
    assert status_of(Facts(linked, silent, faulty, charging, stopped)) == expected


def test_charge_point_starts_as_disconnected():
    assert ChargingPoint("cp_001").status == "DISCONNECTED"
