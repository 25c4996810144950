"""What a driver or an operator ordered is said again until it has taken effect."""

import pytest

from central.fold.commands import ORDERS
from central.model.rows import Alarm, Deadline
from central.tests.charging import answer, ask, checkpoint, complete, connected, link_up, register, start
from central.tests.line_in_memory import ENGINE, LineInMemory

TTL_MS = 30_000
HOUR_MS = 3_600_000


def charging() -> tuple[LineInMemory, str]:
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.take_commands()
    return line, session


def operator(line: LineInMemory, action: str) -> None:
    line.says("operator_request", "operator", cp_id="cp_001", action=action)


def stop(line: LineInMemory, session: str) -> None:
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)


def said(line: LineInMemory, forward_ms: int) -> list[tuple[str, int]]:
    """What is said new while time passes."""
    line.take_commands()
    line.tick(forward_ms)
    return sorted({(each["type"], each["seq"]) for each in line.take_commands()})


def give_up(line: LineInMemory) -> None:
    line.tick(TTL_MS)
    line.take_commands()


def test_stop_that_expired_is_said_again_at_the_next_reading():
    line, session = charging()
    stop(line, session)
    give_up(line)
    line.now_ms += 30_000
    checkpoint(line, session, 1_050)
    assert [(each["type"], each["session_id"]) for each in line.take_commands()] == [("stop_charge", session)]
    checkpoint(line, session, 1_051)
    assert line.take_commands() == [], "it is being said"


@pytest.mark.parametrize("wish", ["stop", "resume"])
def test_service_that_an_idle_engine_never_heard_of_is_said_again_without_a_word(wish: str):
    line = connected()
    operator(line, wish)
    give_up(line)
    assert said(line, 4 * TTL_MS) == [(f"{wish}_service", 2)]
    answer(line, 2)
    assert said(line, 24 * HOUR_MS) == []


@pytest.mark.parametrize("order", ["stop_charge", *sorted(ORDERS - {"stop_charge"})])
def test_order_that_came_too_late_is_said_again_after_a_pause(order: str):
    line, session = charging()
    if order == "stop_charge":
        stop(line, session)
    else:
        operator(line, order.removesuffix("_service"))
    answer(line, 2, accepted=False, reason="expired")
    assert said(line, 4 * TTL_MS - 1) == [], "never at once: an engine whose clock is wrong would answer for ever"
    assert said(line, 1) == [(order, 3)]


def test_pauses_double_up_to_an_hour():
    line = connected()
    operator(line, "stop")
    give_up(line)
    pauses: list[int] = []
    for _ in range(9):
        (row,) = [each for each in line.rows.all(Deadline) if each.live]
        pauses.append((row.due_at_ms - line.now_ms) // 60_000)
        line.tick(row.due_at_ms - line.now_ms)
        give_up(line)
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_nothing_is_said_to_who_is_away_and_everything_to_who_is_heard_again():
    line, session = charging()
    stop(line, session)
    operator(line, "stop")
    line.says("silent", "ticker", cp_id="cp_001")
    give_up(line)
    assert said(line, 24 * HOUR_MS - TTL_MS - 1) == []
    line.says("heard", "ticker", cp_id="cp_001")
    assert [each["type"] for each in line.take_commands()] == ["stop_charge", "stop_service"]


def test_resume_that_was_never_answered_is_said_again_on_the_next_link():
    line = connected()
    operator(line, "stop")
    answer(line, 1)
    operator(line, "resume")
    line.says("link_down", "bridge", cp_id="cp_001", link_id="link1")
    give_up(line)
    register(line)
    link_up(line, "link2")
    assert [each["type"] for each in line.take_commands()] == ["register_response", "resume_service"]


def test_operators_stop_is_said_again_to_an_engine_that_charges_on():
    line, session = charging()
    operator(line, "stop")
    answer(line, 2)
    line.take_commands()
    line.now_ms += 60_000
    checkpoint(line, session, 1_050)
    assert [each["type"] for each in line.take_commands()] == ["stop_service"]


@pytest.mark.parametrize("reason", ["already_ran", None])
def test_stop_that_was_answered_for_good_is_not_said_again(reason: str | None):
    line, session = charging()
    stop(line, session)
    answer(line, 2, accepted=reason is None, reason=reason)
    line.board_says("status_notification", state="idle", vehicle="present", session_id=session)
    assert said(line, HOUR_MS) == []


def test_order_that_is_over_is_not_said_again():
    line, session = charging()
    stop(line, session)
    give_up(line)
    complete(line, session, 1_050)
    assert said(line, 24 * HOUR_MS) == []


def test_reset_is_not_said_again():
    """Hours later it would clear a fault that the operator never saw."""
    line = connected()
    operator(line, "reset")
    give_up(line)
    assert said(line, 24 * HOUR_MS) == []


@pytest.mark.parametrize("action", ["stop", "resume"])
def test_service_that_a_later_command_overtook_is_said_again_at_once(action: str):
    line = connected()
    operator(line, action)
    operator(line, "reset")
    answer(line, 2)
    line.take_commands()
    answer(line, 1, accepted=False, reason="superseded")
    assert [(each["type"], each["seq"]) for each in line.take_commands()] == [(f"{action}_service", 3)]


def test_engine_that_is_far_ahead_is_an_alarm_and_not_followed():
    line = connected()
    for _ in range(2):
        register(line, last_seq=1_000_001, engine_epoch="ab" * 8)
    (alarm,) = line.rows.all(Alarm)
    assert (alarm.alarm, alarm.subject, line.point().seq) == ("seq_far_ahead", ENGINE, 0)
    register(line, last_seq=1_000_000, engine_epoch="ab" * 8)
    assert line.point().seq == 1_000_000
    operator(line, "stop")
    assert line.take_commands()[-1]["seq"] == 1_000_001


def test_engine_that_refuses_every_seq_is_no_hot_loop():
    line = connected()
    operator(line, "stop")
    for _ in range(5):
        answer(line, line.point().seq, accepted=False, reason="superseded")
    assert len(line.take_commands()) == 1
    assert [kind for kind, _ in said(line, 4 * TTL_MS)] == ["stop_service"]
