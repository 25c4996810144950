"""Which board speaks for a charge point, and who holds its link."""

from typing import Any

import pytest

from central.model.records import Incoming
from central.model.rows import ChargingPoint, Fault, LastSeen, SeenWindow
from central.tests.charging import answer, ask, charge, checkpoint, connect, connected, link_up, register, start
from central.tests.line_in_memory import T0, LineInMemory, made_id

OTHER = "mon2"


def by_hand(line: LineInMemory, message_id: str = "uuid", **fields: Any) -> None:
    told: dict[str, Any] = {"location": "Location_Info", "price_per_kwh": 0.20, **fields}
    line.says("register_request", "bridge", message_id=message_id, id="cp_001", **told)


def test_first_registration_creates_and_binds():
    line = LineInMemory()
    register(line)
    point = line.point()
    assert (point.board, point.engine_board, point.location, point.price_e4) == ("mon1", "eng1", "Yard", 2_500)
    assert (point.meter_id, point.register_wh, point.rated_current_ma) == ("meter1", 1_000, 16_000)
    assert (point.status, point.registered_at_ms) == ("DISCONNECTED", T0)


def test_location_follows_the_newest_registration_and_the_price_does_not():
    line = LineInMemory()
    register(line)
    register(line, location="Garage", price_per_kwh=0.99)
    assert (line.point().location, line.point().price_e4) == ("Garage", 2_500)


def test_other_board_is_refused_and_changes_nothing_while_the_first_charges():
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.take_commands()
    before = line.point()
    register(line, board=OTHER, location="Elsewhere", price_per_kwh=9)
    link_up(line, "link2", board=OTHER)
    line.board_says("fault_notification", board=OTHER, failure_info="x", fault="relay_welded")
    checkpoint(line, session, 1_001)
    assert line.dead_codes() == ["not_bound", "not_bound"]
    (told,) = line.take_commands()
    assert (told["type"], told["link_id"], told["accepted"], told["reason"]) == (
        "register_response", "link2", False, "not_bound",
    )  # fmt: skip
    assert line.rows.all(Fault) == []
    assert (line.point().board, line.point().link_id) == (before.board, "link1")
    assert [row.board for row in line.rows.all(SeenWindow)] == ["eng1", "mon1"]  # a stranger leaves no row


@pytest.mark.parametrize("kind", ["charge_started", "meter_checkpoint"])
def test_reading_without_a_boards_id_is_refused_on_a_bound_charge_point(kind: str):
    line = connected()
    session = ask(line)
    line.says(kind, "bridge", cp_id="cp_001", session_id=session, meter_id="meter1", register_wh=5)
    assert line.dead_codes() == ["not_bound"]
    assert line.session(session).status == "authorized"


def test_board_speaks_for_no_charge_point_that_never_registered():
    line = LineInMemory()
    line.board_says("status_notification", state="idle", vehicle="absent")
    assert line.dead_codes() == ["unknown_charge_point"]
    assert line.rows.table == {}


def test_replaced_board_hands_over_when_the_next_registers_and_not_before():
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.tick(600_000)
    checkpoint(line, session, 1_500)
    line.says("operator_request", "operator", cp_id="cp_001", action="replace")
    line.tick(60_000)
    checkpoint(line, session, 1_600)  # what it still has to tell is heard
    register(line)  # and its own reconnection uses nothing up
    line.board_says("fault_notification", failure_info="hot", fault="over_temperature")
    register(line, board=OTHER, engine_board=None, meter_id="meter2", register_wh=3)
    point = line.point()
    assert (point.board, point.engine_board, point.link_id, point.session_id) == (OTHER, None, None, None)
    assert (point.meter_id, point.register_wh, point.replaceable) == ("meter2", 3, False)
    row = line.session(session)
    assert (row.status, row.reason, row.energy_wh) == ("completed", "lost", 600)
    assert all(fault.cleared_at_ms is not None for fault in line.rows.all(Fault))
    register(line)
    assert line.dead_codes() == ["not_bound"]


def test_next_board_is_not_told_what_was_meant_for_the_one_before():
    line = connected()
    ask(line)
    line.says("operator_request", "operator", cp_id="cp_001", action="stop")
    line.says("operator_request", "operator", cp_id="cp_001", action="replace")
    line.take_commands()
    register(line, board=OTHER)
    link_up(line, "link2", board=OTHER)
    assert [each["type"] for each in line.take_commands()] == ["register_response", "stop_service"]
    line.tick(10_000)
    assert {each["type"] for each in line.take_commands()} == {"stop_service"}


def test_registration_by_hand_creates_an_unbound_charge_point_that_a_board_may_bind():
    line = LineInMemory()
    by_hand(line)
    link_up(line, board=None)
    assert (line.point().board, line.point().status, line.point().price_e4) == (None, "ACTIVE", 2_000)
    connect(line, link="link2")
    assert (line.point().board, line.point().link_id, line.point().price_e4) == ("mon1", "link2", 2_000)


def test_registration_by_hand_never_rebinds():
    line = LineInMemory()
    connect(line)
    by_hand(line)
    line.says("operator_request", "operator", cp_id="cp_001", action="replace")
    by_hand(line, "uuid2")
    assert line.dead_codes() == ["not_bound", "not_bound"]
    assert line.point().board == "mon1"
    line.take_commands()
    link_up(line, "link2", board=None)
    assert [each["accepted"] for each in line.take_commands()] == [False]


def test_link_up_without_a_registration_is_answered_with_no():
    line = LineInMemory()
    link_up(line)
    (told,) = line.take_commands()
    assert (told["accepted"], told["reason"], told["in_service"]) == (False, "not_registered", False)
    assert line.rows.all(ChargingPoint) == []


def test_link_up_is_answered_with_the_last_known_register():
    line = connected()
    charge(line)
    line.take_commands()
    register(line, register_wh=12)  # a board whose flash was reformatted
    link_up(line, "link2")
    (told,) = line.take_commands()
    assert (told["accepted"], told["in_service"], told["meter_id"], told["register_wh"]) == (
        True, True, "meter1", 3_000,
    )  # fmt: skip
    assert told["expires_at_ms"] == line.now_ms + 30_000


def test_last_link_holds_and_a_link_down_of_another_changes_nothing():
    line = LineInMemory()
    connect(line, link="link1")
    link_up(line, "link2")
    line.says("link_down", "bridge", cp_id="cp_001", link_id="link1", reason="closed")
    assert (line.point().link_id, line.point().status) == ("link2", "ACTIVE")
    line.says("link_down", "bridge", cp_id="cp_001", link_id="link2")
    assert (line.point().link_id, line.point().status) == (None, "DISCONNECTED")


def test_silence_shows_and_ends_no_session():
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.says("silent", "ticker", cp_id="cp_001")
    assert line.point().status == "DISCONNECTED"
    assert line.session(session).status == "in_progress"
    line.says("heard", "ticker", cp_id="cp_001")
    assert line.point().status == "CHARGING"
    line.says("silent", "ticker", cp_id="cp_001")
    link_up(line, "link2")
    assert line.point().status == "CHARGING"


def test_silence_counts_only_in_its_time_and_only_where_nothing_was_logged_since():
    line = LineInMemory()
    connect(line)

    def is_silent(after_ms: int, last_at_ms: int) -> bool:
        line.now_ms = T0 + after_ms
        told = {"cp_id": "cp_001", "last_at_ms": last_at_ms, "limit_ms": 60_000, "at_ms": T0 + 90_000}
        message = {"type": "silent", "message_id": made_id(after_ms, last_at_ms), **told}
        line.append([Incoming("ev.cp", "cp_001", message, line.now_ms, "ticker")])
        return line.point().silent

    assert not is_silent(59_999, T0), "too early by the record's time"
    link_up(line, "link2")
    assert not is_silent(80_000, T0), "heard since"
    assert is_silent(59_998, T0 - 2), "what it was heard at lies in the future: the clock was put right"
    link_up(line, "link3")
    assert is_silent(119_999, T0 + 59_999)


def test_refused_records_do_not_use_up_a_boards_window():
    line = LineInMemory()
    connect(line)
    for _ in range(100):
        checkpoint(line, made_id("a session of another log"), 5)
    assert set(line.dead_codes()) == {"unknown_session"}
    register(line, location="Still heard")
    assert line.point().location == "Still heard"


def test_number_that_jumps_is_refused_and_the_next_is_heard():
    line = LineInMemory()
    connect(line)
    line.board_says("register_request", n=10**9, location="Far", price_per_kwh=1)
    line.numbers["cp_001", "mon1"] = 1
    register(line, location="Near")
    assert line.dead_codes() == ["n_jump"]
    assert line.point().location == "Near"


def test_line_that_comes_up_is_a_sign_of_life_also_where_its_registration_was_folded_before():
    """A registration without its ack is sent again under its number, by which it is a duplicate."""
    line = LineInMemory()
    connect(line)
    line.now_ms += 600_000
    line.says("silent", "ticker", cp_id="cp_001")
    line.board_says("register_request", n=1, location="Yard", price_per_kwh=0.25)
    link_up(line, "link2")
    assert line.rows.one(LastSeen, "cp_001").at_ms == line.now_ms
    line.now_ms += 600_000
    link_up(line, "link3", board=OTHER)
    assert line.rows.one(LastSeen, "cp_001").at_ms == line.now_ms - 600_000


def test_what_a_bound_board_says_is_a_sign_of_life_and_what_is_said_by_hand_is_not():
    line = LineInMemory()
    connect(line)
    line.now_ms += 5_000
    line.says("fault_notification", "bridge", message_id="uuid", id="cp_001", failure_info="Connection timeout")
    assert line.rows.one(LastSeen, "cp_001").at_ms == T0
    line.board_says("status_notification", board="eng1", state="idle", vehicle="absent")
    assert line.rows.one(LastSeen, "cp_001").at_ms == T0 + 5_000
    assert (line.point().engine_state, line.point().vehicle) == ("idle", "absent")
