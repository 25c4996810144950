"""Registers into energy: meters that change or fall, rises that cannot be, words that come late, and the clock."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.fold.clock import clamped, stamp
from central.fold.meters import Limit
from central.model.rows import Ticket
from central.model.terms import Terms
from central.tests.charging import answer, ask, checkpoint, complete, connect, connected, driver, register, start
from central.tests.line_in_memory import T0, LineInMemory

HOUR_MS = 3_600_000


def charging(terms: Terms | None = None) -> tuple[LineInMemory, str]:
    """A charge that began at 1,000 Wh."""
    line = LineInMemory(terms)
    connect(line)
    driver(line)
    session = ask(line)
    answer(line, 1)
    start(line, session)
    return line, session


def billed(line: LineInMemory, session: str) -> tuple[int | None, int, int, str]:
    row = line.session(session)
    assert row.energy_wh is None or row.energy_wh == (row.end_register_wh or 0) - (row.start_register_wh or 0)
    return row.energy_wh, row.held_wh, row.unbilled_wh, row.flags


def test_energy_is_end_less_start_and_not_what_checkpoints_say():
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 2_000)
    complete(line, session, 2_345)
    assert billed(line, session) == (1_345, 0, 0, "")


def test_another_meter_closes_at_the_last_checkpoint():
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 2_000)
    complete(line, session, 9_000, meter_id="meter2", start_register_wh=8_000)
    assert billed(line, session) == (1_000, 0, 0, "meter_changed")


def test_checkpoint_of_another_meter_freezes_the_bill():
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 2_000)
    checkpoint(line, session, 2_100, meter_id="meter2")
    checkpoint(line, session, 2_200)
    complete(line, session, 2_300)
    assert billed(line, session) == (1_000, 0, 0, "meter_changed")


@pytest.mark.parametrize("end_wh", [0, 999, 1_999])
def test_register_that_fell_closes_at_the_last_checkpoint(end_wh: int):
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 2_000)
    complete(line, session, end_wh)
    assert billed(line, session) == (1_000, 0, 0, "register_fell")


def test_register_that_fell_without_a_checkpoint_bills_nothing():
    line, session = charging()
    complete(line, session, 10)
    assert billed(line, session) == (0, 0, 0, "register_fell")
    assert line.rows.one(Ticket, session, 1)


def test_register_that_fell_and_rose_again_closes_where_it_fell():
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 2_000)
    line.tick(60_000)
    checkpoint(line, session, 500)
    complete(line, session, 2_400)
    assert billed(line, session) == (1_000, 0, 0, "register_fell")


def test_checkpoint_overtaken_by_a_newer_one_is_no_fall():
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 2_000)
    checkpoint(line, session, 1_900, occurred_at_ms=line.now_ms - 60_000)
    checkpoint(line, session, 1_950, occurred_at_ms=None)
    complete(line, session, 2_300)
    assert billed(line, session) == (1_300, 0, 0, "")


def test_rise_beyond_rated_power_is_held_whole():
    line, session = charging()
    line.tick(HOUR_MS)
    complete(line, session, 1_000 + 13_200 + 40)  # 16 A on three phases and a tenth: 13.2 kW, and 10 s
    assert billed(line, session) == (0, 13_240, 0, "held")
    assert line.session(session).cost_minor == 0
    assert line.session(session).status == "completed"


def test_rise_up_to_rated_power_is_billed():
    line, session = charging()
    line.tick(HOUR_MS)
    complete(line, session, 1_000 + 13_200)
    assert billed(line, session) == (13_200, 0, 0, "")


def test_what_was_plausible_before_a_rise_that_is_held_is_billed():
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 5_000)
    checkpoint(line, session, 900_000)
    complete(line, session, 900_000)
    assert billed(line, session) == (4_000, 895_000, 0, "held")


def test_fast_plant_meters_more_in_the_same_time():
    line, session = charging(Terms(plant_speed=20))
    line.tick(HOUR_MS)
    complete(line, session, 1_000 + 200_000)
    assert billed(line, session) == (200_000, 0, 0, "")


def test_duration_counts_where_only_the_clock_was_wrong():
    """The board's clock was an hour slow at the end; that it charged for an hour, its two stamps still say."""
    line, session = charging()
    line.tick(HOUR_MS)
    complete(line, session, 11_000, started_at_ms=T0 - HOUR_MS, ended_at_ms=T0)
    assert billed(line, session) == (10_000, 0, 0, "")


def test_made_up_duration_does_not_make_a_rise_plausible():
    line, session = charging()
    line.tick(HOUR_MS)
    complete(line, session, 1_000_000, started_at_ms=T0 - 900 * HOUR_MS, ended_at_ms=T0)
    assert billed(line, session)[:2] == (0, 999_000)


@given(st.integers(1_000, 125_000), st.integers(0, 10 * HOUR_MS), st.integers(1, 100))
def test_what_a_relay_carries_is_never_held(rated_ma: int, duration_ms: int, speed: int):
    carried_wh = rated_ma * 3 * 250 * duration_ms * speed // (1_000 * HOUR_MS)
    assert Limit(rated_ma, speed).most_wh(duration_ms) > carried_wh


def test_completion_overtakes_start_and_checkpoints():
    line = connected()
    session = ask(line)
    answer(line, 1)
    line.tick(HOUR_MS)
    complete(line, session, 3_000)
    start(line, session, 1_000)
    checkpoint(line, session, 2_500)
    row = line.session(session)
    assert (row.status, row.started_at_ms) == ("completed", T0)
    assert billed(line, session) == (2_000, 0, 0, "")
    assert line.dead == []
    assert line.point().status == "ACTIVE"


def test_stop_whose_answer_overtakes_the_whole_charge_ends_nothing():
    """The log was away for its length; what the engine says now arrives before what it could not say then."""
    line = connected()
    session = ask(line)
    line.tick(HOUR_MS)
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    answer(line, 2, accepted=False, reason="already_ran")
    assert line.session(session).status == "authorized"
    start(line, session)
    complete(line, session, 3_000)
    assert billed(line, session) == (2_000, 0, 0, "")


def test_checkpoint_overtakes_start():
    line = connected()
    session = ask(line)
    line.tick(60_000)
    checkpoint(line, session, 1_100)
    start(line, session, 1_000)
    line.tick(HOUR_MS)
    complete(line, session, 3_000)
    assert billed(line, session) == (2_000, 0, 0, "")


def test_lost_charge_is_billed_to_its_last_checkpoint_and_its_late_completion_corrects_that():
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 2_000)
    line.tick(25 * HOUR_MS)
    row = line.session(session)
    assert (row.status, row.reason, row.energy_wh, row.ended_at_ms) == ("completed", "lost", 1_000, T0 + HOUR_MS)
    assert row.claim_released
    complete(line, session, 2_750, ended_at_ms=T0 + 2 * HOUR_MS, started_at_ms=T0)
    assert billed(line, session) == (1_750, 0, 0, "")
    row = line.session(session)
    assert (row.status, row.reason, row.cost_minor) == ("completed", "lost", 44)
    costs = [json.loads(each.body)["cost_minor"] for each in line.rows.all(Ticket)]
    assert costs == [25, 19]


def test_checkpoint_puts_off_that_a_charge_counts_as_lost():
    line, session = charging()
    for _ in range(5):
        line.tick(23 * HOUR_MS)
        checkpoint(line, session, line.session(session).last_register_wh or 1_000)
    assert line.session(session).status == "in_progress"


def test_lost_before_it_began_is_failed_and_what_flowed_after_all_is_billed():
    line = connected()
    session = ask(line)
    answer(line, 1)
    line.tick(25 * HOUR_MS)
    assert (line.session(session).status, line.session(session).reason) == ("failed", "lost")
    line.take_commands()
    start(line, session)
    assert [each["type"] for each in line.take_commands()] == ["stop_charge"]  # nobody would pay for it
    complete(line, session, 1_400)
    assert billed(line, session) == (400, 0, 0, "")
    assert (line.session(session).status, len(line.rows.all(Ticket))) == ("failed", 1)


def test_charge_that_runs_on_after_it_counted_as_lost_is_stopped():
    """What it takes from now on nobody would pay for."""
    line, session = charging()
    line.tick(25 * HOUR_MS)
    line.take_commands()
    for register_wh in (2_000, 2_100):
        checkpoint(line, session, register_wh)
    (stop,) = line.take_commands()
    assert (stop["type"], stop["session_id"]) == ("stop_charge", session)
    complete(line, session, 2_200, reason="operator")
    assert billed(line, session) == (1_200, 0, 0, "late")
    assert line.take_commands() == []


def test_reading_that_its_completion_overtook_stops_nothing():
    line, session = charging()
    line.tick(HOUR_MS)
    complete(line, session, 2_000)
    line.take_commands()
    start(line, session)
    checkpoint(line, session, 1_900)
    assert line.take_commands() == []


def test_lost_charge_whose_start_was_never_told_bills_nothing():
    line = connected()
    session = ask(line)
    checkpoint(line, session, 1_100)
    line.tick(60_000)
    checkpoint(line, session, 1_150)
    line.tick(25 * HOUR_MS)
    assert line.session(session).status == "completed"
    assert billed(line, session) == (0, 0, 0, "unheard")


def test_held_energy_is_not_also_late():
    line, session = charging()
    complete(line, session, 900_000)
    checkpoint(line, session, 800_000)
    assert billed(line, session)[2:] == (0, "held")


@pytest.mark.parametrize(
    ("told_ms", "expected"), [(T0 - 5, T0), (T0 + 5, T0 + 5), (T0 + 500, T0 + 100), (1, T0)]
)
def test_clock_is_held_between_previous_reading_and_record(told_ms: int, expected: int):
    assert clamped(told_ms, T0, T0 + 100) == expected
    assert stamp({"occurred_at_ms": told_ms}, T0, T0 + 100).at_ms == expected


@given(st.integers(), st.integers(0, 10**13), st.integers(0, 10**13))
def test_held_time_lies_in_its_bounds(told_ms: int, one_ms: int, other_ms: int):
    earliest_ms, record_ms = sorted((one_ms, other_ms))
    assert earliest_ms <= clamped(told_ms, earliest_ms, record_ms) <= record_ms


def test_missing_stamp_is_the_records_time_flagged():
    line = connected()
    session = ask(line)
    line.tick(2_000)
    line.board_says("charge_started", board="eng1", session_id=session, meter_id="meter1", register_wh=1_000)
    assert line.session(session).started_at_ms == T0 + 2_000
    assert line.session(session).flags == "time_from_log"


def test_board_with_a_wrong_clock_makes_no_strange_times():
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 1_500, occurred_at_ms=T0 + 30 * 60_000)
    complete(line, session, 1_600, started_at_ms=1_577_836_800_000, ended_at_ms=4_000_000_000_000)
    row = line.session(session)
    assert (row.started_at_ms, row.ended_at_ms) == (T0, T0 + HOUR_MS)


def test_register_known_of_a_meter_is_the_highest_told():
    line, session = charging()
    line.tick(HOUR_MS)
    checkpoint(line, session, 2_000)
    checkpoint(line, session, 1_900, occurred_at_ms=T0)
    assert line.point().register_wh == 2_000
    complete(line, session, 2_400)
    register(line, register_wh=7)
    assert (line.point().meter_id, line.point().register_wh) == ("meter1", 2_400)
    register(line, meter_id="meter2", register_wh=7)
    assert (line.point().meter_id, line.point().register_wh) == ("meter2", 7)


def test_session_keeps_the_price_it_was_authorized_under():
    line, session = charging()
    line.says("operator_request", "operator", cp_id="cp_001", action="price_change", price_per_kwh=0.9)
    line.tick(HOUR_MS)
    complete(line, session, 3_000)
    assert line.session(session).cost_minor == 50
    assert line.point().price_e4 == 9_000


