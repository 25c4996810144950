"""Faults open and close, the operator acts, and a parked key's charge point is taken out of service."""

from central.fold.faults import MAX_FAULTS
from central.model.records import Incoming, Message
from central.model.rows import ChargingPoint, Fault
from central.tests.charging import answer, ask, complete, connected, link_up, register, start
from central.tests.line_in_memory import T0, LineInMemory


def fault(line: LineInMemory, name: str | None = None, info: str = "hot") -> None:
    line.board_says("fault_notification", failure_info=info, fault=name)


def recover(line: LineInMemory, name: str | None = None) -> None:
    line.board_says("recovery_notification", fault=name)


def operator(line: LineInMemory, action: str, **fields: float) -> None:
    line.says("operator_request", "operator", cp_id="cp_001", action=action, **fields)


def test_limit_is_told_to_the_engine_and_again_at_each_registration():
    line = connected()
    operator(line, "limit", limit_ma=10_000)
    assert line.point().limit_ma == 10_000
    told = line.take_commands("set_limit")[-1]
    assert (told["limit_ma"], told["seq"]) == (10_000, line.point().seq)
    link_up(line, "another")
    assert line.take_commands("register_response")[-1]["limit_ma"] == 10_000
    operator(line, "limit")
    assert line.point().limit_ma is None
    assert "limit_ma" not in line.take_commands("set_limit")[-1]
    link_up(line, "third")
    assert "limit_ma" not in line.take_commands("register_response")[-1]


def test_limit_above_the_provisioned_one_is_refused():
    line = connected()
    operator(line, "limit", limit_ma=16_001)
    assert line.point().limit_ma is None
    assert line.dead_codes() == ["above_rated"]
    assert line.take_commands("set_limit") == []


def test_fault_opens_a_row_and_recovery_closes_it():
    line = connected()
    fault(line, "over_temperature")
    fault(line, "relay_welded")
    assert line.point().status == "FAULTY"
    line.now_ms += 1_000
    recover(line, "over_temperature")
    assert line.point().status == "FAULTY"
    recover(line, "relay_welded")
    assert line.point().status == "ACTIVE"
    row = line.rows.one(Fault, "cp_001", "over_temperature")
    assert (row.info, row.since_ms, row.cleared_at_ms) == ("hot", T0, T0 + 1_000)


def test_fault_that_returns_begins_anew():
    line = connected()
    fault(line, "over_temperature")
    line.now_ms += 1_000
    fault(line, "over_temperature", "hotter")
    row = line.rows.one(Fault, "cp_001", "over_temperature")
    assert (row.info, row.since_ms, row.cleared_at_ms) == ("hotter", T0, None)
    recover(line, "over_temperature")
    line.now_ms += 1_000
    fault(line, "over_temperature")
    assert line.rows.one(Fault, "cp_001", "over_temperature").since_ms == T0 + 2_000


def test_recovery_that_overtakes_its_fault_leaves_none_open():
    line = connected()
    line.board_says("recovery_notification", n=9, fault="weld")
    line.board_says("fault_notification", n=8, fault="weld", failure_info="welded")
    assert (line.point().status, line.dead) == ("ACTIVE", [])
    line.board_says("fault_notification", n=10, fault="weld", failure_info="welded again")
    assert line.point().status == "FAULTY"


def test_status_that_was_overtaken_changes_nothing():
    line = connected()
    line.board_says("status_notification", n=9, state="charging", vehicle="present")
    line.board_says("status_notification", n=8, state="idle", vehicle="absent")
    assert (line.point().engine_state, line.point().vehicle) == ("charging", "present")


def test_board_that_was_wiped_leaves_no_fault_open():
    line = connected()
    fault(line, "weld")
    assert line.point().status == "FAULTY"
    line.epoch = "ffffffffffffffff"
    register(line)
    assert line.point().status == "ACTIVE"


def test_fault_by_hand_is_unspecified_and_closed_by_recovery_or_reset():
    line = connected()
    for number, close in enumerate(("recovery", "reset")):
        told = {"message_id": f"u{number}", "id": "cp_001", "failure_info": "Connection timeout"}
        line.says("fault_notification", "bridge", **told)
        assert (line.point().status, [row.fault for row in line.rows.all(Fault)]) == ("FAULTY", ["unspecified"])
        if close == "recovery":
            recover(line)
        else:
            operator(line, "reset")
        assert line.point().status == "ACTIVE"
    assert [each["type"] for each in line.take_commands()] == ["reset_fault"]


def test_reset_leaves_the_boards_own_faults_to_the_board():
    line = connected()
    fault(line, "relay_welded")
    operator(line, "reset")
    assert line.point().status == "FAULTY"


def test_fault_by_itself_ends_no_session():
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    fault(line, "over_current")
    assert (line.session(session).status, line.point().status) == ("in_progress", "FAULTY")
    line.tick(3_600_000)
    complete(line, session, 1_200, reason="fault", fault="over_current")
    assert (line.session(session).status, line.session(session).energy_wh) == ("completed", 200)


def test_names_of_faults_are_bounded():
    line = connected()
    for number in range(MAX_FAULTS + 3):
        fault(line, f"f{number}")
    assert line.dead_codes() == ["too_many_faults"] * 3
    assert len(line.rows.all(Fault)) == MAX_FAULTS


def test_fault_of_an_unknown_charge_point_is_refused():
    line = LineInMemory()
    line.says("fault_notification", "bridge", id="cp_009", failure_info="x")
    assert line.dead_codes() == ["unknown_charge_point"]


def test_stop_ends_a_charge_by_the_engines_word_and_refuses_the_next():
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    operator(line, "stop")
    assert line.point().status == "CHARGING"
    assert [each["type"] for each in line.take_commands()] == ["start_charge", "stop_service"]
    complete(line, session, 1_200, reason="operator")
    assert (line.point().status, line.session(session).reason) == ("STOPPED", "operator")
    assert line.session(ask(line, "r2")).reason == "out_of_service"
    operator(line, "resume")
    assert line.session(ask(line, "r3")).status == "authorized"


def test_price_change_needs_its_price():
    line = connected()
    operator(line, "price_change")
    assert line.dead_codes() == ["missing_field"]
    operator(line, "price_change", price_per_kwh=0.3512)
    assert line.point().price_e4 == 3_512


def test_operator_of_an_unknown_charge_point_is_refused():
    line = LineInMemory()
    line.says("operator_request", "operator", cp_id="cp_009", action="stop")
    assert line.dead_codes() == ["unknown_charge_point"]


def test_replace_without_a_board_waits_for_nothing():
    line = LineInMemory()
    line.says("register_request", "bridge", id="cp_001", location="", price_per_kwh=1)
    operator(line, "replace")
    assert not line.point().replaceable


def park(line: LineInMemory, kind: str = "key_parked", cp_id: str = "cp_001") -> list[Message]:
    fields = {"offset": 7} if kind == "key_parked" else {}
    line.says(kind, "worker" if fields else "operator", key=cp_id, **fields)
    return line.take_commands()


def test_parked_key_stops_its_charge_point_and_freeing_it_resumes():
    line = connected()
    (stop,) = park(line)
    assert (stop["type"], stop["seq"]) == ("stop_service", 1)
    assert not line.point().stopped
    (resume,) = park(line, "key_unparked")
    assert (resume["type"], resume["seq"]) == ("resume_service", 2)
    link_up(line, "link2")
    assert [each["type"] for each in line.take_commands()] == ["register_response", "resume_service"]


def test_freeing_a_key_keeps_the_operators_stop():
    line = connected()
    operator(line, "stop")
    line.take_commands()
    assert park(line) == park(line, "key_unparked") == []


def test_parking_a_driver_or_an_unknown_charge_point_says_nothing():
    line = connected()
    line.rows.of("ada").put(ChargingPoint("ada"))
    message = {"type": "key_parked", "message_id": "m", "key": "ada", "offset": 7}
    line.append([Incoming("ev.driver", "ada", message, T0, "worker")])
    assert line.take_commands() == []
    assert park(line, cp_id="cp_009") == []


def test_maintenance_is_a_command_to_the_engine_and_ends_no_session_by_itself():
    """The engine ends its charge and says so; it may have been away for long when the command reaches it."""
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.take_commands()
    operator(line, "maintenance")
    assert [each["type"] for each in line.take_commands()] == ["maintenance"]
    assert line.session(session).status == "in_progress"
