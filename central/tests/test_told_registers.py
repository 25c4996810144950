"""What tells a register beside readings in mid-charge: unfed completions, registrations, whatever they set."""

from typing import Any

import pytest

from central.model.rows import Meter
from central.tests.books import check_books
from central.tests.charging import answer, ask, charge, checkpoint, complete, connected, driver, register, start
from central.tests.line_in_memory import BOARD, ENGINE, LineInMemory

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def test_a_register_that_an_unfed_completion_tells_has_its_place():
    """It rose while Central heard nothing; the relay of this session never closed."""
    line = connected()
    session = ask(line)
    answer(line, 1)
    line.tick(HOUR_MS)
    complete(line, session, 1_500, start_register_wh=1_500, relay_closed=False)
    row = line.session(session)
    assert (row.status, row.energy_wh, row.unbilled_wh) == ("cancelled", None, 0)
    assert line.rows.one(Meter, "cp_001", "meter1").unassigned_wh == 500
    assert line.point().register_wh == 1_500
    check_books(line)


def test_what_flowed_though_the_engine_says_that_its_relay_never_closed_is_unbilled():
    """A plant that froze while the relay was on its way: current flowed after the engine had given up."""
    line = connected()
    session = ask(line)
    answer(line, 1)
    line.tick(MINUTE_MS)
    complete(line, session, 1_040, reason="fault", fault="relay_stuck", relay_closed=False)
    row = line.session(session)
    assert (row.status, row.energy_wh, row.unbilled_wh, row.tickets) == ("failed", None, 40, 0)
    check_books(line)
    charge(line, "r2")
    check_books(line)


def test_an_unfed_completion_after_the_session_was_given_up():
    line = connected()
    session = ask(line)
    answer(line, 1)
    line.tick(25 * HOUR_MS)
    assert line.session(session).status == "failed"
    complete(line, session, 1_040, start_register_wh=1_030, relay_closed=False)
    row = line.session(session)
    assert (row.status, row.energy_wh, row.unbilled_wh, row.tickets) == ("failed", None, 10, 0)
    check_books(line)


def test_a_registration_with_a_meter_and_no_register_tells_none():
    line = LineInMemory()
    line.board_says("register_request", location="Yard", price_per_kwh=0.25, meter_id="meter1")
    assert line.rows.all(Meter) == []
    driver(line)
    line.says("link_up", "bridge", cp_id="cp_001", link_id="link1", board=BOARD)
    session = ask(line)
    line.board_says("command_response", seq=1, accepted=True)
    fields: dict[str, Any] = {"session_id": session, "meter_id": "meter1", "register_wh": 50_000}
    line.board_says("charge_started", occurred_at_ms=line.now_ms, **fields)
    assert line.dead == []
    assert line.point().register_wh == 50_000


@pytest.mark.parametrize("n", [2, None])
def test_a_registration_that_sets_nothing_tells_its_register_all_the_same(n: int | None):
    """It was overtaken by the one of a wiped meter, or a full journal had no number for it."""
    line = connected()
    register(line, n=3, register_wh=0, location="Wiped")
    line.tick(HOUR_MS)
    told: dict[str, Any] = {"location": "Before", "price_per_kwh": 0.25, "meter_id": "meter1", "register_wh": 3_400}
    message_id = f"{BOARD}.{line.epoch}.{'t7' if n is None else n}"
    line.says("register_request", "bridge", message_id=message_id, id="cp_001", **told)
    assert (line.point().location, line.point().register_wh) == ("Wiped", 3_400)
    assert line.rows.one(Meter, "cp_001", "meter1").unassigned_wh == 2_400
    check_books(line)


def test_a_reading_that_a_registration_overtook_is_no_fall_though_its_clock_was_ahead():
    line = connected()
    session = ask(line)
    answer(line, 1)
    line.tick(HOUR_MS)
    register(line, n=9, register_wh=1_600, occurred_at_ms=line.now_ms)
    fields: dict[str, Any] = {"session_id": session, "meter_id": "meter1", "register_wh": 1_450}
    line.tick(MINUTE_MS)
    line.board_says("meter_checkpoint", board=ENGINE, occurred_at_ms=line.now_ms + HOUR_MS, **fields)
    assert line.rows.one(Meter, "cp_001", "meter1").life == 1
    check_books(line)


def test_a_log_whose_clock_is_half_a_minute_back_stands_still_for_as_long():
    """Too little to be seen as wrong by its mark; but a charge goes on meanwhile."""
    line = connected()
    line.log_ahead_ms = 40_000
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.log_ahead_ms = 0
    line.tick(20_000)
    checkpoint(line, session, 1_070)
    assert line.dead == []
