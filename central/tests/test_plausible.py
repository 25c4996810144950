"""What can have flowed in the time: stamps of boards that lie, and logs whose clock was wrong."""

import json
from typing import Any

import pytest
from wire.kinds.fields import TIME_MAX_MS, TIME_MIN_MS

from central.model.rows import Alarm, Meter, Ticket
from central.tests.books import check_books
from central.tests.charging import answer, ask, checkpoint, complete, connect, connected, driver, register, start
from central.tests.line_in_memory import ENGINE, LineInMemory

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
AHEAD_MS = (HOUR_MS, 30 * DAY_MS)
MOST_WH_IN_A_MINUTE = 300  # of 16 A: 220 Wh, and 10 s


def charging(line: LineInMemory, request: str = "r1") -> str:
    """A charge that begins at the register that is known."""
    session = ask(line, request)
    answer(line, line.point().seq)
    start(line, session, line.point().register_wh)
    return session


def tell_anything(line: LineInMemory, count: int = 1) -> None:
    """Records of another key of the log: what they are stamped with confirms its clock."""
    for _ in range(count):
        line.says("driver_register", "api", driver_id="someone")


# --- boards that lie ---


@pytest.mark.parametrize("ahead_ms", AHEAD_MS)
def test_a_completion_from_the_future_is_held(ahead_ms: int):
    line = connected()
    session = charging(line)
    complete(line, session, 2_500, started_at_ms=line.now_ms, ended_at_ms=line.now_ms + ahead_ms)
    row = line.session(session)
    assert (row.energy_wh, row.held_wh, row.cost_minor) == (0, 1_500, 0)
    check_books(line)


def test_what_a_meter_can_have_told_in_idle_hours_is_no_charge_of_minutes():
    """A checkpoint of a charge that never began takes the hours before for its own; the end contradicts it."""
    line = connected()
    line.tick(2 * HOUR_MS)
    session = ask(line)
    answer(line, line.point().seq)
    checkpoint(line, session, 21_000)
    line.tick(3 * MINUTE_MS)
    complete(line, session, 1_000, lasted_ms=3 * MINUTE_MS)
    row = line.session(session)
    assert (row.energy_wh, row.held_wh, row.cost_minor) == (0, 20_000, 0)
    check_books(line)


@pytest.mark.parametrize("ahead_ms", AHEAD_MS)
def test_a_checkpoint_from_the_future_counts_as_not_told(ahead_ms: int):
    line = connected()
    session = charging(line)
    line.tick(MINUTE_MS)
    checkpoint(line, session, 2_500, occurred_at_ms=line.now_ms + ahead_ms)
    assert line.dead_codes() == ["implausible"]
    assert line.point().register_wh == 1_000
    check_books(line)


@pytest.mark.parametrize("ahead_ms", AHEAD_MS)
def test_a_start_from_the_future_counts_as_not_told(ahead_ms: int):
    line = connected()
    session = ask(line)
    answer(line, 1)
    fields: dict[str, Any] = {"session_id": session, "meter_id": "meter1", "register_wh": 2_500}
    line.board_says("charge_started", board=ENGINE, occurred_at_ms=line.now_ms + ahead_ms, **fields)
    assert line.dead_codes() == ["implausible"]
    assert (line.session(session).status, line.point().register_wh) == ("authorized", 1_000)


@pytest.mark.parametrize("ahead_ms", AHEAD_MS)
def test_a_registration_from_the_future_raises_no_register(ahead_ms: int):
    line = connected()
    register(line, register_wh=2_500, occurred_at_ms=line.now_ms + ahead_ms)
    assert line.point().register_wh == 1_000
    assert [each.alarm for each in line.rows.all(Alarm)] == ["implausible_register"]
    check_books_without_the_registration(line)


def check_books_without_the_registration(line: LineInMemory) -> None:
    """What is implausible in a registration counts as not told; the rest of it is folded."""
    line.refused += [each for each in line.log if each.message.get("register_wh") == 2_500]
    check_books(line)


def test_a_start_stamped_long_ago_and_an_end_from_the_future_make_no_time():
    line = connected()
    session = ask(line)
    answer(line, 1)
    fields: dict[str, Any] = {"session_id": session, "meter_id": "meter1", "register_wh": 1_000}
    line.board_says("charge_started", board=ENGINE, occurred_at_ms=TIME_MIN_MS, **fields)
    line.tick(MINUTE_MS)
    checkpoint(line, session, 2_500, occurred_at_ms=TIME_MAX_MS - 1)
    complete(line, session, 2_500, started_at_ms=TIME_MIN_MS, ended_at_ms=TIME_MAX_MS - 1)
    assert line.dead_codes() == ["implausible"]
    assert line.session(session).held_wh == 1_500


def test_the_time_between_two_readings_counts_once_however_they_are_stamped():
    """Each was plausible alone: by the time since the start, by that since the reading before, by none at all."""
    line = connected()
    session = charging(line)
    began_ms = line.now_ms
    line.tick(HOUR_MS)
    for rise, stamp_ms in enumerate((began_ms, line.now_ms, None, began_ms, None, line.now_ms), 1):
        checkpoint(line, session, 1_000 + 13_000 * rise, occurred_at_ms=stamp_ms)
    assert line.dead_codes() == ["implausible"] * 5
    line.tick(DAY_MS)
    assert line.session(session).energy_wh == 13_000


def test_readings_that_come_at_once_carry_no_more_than_one():
    """Each may be as old as the newest flash checkpoint; all of them together are no older."""
    line = connected()
    session = charging(line)
    line.tick(MINUTE_MS)
    for register_wh in range(1_030, 4_000, 30):
        checkpoint(line, session, register_wh)
    line.tick(DAY_MS)
    assert 0 < (line.session(session).energy_wh or 0) <= MOST_WH_IN_A_MINUTE


def test_a_lost_charge_is_billed_as_no_more_than_can_have_flowed():
    """Idle for a month, a register may have risen by much; but not in the minute of this session."""
    line = connected()
    line.tick(30 * DAY_MS)
    session = ask(line)
    answer(line, 1)
    line.tick(MINUTE_MS)
    checkpoint(line, session, 900_000, occurred_at_ms=None)
    start(line, session, 1_000)
    line.tick(25 * HOUR_MS)
    row = line.session(session)
    assert (row.status, row.reason, row.energy_wh, row.held_wh) == ("completed", "lost", 0, 899_000)
    check_books(line)


# --- boards that do not, and a log whose clock is wrong ---


def billed_wh(line: LineInMemory, session: str) -> int:
    tickets = [row for row in line.rows.all(Ticket) if row.session_id == session]
    return sum(json.loads(row.body)["energy_wh"] for row in tickets)


def charge_of_an_hour(line: LineInMemory, session: str, *, until_wh: int) -> None:
    """To its end, by a board whose clock is right."""
    began_ms, from_wh = line.now_ms, until_wh - 12_000
    for minute in range(1, 61):
        line.tick(MINUTE_MS)
        if minute % 10 == 0:
            checkpoint(line, session, from_wh + 200 * minute)
    complete(line, session, until_wh, start_register_wh=from_wh, started_at_ms=began_ms)


def assert_this_hour_and_the_next_are_billed(line: LineInMemory, session: str) -> None:
    charge_of_an_hour(line, session, until_wh=13_000)
    assert (billed_wh(line, session), line.session(session).held_wh, line.dead) == (12_000, 0, [])
    line.tick(MINUTE_MS)
    second = charging(line, "r2")
    charge_of_an_hour(line, second, until_wh=25_000)
    assert (billed_wh(line, second), line.dead) == (12_000, [])
    check_books(line)


@pytest.mark.parametrize("ahead_ms", [DAY_MS, -DAY_MS, 30 * MINUTE_MS, -30 * MINUTE_MS])
@pytest.mark.parametrize("other_records", [0, 3])
def test_a_log_whose_clock_steps_in_mid_charge(ahead_ms: int, other_records: int):
    line = connected()
    tell_anything(line, 3)
    session = charging(line)
    line.log_ahead_ms = ahead_ms
    tell_anything(line, other_records)
    assert_this_hour_and_the_next_are_billed(line, session)


@pytest.mark.parametrize("ahead_ms", [DAY_MS, -DAY_MS, 30 * MINUTE_MS, -30 * MINUTE_MS])
@pytest.mark.parametrize("other_records", [0, 3])
def test_a_log_whose_clock_is_put_right_in_mid_charge(ahead_ms: int, other_records: int):
    line = connected()
    tell_anything(line, 3)
    line.log_ahead_ms = ahead_ms
    tell_anything(line, 3)
    session = charging(line)
    line.log_ahead_ms = 0
    tell_anything(line, other_records)
    assert_this_hour_and_the_next_are_billed(line, session)


@pytest.mark.parametrize("ahead_ms", [DAY_MS, 30 * MINUTE_MS])
@pytest.mark.parametrize("other_records", [0, 3])
def test_a_board_whose_clock_is_put_right_with_the_logs(ahead_ms: int, other_records: int):
    line = connected()
    line.log_ahead_ms = ahead_ms
    tell_anything(line, 3)
    session = ask(line)
    answer(line, 1)
    began_ms = line.now_ms + ahead_ms
    fields: dict[str, Any] = {"session_id": session, "meter_id": "meter1", "register_wh": 1_000}
    line.board_says("charge_started", board=ENGINE, occurred_at_ms=began_ms, **fields)
    line.tick(MINUTE_MS)
    checkpoint(line, session, 1_200, occurred_at_ms=line.now_ms + ahead_ms)
    line.log_ahead_ms = 0
    tell_anything(line, other_records)
    for minute in range(2, 61):
        line.tick(MINUTE_MS)
        checkpoint(line, session, 1_000 + 200 * minute)
    complete(line, session, 13_000, started_at_ms=began_ms)
    assert (billed_wh(line, session), line.session(session).held_wh, line.dead) == (12_000, 0, [])
    second = charging(line, "r2")
    charge_of_an_hour(line, second, until_wh=25_000)
    assert (billed_wh(line, second), line.dead) == (12_000, [])
    check_books(line)


@pytest.mark.parametrize("other_records", range(4))
def test_a_completion_that_comes_while_the_logs_clock_stands_still(other_records: int):
    """It was put back by a day; the first two records below have the time of the one before, the third is believed."""
    line = connected()
    tell_anything(line, 3)
    session = charging(line)
    line.tick(HOUR_MS)
    line.log_ahead_ms = -DAY_MS
    tell_anything(line, other_records)
    complete(line, session, 13_000, started_at_ms=line.now_ms - HOUR_MS)
    assert (line.session(session).energy_wh, line.session(session).held_wh) == (12_000, 0)


def test_a_log_that_has_no_clock_yet():
    """Its stamps are of 1970, and move nothing."""
    line = LineInMemory()
    line.log_ahead_ms = -line.now_ms
    connect(line)
    driver(line)
    session = charging(line)
    charge_of_an_hour(line, session, until_wh=13_000)
    assert (billed_wh(line, session), line.session(session).held_wh) == (12_000, 0)


def test_a_single_record_from_the_future_holds_nothing_up():
    line = connected()
    tell_anything(line, 3)
    line.log_ahead_ms = DAY_MS
    session = charging(line)
    line.log_ahead_ms = 0
    for number in range(3):
        line.tick(MINUTE_MS)
        charge_of_an_hour(line, session, until_wh=13_000 + 12_000 * number)
        assert billed_wh(line, session) == 12_000
        session = charging(line, f"r{number + 2}")
    assert line.dead == []


def test_a_register_that_fell_after_the_logs_clock_was_put_back_fell():
    """What was read a day ahead must not make all that is read on that day an older reading."""
    line = connected()
    line.log_ahead_ms = DAY_MS
    tell_anything(line, 3)
    session = ask(line)
    answer(line, 1)
    fields: dict[str, Any] = {"session_id": session, "meter_id": "meter1", "register_wh": 1_000}
    line.board_says("charge_started", board=ENGINE, occurred_at_ms=line.now_ms + DAY_MS, **fields)
    line.log_ahead_ms = 0
    tell_anything(line, 3)
    line.tick(MINUTE_MS)
    checkpoint(line, session, 1_010)
    line.tick(MINUTE_MS)
    checkpoint(line, session, 5)
    assert (line.rows.one(Meter, "cp_001", "meter1").life, line.dead) == (2, [])
    assert "register_fell" in line.session(session).flags


def test_where_the_logs_clock_was_wrong_a_board_is_believed_for_a_day_at_most():
    line = connected()
    tell_anything(line, 3)
    session = charging(line)
    line.tick(MINUTE_MS)
    line.log_ahead_ms = -DAY_MS
    tell_anything(line, 3)
    checkpoint(line, session, 1_000_000, occurred_at_ms=TIME_MAX_MS - 1)
    complete(line, session, 1_000_000, started_at_ms=line.now_ms - MINUTE_MS, ended_at_ms=TIME_MAX_MS - 1)
    assert line.dead_codes() == ["implausible"]
    assert (line.session(session).energy_wh, line.session(session).held_wh) == (0, 999_000)
