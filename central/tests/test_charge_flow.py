"""Charges end to end through the folds of drivers and charge points."""

from collections.abc import Callable
from typing import Any

import pytest
from wire.ids import MAX_N
from wire.kinds.fields import ENERGY_MAX_WH

from central.fold.dedup import SEEN_FOR_MS
from central.model.rows import ChargeRequest, Session, Ticket
from central.tests.charging import answer, ask, charge, claim, complete, connect, driver, link_up, register, start
from central.tests.line_in_memory import LineInMemory, made_id

HOUR_MS = 3_600_000


def ready(*cps: str) -> LineInMemory:
    """Connected charge points and the driver ada."""
    line = LineInMemory()
    for cp in cps or ("cp_001",):
        connect(line, cp, board=f"board-{cp}" if cps else "mon1")
    driver(line)
    line.take_commands()
    return line


def request(line: LineInMemory, name: str = "r1", driver_id: str = "ada") -> tuple[str, str | None]:
    row = line.rows.one(ChargeRequest, driver_id, made_id(name))
    return row.state, row.reason


def test_charge_from_request_to_ticket():
    line = ready()
    session = charge(line)
    row = line.session(session)
    assert (row.status, row.energy_wh, row.cost_minor, row.reason) == ("completed", 2_000, 50, "vehicle")
    assert (row.started_at_ms, row.ended_at_ms) == (line.now_ms - HOUR_MS, line.now_ms)
    assert (claim(line), request(line)) == (None, ("released", "vehicle"))
    assert line.rows.one(Ticket, session, 1).driver_id == "ada"
    assert line.point().status == "ACTIVE"
    assert line.dead == []


def test_claim_stands_from_request_to_end():
    line = ready()
    session = ask(line)
    assert (claim(line), request(line), line.point().status) == (session, ("claimed", None), "CHARGING")


@pytest.mark.parametrize(
    ("asked", "told_wh"),
    [
        ({}, None),
        ({"max_energy_wh": 700}, 700),
        ({"max_cost_minor": 100}, 4_000),
        ({"max_cost_minor": 100, "max_energy_wh": 5_000}, 4_000),
        ({"max_cost_minor": 100, "max_energy_wh": 3_000}, 3_000),
    ],
)
def test_start_carries_the_least_of_the_limits(asked: dict[str, Any], told_wh: int | None):
    line = ready()
    session = ask(line, max_duration_s=600, **asked)
    (told,) = line.take_commands("start_charge")
    assert (told["session_id"], told.get("max_energy_wh"), told["max_duration_s"]) == (session, told_wh, 600)


@pytest.mark.parametrize("price", [0.0001, 0.2])
def test_money_for_more_than_a_meter_can_count_is_no_limit_that_breaks_the_start(price: float):
    line = ready()
    line.says("operator_request", "operator", cp_id="cp_001", action="price_change", price_per_kwh=price)
    session = ask(line, max_cost_minor=MAX_N)
    (told,) = line.take_commands("start_charge")
    assert (line.session(session).status, told["max_energy_wh"]) == ("authorized", ENERGY_MAX_WH)


def operator(action: str, **fields: float) -> Callable[[LineInMemory], None]:
    return lambda line: line.says("operator_request", "operator", cp_id="cp_001", action=action, **fields) and None


REFUSALS: list[tuple[str, Callable[[LineInMemory], object], dict[str, Any]]] = [
    ("offline", lambda line: line.says("link_down", "bridge", cp_id="cp_001", link_id="link1"), {}),
    ("offline", lambda line: line.says("silent", "ticker", cp_id="cp_001"), {}),
    ("faulty", lambda line: line.board_says("fault_notification", failure_info="x"), {}),
    ("out_of_service", operator("stop"), {}),
    ("busy", lambda line: (driver(line, "eve"), ask(line, "r0", "eve")), {}),
    ("price_changed", operator("price_change", price_per_kwh=0.26), {"price_per_kwh": 0.25}),
    ("limit_too_small", operator("price_change", price_per_kwh=900), {"max_cost_minor": 50}),
]


@pytest.mark.parametrize(("reason", "before", "asked"), REFUSALS)
def test_charge_point_refuses_with_its_reason(
    reason: str, before: Callable[[LineInMemory], object], asked: dict[str, Any]
):
    line = ready()
    before(line)
    line.take_commands()
    session = ask(line, **asked)
    row = line.session(session)
    assert (row.status, row.reason, row.claim_released) == ("failed", reason, True)
    assert (claim(line), request(line)) == (None, ("refused", reason))
    assert line.take_commands() == []
    assert line.dead == []


@pytest.mark.parametrize("shown", [0.25, 0.3, None])
def test_price_that_is_no_dearer_than_shown_is_taken(shown: float | None):
    line = ready()
    assert line.session(ask(line, price_per_kwh=shown)).status == "authorized"


def test_unknown_charge_point_gives_the_claim_back_without_a_session():
    line = ready()
    ask(line, cp="cp_999")
    assert (claim(line), request(line)) == (None, ("refused", "unknown_charge_point"))
    assert line.rows.all(Session) == []


def test_unknown_driver_is_refused_without_a_session():
    line = ready()
    ask(line, driver_id="stranger")
    assert request(line, driver_id="stranger") == ("refused", "unknown_driver")
    assert (line.rows.all(Session), line.point().status) == ([], "ACTIVE")


def test_one_driver_charges_at_one_point_at_a_time():
    line = ready("cp_001", "cp_002")
    first = ask(line, "r1", cp="cp_001")
    second = ask(line, "r2", cp="cp_002")
    assert request(line, "r2") == ("refused", "already_charging")
    assert [row.session_id for row in line.rows.all(Session)] == [first]
    assert (claim(line), first != second) == (first, True)


def test_two_drivers_at_one_point():
    line = ready()
    driver(line, "bob")
    session = ask(line, "r1", "ada")
    ask(line, "r1", "bob")  # the same message_id by chance
    assert (request(line, "r1", "ada"), request(line, "r1", "bob")) == (("claimed", None), ("refused", "busy"))
    assert (claim(line, "ada"), claim(line, "bob"), line.point().session_id) == (session, None, session)


def test_same_request_again_is_the_same_charge():
    line = ready()
    sessions = {ask(line) for _ in range(3)}
    assert len(line.rows.all(Session)) == len(sessions) == 1
    assert len(line.take_commands("start_charge")) == 1


def test_same_request_long_after_is_still_the_same_charge():
    """Ids leave the table of those seen after 30 days; what a driver asked for is remembered with the charge."""
    line = ready("cp_001", "cp_002")
    session = ask(line, cp="cp_001")
    answer(line, 1, cp="cp_001")
    start(line, session, cp="cp_001")
    line.tick(HOUR_MS)
    complete(line, session, 3_000, cp="cp_001")
    before = line.session(session)
    line.tick(2 * SEEN_FOR_MS)
    line.take_commands()
    for cp in ("cp_001", "cp_002"):
        assert ask(line, cp=cp) == session
        line.tick(2 * SEEN_FOR_MS)
    assert (line.session(session), request(line), claim(line)) == (before, ("released", "vehicle"), None)
    assert line.take_commands("start_charge") == []
    assert ask(line, "r2", cp="cp_002") == claim(line)


def test_stop_by_the_driver():
    line = ready()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    assert line.session(session).status == "in_progress"
    line.tick(HOUR_MS)
    complete(line, session, 1_800, reason="driver")
    assert (line.session(session).reason, line.session(session).energy_wh) == ("driver", 800)


def test_stop_of_anothers_session_is_refused():
    line = ready()
    session = ask(line)
    driver(line, "eve")
    line.take_commands()
    line.says("charge_stop_request", "api", driver_id="eve", session_id=session)
    assert (line.dead_codes(), line.take_commands()) == (["unknown_session"], [])
    line.says("charge_stop", "worker", cp_id="cp_001", driver_id="eve", session_id=session)
    assert (line.dead_codes(), line.take_commands()) == (["unknown_session", "not_yours"], [])


def test_stop_of_a_finished_or_refused_charge_does_nothing():
    line = ready()
    done = charge(line)
    refused = ask(line, "r2", cp="cp_999")
    line.take_commands()
    for session in (done, refused):
        line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    assert (line.take_commands(), line.dead, line.session(done).status) == ([], [], "completed")


def test_engine_refuses():
    line = ready()
    session = ask(line)
    answer(line, 1, accepted=False, reason="pause")
    row = line.session(session)
    assert (row.status, row.reason, claim(line), request(line)) == ("failed", "pause", None, ("released", "pause"))
    assert line.point().status == "ACTIVE"


@pytest.mark.parametrize(("reason", "status"), [("driver", "cancelled"), ("vehicle", "cancelled"), ("fault", "failed")])
def test_start_whose_relay_never_closed(reason: str, status: str):
    line = ready()
    session = ask(line)
    answer(line, 1)
    complete(line, session, 1_000, relay_closed=False, reason=reason, lasted_ms=0)
    row = line.session(session)
    assert (row.status, row.reason, row.energy_wh, row.cost_minor) == (status, reason, None, None)
    assert (claim(line), line.point().status, line.rows.all(Ticket)) == (None, "ACTIVE", [])


def test_start_that_expired_and_a_completion_long_after_touch_no_other_claim():
    line = ready("cp_001", "cp_002")
    first = ask(line, "r1", cp="cp_001")
    line.says("link_down", "bridge", cp_id="cp_001", link_id="link1")
    line.tick(60_000)
    assert (claim(line), request(line)) == (None, ("released", "no_answer"))
    assert line.session(first).status == "authorized"
    second = ask(line, "r2", cp="cp_002")
    assert claim(line) == second
    answer(line, 1, cp="cp_002")
    link_up(line, "link2", board="board-cp_001")
    line.tick(HOUR_MS)
    start(line, first)  # the engine had taken it all the same; its journal arrives now
    assert line.point().status == "CHARGING"
    complete(line, first, 2_000)
    assert (line.session(first).status, line.session(first).energy_wh) == ("completed", 1_000)
    assert line.rows.one(Ticket, first, 1)
    assert (claim(line), request(line, "r2"), line.session(second).status) == (second, ("claimed", None), "authorized")


def test_claim_is_released_once():
    line = ready()
    session = ask(line)
    line.tick(60_000)
    start(line, session)
    line.tick(HOUR_MS)
    complete(line, session, 1_500)
    released = [each.message["outcome"] for each in line.log if each.message["type"] == "claim_released"]
    assert released == ["no_answer"]


def test_release_of_another_session_leaves_the_claim():
    line = ready()
    session = ask(line)
    fields = {"driver_id": "ada", "cp_id": "cp_001", "session_id": made_id("another"), "outcome": "completed"}
    line.says("claim_released", "worker", **fields)
    assert (claim(line), request(line)) == (session, ("claimed", None))


def test_next_session_while_one_before_still_runs_is_refused_by_the_engine():
    line = ready()
    first = ask(line)
    line.tick(60_000)
    second = ask(line, "r2")
    start(line, first)
    answer(line, 2, accepted=False, reason="busy")
    assert (line.session(second).status, line.session(second).reason) == ("failed", "busy")
    assert (line.point().session_id, line.point().status) == (first, "CHARGING")


def test_charges_at_two_points_do_not_touch_each_other():
    line = ready("cp_001", "cp_002")
    driver(line, "bob")
    one, two = ask(line, "r1", "ada", "cp_001"), ask(line, "r1", "bob", "cp_002")
    for cp, session in (("cp_001", one), ("cp_002", two)):
        answer(line, 1, cp=cp)
        start(line, session, cp=cp)
    line.says("fault_notification", "bridge", id="cp_001", failure_info="x")
    line.tick(HOUR_MS)
    complete(line, two, 1_500, cp="cp_002")
    assert (line.session(two).energy_wh, line.session(one).status) == (500, "in_progress")
    assert (line.point("cp_001").status, line.point("cp_002").status) == ("FAULTY", "ACTIVE")


def test_completion_of_another_points_session_is_refused():
    line = ready("cp_001", "cp_002")
    session = ask(line, cp="cp_001")
    complete(line, session, 1_500, cp="cp_002")
    assert (line.dead_codes(), line.session(session).status) == (["unknown_session"], "authorized")


def test_charge_after_charge():
    line = ready()
    sessions = [charge(line, f"r{number}", energy_wh=100 * number) for number in range(1, 6)]
    assert [line.session(each).energy_wh for each in sessions] == [100, 200, 300, 400, 500]
    assert line.point().register_wh == 2_500
    register(line)
    assert line.dead == []
