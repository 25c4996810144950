"""Which registrations let a board in, and what stays of its predecessor's when it is."""

from typing import Any

import pytest
from wire.ids import lossy_id

from central.fold.apply import apply
from central.model.records import Incoming
from central.model.rows import Fault, Meter
from central.tests.charging import METER, answer, ask, checkpoint, complete, connect, driver, link_up, register, start
from central.tests.line_in_memory import BOARD, ENGINE, EPOCH, LineInMemory

OTHER = "mon2"
OTHER_EPOCH = "ffffffffffffffff"
CHARGE_S = 600
HOUR_MS = 3_600_000


def operator(line: LineInMemory, action: str) -> None:
    line.says("operator_request", "operator", cp_id="cp_001", action=action)


def register_unnumbered(line: LineInMemory, board: str = OTHER, **fields: Any) -> None:
    """As a full journal's."""
    told = {"location": "Yard", "price_per_kwh": 0.25, "engine_board": ENGINE, "engine_epoch": EPOCH, **fields}
    line.says("register_request", "bridge", message_id=lossy_id(board, OTHER_EPOCH, 1), id="cp_001", **told)


def is_let_in(line: LineInMemory, board: str = OTHER, link: str = "next") -> bool:
    line.take_commands()
    link_up(line, link, board=board)
    return line.take_commands("register_response")[0]["accepted"]


def charging() -> tuple[LineInMemory, str]:
    """For ten minutes."""
    line = LineInMemory()
    connect(line)
    register(line, engine_epoch=EPOCH)
    driver(line)
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.now_ms += CHARGE_S * 1_000
    checkpoint(line, session, 2_000)
    line.take_commands()
    return line, session


# --- who is let in ---


def test_registration_without_a_number_binds_where_the_operator_has_made_room():
    line = LineInMemory()
    connect(line)
    register_unnumbered(line)
    assert line.dead_codes() == ["not_bound"]
    assert not is_let_in(line)
    operator(line, "replace")
    register_unnumbered(line)
    assert line.point().board == OTHER
    assert is_let_in(line)


@pytest.mark.parametrize("before", ["nothing", "by hand", "removed"])
def test_registration_without_a_number_binds_where_nobody_is_bound(before: str):
    line = LineInMemory()
    if before == "by hand":
        line.says("register_request", "bridge", id="cp_001", location="", price_per_kwh=1)
    elif before == "removed":
        connect(line)
        operator(line, "remove")
    register_unnumbered(line)
    assert (line.point().board, line.point().removed_at_ms, is_let_in(line)) == (OTHER, None, True)


def test_registration_without_a_number_sets_nothing_of_the_board_that_is_bound():
    line, session = charging()
    before = line.point()
    register_unnumbered(line, BOARD, location="Elsewhere", engine_board="eng9", engine_epoch=OTHER_EPOCH)
    assert line.point() == before
    assert line.session(session).status == "in_progress"


def test_same_registration_is_judged_anew_once_the_operator_has_made_room():
    """A board says it until it is accepted; here it was bound once, so that its numbers are known."""
    line = LineInMemory()
    connect(line)
    operator(line, "replace")
    register(line, board=OTHER)
    register(line, n=7)
    assert (line.dead_codes(), is_let_in(line, BOARD)) == (["not_bound"], False)
    operator(line, "replace")
    register(line, n=7)
    assert (line.point().board, is_let_in(line, BOARD)) == (BOARD, True)


def test_registration_that_was_folded_brings_a_removed_charge_point_back():
    """Its ack was lost, and the operator removed the charge point while it was away."""
    line = LineInMemory()
    connect(line)
    operator(line, "remove")
    register(line, n=1)
    assert (line.point().board, is_let_in(line, BOARD)) == (BOARD, True)


def test_registration_that_is_told_twice_does_nothing_where_its_board_is_bound():
    line = LineInMemory()
    connect(line)
    operator(line, "replace")
    told = next(each for each in line.log if each.message["type"] == "register_request")
    assert apply(line.rows.of("cp_001"), Incoming(*vars(told).values()), line.terms) == []
    assert line.point().replaceable


# --- what stays ---


def test_charge_goes_on_behind_a_new_monitor():
    line, session = charging()
    line.board_says("fault_notification", failure_info="x", fault="central_unreachable")
    line.says("fault_notification", "bridge", message_id="uuid", id="cp_001", failure_info="typed")
    operator(line, "replace")
    line.epoch = OTHER_EPOCH
    register(line, board=OTHER, engine_epoch=EPOCH, register_wh=2_000)
    line.epoch = EPOCH
    assert is_let_in(line)
    point = line.point()
    assert (point.board, point.engine_board, point.engine_epoch) == (OTHER, ENGINE, EPOCH)
    assert (point.session_id, point.replaceable, line.session(session).status) == (session, False, "in_progress")
    assert [each.fault for each in line.rows.all(Fault) if each.cleared_at_ms is None] == ["unspecified"]
    line.now_ms += CHARGE_S * 1_000
    checkpoint(line, session, 3_000)
    complete(line, session, 3_000)
    assert (line.session(session).energy_wh, line.session(session).tickets, line.dead) == (2_000, 1, [])


def test_new_monitor_that_has_not_met_its_engine_yet_ends_nothing():
    line, session = charging()
    operator(line, "replace")
    register(line, board=OTHER, engine_board=None, meter_id=None, register_wh=None, rated_current_ma=None)
    assert (line.point().board, line.point().engine_board, line.point().session_id) == (OTHER, ENGINE, session)


@pytest.mark.parametrize(
    ("told", "engine_board"),
    [
        ({"engine_board": "eng2", "engine_epoch": OTHER_EPOCH}, "eng2"),
        ({"engine_epoch": OTHER_EPOCH}, ENGINE),
        ({"engine_board": None, "engine_epoch": EPOCH}, None),  # its own, on one board
        ({"engine_board": None, "meter_id": "meter2"}, None),
    ],
    ids=["another engine", "a wiped engine", "one board", "another meter"],
)
def test_charge_ends_where_its_engine_is_gone(told: dict[str, Any], engine_board: str | None):
    line, session = charging()
    operator(line, "replace")
    register(line, board=OTHER, **told)
    assert (line.point().board, line.point().engine_board, line.point().session_id) == (OTHER, engine_board, None)
    assert (line.session(session).status, line.session(session).energy_wh) == ("completed", 1_000)


def test_engine_that_becomes_one_with_its_monitor_is_another():
    line, session = charging()
    register(line, engine_board=None, engine_epoch=EPOCH)
    assert (line.point().engine_board, line.session(session).status) == (None, "completed")


def test_charge_that_was_stopped_in_time_is_told_to_stop_behind_the_new_monitor():
    line, session = charging()
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    operator(line, "replace")
    register(line, board=OTHER, engine_epoch=EPOCH)
    link_up(line, "next", board=OTHER)
    assert line.take_commands()[-1]["type"] == "stop_charge"
    assert line.session(session).status == "in_progress"


# --- a registration that waited ---


def test_register_that_came_without_a_time_does_not_make_what_was_read_before_implausible():
    """It waited for ten minutes in a journal; the engine's readings of these come after it."""
    line, session = charging()
    line.now_ms += CHARGE_S * 1_000
    register(line, engine_epoch=EPOCH, register_wh=2_010)
    for minute in (1, 5, 9):
        at_ms = line.now_ms - (10 - minute) * 60_000
        checkpoint(line, session, 2_010 + 100 * minute, occurred_at_ms=at_ms)
    assert line.dead == []
    assert line.rows.one(Meter, "cp_001", METER).register_wh == 2_910


def test_registers_without_a_time_gain_none_by_being_told_often():
    """Each as high as could be: together no more than can have flowed."""
    line = LineInMemory()
    connect(line)
    line.now_ms += HOUR_MS
    for wh in range(1, 40):
        register(line, register_wh=1_000 + wh * 5_000)
    assert line.rows.one(Meter, "cp_001", METER).register_wh < 1_000 + 14_000
