"""Every Wh that a meter told has one place, whatever happens to boards, meters and words."""

from typing import Any

import pytest
from wire.ids import reliable_id

from central.tests.books import check_books, places, tickets, unassigned_wh
from central.tests.charging import answer, ask, begun, checkpoint, complete, connected, driver, link_up, register, start
from central.tests.line_in_memory import ENGINE, T0, LineInMemory

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
METER2: dict[str, Any] = {"meter_id": "meter2"}


# --- a register that falls, another meter ---


def test_a_register_that_fell_in_mid_charge():
    """What it told before is billed, what it tells from there on lies between sessions."""
    line, session = begun()
    line.tick(MINUTE_MS)
    checkpoint(line, session, 20)
    line.tick(MINUTE_MS)
    complete(line, session, 120, started_at_ms=T0)
    assert (places(line, session), unassigned_wh(line)) == ((500, 0, 0), 100)
    check_books(line, meter1=100)


def test_a_register_that_fell_between_two_charges():
    line, session = begun()
    complete(line, session, 1_500)
    line.tick(MINUTE_MS)
    second = ask(line, "r2")
    start(line, second, 40)
    line.tick(HOUR_MS)
    complete(line, second, 1_040, start_register_wh=40)
    assert (places(line, second), unassigned_wh(line)) == ((1_000, 0, 0), 0)
    assert sum(places(line, session)) + sum(places(line, second)) == 1_500


def test_a_register_that_an_end_tells_as_fallen_begins_another_path():
    line, session = begun()
    line.tick(MINUTE_MS)
    complete(line, session, 20, started_at_ms=T0)
    assert (places(line, session), line.session(session).flags) == ((500, 0, 0), "register_fell")
    line.tick(MINUTE_MS)
    start(line, ask(line, "r2"), 60)
    assert unassigned_wh(line) == 40
    check_books(line, meter1=40)


def test_a_meter_that_was_changed_in_mid_charge():
    """No difference crosses meters: each has its own account."""
    line, session = begun()
    line.tick(HOUR_MS)
    complete(line, session, 9_000, start_register_wh=8_000, started_at_ms=line.now_ms - HOUR_MS, **METER2)
    assert places(line, session) == (500, 0, 0)
    assert (unassigned_wh(line), unassigned_wh(line, "meter2")) == (0, 1_000)
    check_books(line)


# --- words that come late ---


def test_a_replaced_board_tells_its_end():
    line, session = begun()
    line.says("operator_request", "operator", cp_id="cp_001", action="replace")
    register(line, board="mon2", engine_board="eng2", meter_id="meter2", register_wh=7)
    assert tickets(line, session) == [(500, 12 + 1)]  # 12.5 cents
    line.board_says(
        "charge_completion", board=ENGINE, session_id=session, meter_id="meter1", start_register_wh=1_000,
        end_register_wh=1_740, started_at_ms=T0, ended_at_ms=line.now_ms, reason="safe_mode", relay_closed=True,
    )  # fmt: skip
    assert tickets(line, session) == [(500, 13), (240, 6)]  # 740 Wh cost 18.5 cents, less what was billed
    assert line.point().meter_id == "meter2"
    check_books(line)


def test_a_removed_board_tells_its_end():
    line, session = begun()
    line.says("operator_request", "operator", cp_id="cp_001", action="remove")
    complete_as_engine(line, session, 1_740)
    assert sum(energy_wh for energy_wh, _ in tickets(line, session)) == 740
    check_books(line)


def complete_as_engine(line: LineInMemory, session: str, end_wh: int, **fields: Any) -> None:
    told: dict[str, Any] = {
        "session_id": session, "meter_id": "meter1", "start_register_wh": 1_000, "end_register_wh": end_wh,
        "started_at_ms": T0, "ended_at_ms": line.now_ms, "reason": "driver", "relay_closed": True, **fields,
    }  # fmt: skip
    line.board_says("charge_completion", board=ENGINE, **told)


def test_a_stop_that_finds_no_session_overtakes_the_end():
    line, session = begun()
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    answer(line, 2, accepted=False, reason="unknown_session")
    assert (line.session(session).status, tickets(line, session)) == ("completed", [(500, 13)])
    complete_as_engine(line, session, 1_740)
    assert tickets(line, session) == [(500, 13), (240, 6)]
    assert (places(line, session), unassigned_wh(line)) == ((740, 0, 0), 0)
    check_books(line)


def test_a_stop_that_finds_no_session_overtakes_the_whole_charge():
    line = connected()
    session = ask(line)
    answer(line, 1)
    line.tick(HOUR_MS)
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    answer(line, 2, accepted=False, reason="unknown_session")
    start(line, session)
    complete_as_engine(line, session, 1_740)
    assert sum(energy_wh for energy_wh, _ in tickets(line, session)) == 740
    check_books(line)


def test_a_bridge_that_was_away_for_25_hours_brings_a_checkpoint_and_an_end_without_their_start():
    """The log took the start, and lost it."""
    line = connected()
    session = ask(line)
    answer(line, 1)
    line.tick(25 * HOUR_MS)
    assert (line.session(session).status, line.session(session).reason) == ("failed", "lost")
    checkpoint(line, session, 5_000, occurred_at_ms=T0 + HOUR_MS)
    assert (places(line, session), unassigned_wh(line)) == ((0, 0, 0), 4_000)
    complete_as_engine(line, session, 9_000, ended_at_ms=T0 + 2 * HOUR_MS)
    assert (places(line, session), unassigned_wh(line)) == ((8_000, 0, 0), 0)
    assert tickets(line, session) == [(8_000, 200)]
    check_books(line)


def test_what_an_engine_tells_after_its_own_end_is_unbilled():
    line, session = begun()
    complete(line, session, 1_700)
    line.tick(MINUTE_MS)
    checkpoint(line, session, 1_720)
    complete_as_engine(line, session, 1_750)
    assert (places(line, session), tickets(line, session)) == ((700, 0, 50), [(700, 18)])
    check_books(line)


def test_a_late_end_that_cannot_be_is_unbilled():
    line, session = begun()
    line.says("operator_request", "operator", cp_id="cp_001", action="end_session", session_id=session)
    complete_as_engine(line, session, 900_000)
    assert places(line, session) == (500, 0, 898_500)
    assert tickets(line, session) == [(500, 13)]
    check_books(line)


def test_a_late_end_takes_nothing_of_the_next_charge():
    """Another driver's charge began meanwhile, where the first one's meter stood."""
    line, session = begun()
    line.says("operator_request", "operator", cp_id="cp_001", action="end_session", session_id=session)
    driver(line, "bob")
    second = ask(line, "r2", "bob")
    start(line, second, 1_600)
    line.tick(HOUR_MS)
    complete(line, second, 2_600, start_register_wh=1_600)
    complete_as_engine(line, session, 2_000)
    assert (places(line, session), places(line, second)) == ((600, 0, 0), (1_000, 0, 0))
    check_books(line)


# --- where a bill begins and ends ---


def test_a_late_end_takes_nothing_of_a_charge_that_runs():
    line, session = begun()
    line.says("operator_request", "operator", cp_id="cp_001", action="end_session", session_id=session)
    driver(line, "bob")
    line.tick(MINUTE_MS)
    second = ask(line, "r2", "bob")
    start(line, second, 1_600)
    complete_as_engine(line, session, 2_000)
    line.tick(HOUR_MS)
    complete(line, second, 2_600, start_register_wh=1_600)
    assert (places(line, session), places(line, second)) == ((600, 0, 0), (1_000, 0, 0))
    check_books(line)


def test_a_bill_begins_no_lower_than_what_the_meter_told_first():
    line = connected()
    session = ask(line)
    line.tick(HOUR_MS)
    complete(line, session, 1_200, start_register_wh=400)
    assert places(line, session) == (200, 0, 0)
    check_books(line)


def test_an_end_whose_start_cannot_be_is_held():
    """The charge fits into its hour, but its meter cannot have stood there when it began."""
    line = connected()
    session = ask(line)
    line.tick(HOUR_MS)
    complete(line, session, 901_000, start_register_wh=900_000)
    assert (places(line, session), unassigned_wh(line), line.point().register_wh) == ((0, 1_000, 0), 899_000, 1_000)
    check_books(line)


def test_a_bill_begins_where_the_meters_bill_before_it_ends():
    line, session = begun()
    complete(line, session, 3_000)
    line.tick(HOUR_MS)
    second = ask(line, "r2")
    line.tick(HOUR_MS)
    complete(line, second, 4_000, start_register_wh=1_200)
    assert (places(line, session), places(line, second)) == ((2_000, 0, 0), (1_000, 0, 0))
    check_books(line)


@pytest.mark.parametrize("kind", ["charge_started", "meter_checkpoint"])
def test_a_lone_reading_is_judged_before_boards_are_told_its_register(kind: str):
    line = connected()
    session = ask(line)
    fields: dict[str, Any] = {"session_id": session, "meter_id": "meter1", "register_wh": 500_000}
    line.board_says(kind, board=ENGINE, occurred_at_ms=line.now_ms, **fields)
    assert line.dead_codes() == ["implausible"]
    link_up(line, "link2")
    (*_, told) = line.take_commands("register_response")
    assert told["register_wh"] == 1_000


def test_a_checkpoint_of_a_meter_never_heard_of_is_told_to_no_board():
    line = connected()
    session = ask(line)
    checkpoint(line, session, 500_000, **METER2)
    link_up(line, "link2")
    (*_, told) = line.take_commands("register_response")
    assert (told["meter_id"], told["register_wh"]) == ("meter1", 1_000)


def test_the_same_end_told_twice_is_billed_once():
    line, session = begun()
    message_id = reliable_id(ENGINE, line.epoch, 50)
    for _ in range(2):
        complete(line, session, 1_700)
    line.says("meter_checkpoint", "bridge", message_id=message_id, cp_id="cp_001", session_id=session,
              meter_id="meter1", register_wh=1_700, occurred_at_ms=line.now_ms)  # fmt: skip
    assert (places(line, session), tickets(line, session)) == ((700, 0, 0), [(700, 18)])
    check_books(line)
