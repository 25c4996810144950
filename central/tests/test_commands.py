"""Commands: said again until answered or expired, and again when the link is back."""

import pytest

from central.model.rows import Command, Deadline
from central.tests.charging import answer, ask, complete, connected, link_up, register, start
from central.tests.line_in_memory import T0, LineInMemory

HOUR_MS = 3_600_000


def operator(line: LineInMemory, action: str, **fields: float) -> None:
    line.says("operator_request", "operator", cp_id="cp_001", action=action, **fields)


def test_unanswered_command_is_said_again_under_the_same_seq_until_it_expires():
    line = connected()
    session = ask(line)
    line.tick(29_000)
    said = line.take_commands()
    assert [each["type"] for each in said] == ["start_charge"] * 6
    assert {(each["seq"], each["expires_at_ms"]) for each in said} == {(1, T0 + 30_000)}
    assert len({each["message_id"] for each in said}) == 6
    line.tick(60_000)
    assert line.take_commands() == []
    assert line.command(1).state == "expired"
    assert (line.session(session).status, line.session(session).claim_released) == ("authorized", True)
    assert line.point().status == "ACTIVE"


def test_answered_command_is_not_said_again():
    line = connected()
    ask(line)
    answer(line, 1)
    line.take_commands()
    line.tick(60_000)
    assert line.take_commands() == []
    assert line.command(1).state == "accepted"
    assert [row.live for row in line.rows.all(Deadline) if row.deadline_id.startswith("command")] == [False]


def test_link_up_says_again_what_is_unanswered_and_unexpired_in_its_order():
    line = connected()
    session = ask(line)
    operator(line, "reset")
    line.take_commands()
    register(line)
    link_up(line, "link2")
    assert [(each["type"], each.get("seq")) for each in line.take_commands()] == [
        ("register_response", 2), ("start_charge", 1), ("reset_fault", 2),
    ]  # fmt: skip
    assert line.command(1).session_id == session
    line.now_ms += 31_000
    link_up(line, "link3")
    assert [each["type"] for each in line.take_commands()] == ["register_response"]


def test_stop_is_said_again_at_each_link_up_while_its_flag_stands():
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    (stop,) = line.take_commands("stop_charge")
    assert (stop["session_id"], stop["reason"], line.session(session).stop_requested) == (session, "driver", True)
    line.says("link_down", "bridge", cp_id="cp_001", link_id="link1")
    line.tick(HOUR_MS)
    line.take_commands()
    for link in ("link2", "link3"):
        link_up(line, link)
        line.now_ms += 31_000
    stops = line.take_commands("stop_charge")
    assert [each["seq"] for each in stops] == [3, 4]
    complete(line, session, 1_500, reason="driver")
    line.take_commands()
    link_up(line, "link4")
    assert line.take_commands("stop_charge") == []


def test_second_wish_to_stop_says_no_second_command():
    line = connected()
    session = ask(line)
    for _ in range(2):
        line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    assert [each["seq"] for each in line.take_commands("stop_charge")] == [2]


def test_operators_stop_is_said_again_at_link_up_until_this_board_has_taken_it():
    line = connected()
    operator(line, "stop")
    assert line.point().status == "STOPPED"
    line.tick(HOUR_MS)
    line.take_commands()
    link_up(line, "link2")
    told = line.take_commands()
    assert [each["type"] for each in told] == ["register_response", "stop_service"]
    assert told[0]["in_service"] is False
    answer(line, told[1]["seq"])
    link_up(line, "link3")
    assert [each["type"] for each in line.take_commands()] == ["register_response"]
    operator(line, "resume")
    assert [each["type"] for each in line.take_commands()] == ["resume_service"]
    assert line.point().status == "ACTIVE"


@pytest.mark.parametrize("reason", ["superseded", "already_ran"])
def test_answer_that_leaves_open_whether_it_runs_frees_the_driver_only(reason: str):
    line = connected()
    session = ask(line)
    operator(line, "reset")
    answer(line, 1, accepted=False, reason=reason)
    row = line.session(session)
    assert (row.status, row.claim_released, line.point().session_id) == ("authorized", True, None)
    start(line, session)
    line.tick(HOUR_MS)
    complete(line, session, 1_300)
    assert line.session(session).energy_wh == 300


def test_seq_catches_up_with_a_board_that_served_another_log():
    line = connected()
    last_of_board = 2_500
    said: list[int] = []
    while not said or said[-1] <= last_of_board:
        session = ask(line, f"r{len(said)}")
        said += [told["seq"] for told in line.take_commands("start_charge")]
        answer(line, said[-1], accepted=said[-1] > last_of_board, reason="superseded")
        assert line.session(session).status == ("authorized" if said[-1] > last_of_board else "failed")
    assert said == [1, 1_001, 2_001, 3_001]  # never more than 1,000 above the board's last


def test_answer_after_its_expiry_still_counts():
    line = connected()
    session = ask(line)
    line.tick(HOUR_MS)
    answer(line, 1)
    assert (line.command(1).state, line.point().session_id) == ("accepted", session)
    other = ask(line, "r2")
    assert line.session(other).reason == "busy"


def test_refusal_after_its_expiry_ends_the_session():
    line = connected()
    session = ask(line)
    line.tick(HOUR_MS)
    answer(line, 1, accepted=False, reason="expired")
    assert (line.session(session).status, line.session(session).reason) == ("failed", "expired")


def test_first_answer_counts():
    line = connected()
    session = ask(line)
    answer(line, 1)
    answer(line, 1, accepted=False, reason="superseded")
    assert line.session(session).status == "authorized"
    assert line.command(1).state == "accepted"
    assert not line.session(session).claim_released


def test_answer_to_a_command_never_said_is_refused():
    line = connected()
    answer(line, 7)
    assert line.dead_codes() == ["unknown_command"]


def test_expiry_of_a_start_that_runs_frees_nothing():
    line = connected()
    session = ask(line)
    start(line, session)  # its answer is still on the way
    line.tick(HOUR_MS)
    row = line.session(session)
    assert (row.status, row.claim_released, line.point().status) == ("in_progress", False, "CHARGING")


def test_deadline_of_another_generation_does_nothing_and_an_unknown_one_is_refused():
    line = connected()
    ask(line)
    line.take_commands()
    line.says("deadline_passed", "ticker", key="cp_001", deadline_id="command:cp_001:1", generation=2)
    assert line.take_commands() == []
    line.says("deadline_passed", "ticker", key="cp_001", deadline_id="command:cp_001:9", generation=1)
    line.says("deadline_passed", "ticker", key="cp_002", deadline_id="command:cp_001:1", generation=1)
    assert line.dead_codes() == ["unknown_deadline", "unknown_deadline"]


def test_deadline_told_before_its_time_does_nothing_and_counts_when_it_is_told_again():
    """The ticker's clock was ahead."""
    line = connected()
    ask(line)
    line.take_commands()
    due_at_ms = line.rows.one(Deadline, "command:cp_001:1").due_at_ms
    for early_ms, said in ((3_600_000, []), (1, []), (0, ["start_charge"])):
        line.now_ms = due_at_ms - early_ms
        line.says("deadline_passed", "ticker", key="cp_001", deadline_id="command:cp_001:1", generation=1)
        assert [each["type"] for each in line.take_commands()] == said


def test_seq_rises_over_all_kinds():
    line = connected()
    for action in ("stop", "resume", "reset"):
        operator(line, action)
    ask(line)
    assert [row.seq for row in line.rows.all(Command)] == [1, 2, 3, 4]
