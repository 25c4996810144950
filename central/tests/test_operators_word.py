"""What the operator decides where a board cannot any more: sessions, faults, bindings and held energy."""

import json

import pytest

from central.model.rows import Fault, Ticket
from central.model.terms import Terms
from central.tests.charging import ask, begin, charge, claim, complete, connect, connected, link_up, register
from central.tests.line_in_memory import LineInMemory

TERMS = Terms()
OTHER = "mon2"
HOUR_MS = 3_600_000
TOO_MUCH_WH = 900_000


def says(line: LineInMemory, action: str, **fields: str) -> None:
    line.says("operator_request", "operator", cp_id="cp_001", action=action, **fields)


def charging() -> tuple[LineInMemory, str]:
    line = LineInMemory()
    connect(line)
    return line, begin(line)


def test_a_session_is_ended_at_its_last_sound_reading_and_frees_everybody() -> None:
    line, session = charging()
    says(line, "end_session", session_id=session)
    row = line.session(session)
    assert (row.status, row.reason, row.energy_wh) == ("completed", "operator", 100)
    assert (claim(line), line.point().status) == (None, "ACTIVE")
    assert [each["session_id"] for each in line.take_commands("stop_charge")] == [session]


def test_what_an_ended_session_metered_besides_is_a_correction() -> None:
    line, session = charging()
    says(line, "end_session", session_id=session)
    line.tick(HOUR_MS)
    complete(line, session, 2_000)
    assert line.session(session).energy_wh == 1_000
    tickets = [json.loads(line.rows.one(Ticket, session, number).body) for number in (1, 2)]
    assert [each["energy_wh"] for each in tickets] == [100, 900]


def test_a_start_that_was_never_answered_is_ended_too() -> None:
    line = connected()
    session = ask(line)
    says(line, "end_session", session_id=session)
    assert (line.session(session).status, claim(line), line.point().status) == ("failed", None, "ACTIVE")


def test_a_session_that_is_over_or_unknown_cannot_be_ended() -> None:
    line = connected()
    over = charge(line)
    for session in (over, "nobody-s"):
        says(line, "end_session", session_id=session)
    says(line, "end_session")
    assert line.dead_codes() == ["unknown_session", "unknown_session", "missing_field"]


def test_a_fault_that_nobody_else_ends_is_cleared() -> None:
    line = LineInMemory()
    connect(line)
    line.board_says("fault_notification", failure_info="hot", fault="over_temperature")
    assert line.point().status == "FAULTY"
    says(line, "clear_fault", fault="over_temperature")
    assert line.point().status == "ACTIVE"
    assert line.rows.one(Fault, "cp_001", "over_temperature").cleared_at_ms == line.now_ms
    says(line, "clear_fault", fault="over_temperature")
    assert line.dead_codes() == ["unknown_fault"]


def test_replace_is_taken_back() -> None:
    line = LineInMemory()
    connect(line)
    says(line, "replace")
    says(line, "keep")
    register(line, board=OTHER)
    assert (line.point().board, line.dead_codes()) == ("mon1", ["not_bound"])


def test_replace_expires() -> None:
    line = LineInMemory()
    connect(line)
    says(line, "replace")
    line.tick(TERMS.replace_for_ms)
    register(line, board=OTHER)
    assert (line.point().board, line.dead_codes()) == ("mon1", ["not_bound"])


def test_replace_that_was_used_does_not_expire_the_next_one() -> None:
    line = LineInMemory()
    connect(line)
    says(line, "replace")
    line.tick(TERMS.replace_for_ms - HOUR_MS)
    register(line, board=OTHER)
    says(line, "replace")
    line.tick(2 * HOUR_MS)
    register(line, board="mon3")
    assert line.point().board == "mon3"


def test_a_removed_charge_point_frees_its_driver_and_comes_back_when_a_board_registers() -> None:
    line, session = charging()
    says(line, "remove")
    assert (line.session(session).status, claim(line)) == ("completed", None)
    assert (line.point().board, line.point().removed_at_ms) == (None, line.now_ms)
    register(line, board=OTHER)
    link_up(line, "link2", board=OTHER)
    assert (line.point().board, line.point().removed_at_ms, line.point().status) == (OTHER, None, "ACTIVE")


def held() -> tuple[LineInMemory, str]:
    """A charge whose end is more than can have flowed."""
    line, session = charging()
    line.tick(HOUR_MS)
    complete(line, session, 1_000 + TOO_MUCH_WH)
    row = line.session(session)
    assert (row.status, row.energy_wh, row.held_wh) == ("completed", 100, TOO_MUCH_WH - 100)
    return line, session


@pytest.mark.parametrize(
    ("action", "energy_wh", "unbilled_wh"), [("accept_held", TOO_MUCH_WH, 0), ("drop_held", 100, TOO_MUCH_WH - 100)]
)
def test_what_is_held_is_billed_or_dropped_once(action: str, energy_wh: int, unbilled_wh: int) -> None:
    line, session = held()
    says(line, action, session_id=session)
    row = line.session(session)
    assert (row.energy_wh, row.held_wh, row.unbilled_wh) == (energy_wh, 0, unbilled_wh)
    says(line, action, session_id=session)
    assert line.dead_codes() == ["bad_state"]
