"""Sequences that Central once got wrong, each with its right values."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wire.ids import reliable_id

from central.model.ids import session_id
from central.model.rows import ChargeRequest, Driver, Fault, Session, Ticket
from central.money.tariff import tariff_of
from central.tests.charging import PRICE_E4, checkpoint, complete, connect, driver, link_up, register, start
from central.tests.line_in_memory import ENGINE, LineInMemory

HOUR_MS = 3_600_000
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Case:
    play: Callable[[LineInMemory], None]
    check: Callable[[LineInMemory], None]


# --- steps ---


def ask(line: LineInMemory, request: str = "r1", driver_id: str = "ada", cp: str = "cp_001", **fields: Any) -> str:
    line.says("charge_request", "api", message_id=request, driver_id=driver_id, cp_id=cp, **fields)
    return session_id(driver_id, request)


def engine_takes(line: LineInMemory, n: int, seq: int = 1) -> None:
    line.board_says("command_response", n, ENGINE, seq=seq, accepted=True)


def engine_reads(line: LineInMemory, kind: str, n: int, session: str, register_wh: int) -> None:
    fields: dict[str, Any] = {"session_id": session, "meter_id": "meter1", "register_wh": register_wh}
    line.board_says(kind, n, ENGINE, occurred_at_ms=line.now_ms, **fields)


def begin(line: LineInMemory, **limits: Any) -> str:
    """A charge of ada on cp_001, its relay closed at 1,000 Wh."""
    connect(line)
    driver(line)
    session = ask(line, **limits)
    engine_takes(line, 1)
    start(line, session)
    return session


# --- what is right ---


def session_of(line: LineInMemory, request: str = "r1", driver_id: str = "ada") -> Session:
    return line.session(session_id(driver_id, request))


def told_by_tickets_wh(line: LineInMemory, session: Session) -> int:
    tickets = [row for row in line.rows.all(Ticket) if row.session_id == session.session_id]
    return sum(json.loads(row.body)["energy_wh"] for row in tickets)


def is_free(line: LineInMemory, driver_id: str = "ada") -> bool:
    return line.rows.one(Driver, driver_id).claim_session_id is None


def request_of(line: LineInMemory, request: str, driver_id: str = "ada") -> ChargeRequest:
    return line.rows.one(ChargeRequest, driver_id, request)


# --- 01: a checkpoint overtakes the start, and tells a register that no relay can carry ---


def checkpoint_before_its_start(line: LineInMemory) -> None:
    connect(line)
    driver(line)
    session = ask(line)
    engine_takes(line, 1)
    engine_reads(line, "meter_checkpoint", 3, session, 1_000_000)
    engine_reads(line, "charge_started", 2, session, 1_000)
    line.tick(HOUR_MS)
    complete(line, session, 4_000)


def checkpoint_without_a_start(line: LineInMemory) -> None:
    connect(line)
    driver(line)
    session = ask(line)
    engine_takes(line, 1)
    engine_reads(line, "meter_checkpoint", 2, session, 1_000_000)
    line.tick(HOUR_MS)
    complete(line, session, 4_000)


def billed_what_flowed(line: LineInMemory) -> None:
    session = session_of(line)
    assert (session.status, session.energy_wh, session.held_wh, session.unbilled_wh) == ("completed", 3_000, 0, 0)
    assert line.point().register_wh == 4_000


# --- 02: the board never comes back ---


def board_gone_in_mid_charge(line: LineInMemory) -> None:
    session = begin(line)
    line.tick(10 * MINUTE_MS)
    checkpoint(line, session, 1_500)
    line.says("link_down", "bridge", cp_id="cp_001", link_id="link1")
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    assert is_free(line)
    connect(line, "cp_002", board="other", link="other1")
    elsewhere = ask(line, "elsewhere", cp="cp_002")
    assert line.session(elsewhere).status == "authorized"
    line.says("charge_stop_request", "api", driver_id="ada", session_id=elsewhere)
    line.says("link_down", "bridge", cp_id="cp_002", link_id="other1")
    line.tick(23 * HOUR_MS)
    ask(line, "r2")


def driver_is_free_and_session_open(line: LineInMemory) -> None:
    session = session_of(line)
    assert (session.status, session.claim_released) == ("in_progress", True)
    assert is_free(line)
    assert request_of(line, "r2").reason == "offline"


# --- 03: the engine was wiped in mid-charge and knows its session no more ---


def engine_forgot_its_session(line: LineInMemory) -> None:
    session = begin(line)
    line.tick(10 * MINUTE_MS)
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    message_id = reliable_id(ENGINE, "f" * 16, 1)
    fields: dict[str, Any] = {"seq": 2, "accepted": False, "reason": "unknown_session"}
    line.says("command_response", "bridge", message_id=message_id, cp_id="cp_001", **fields)
    line.tick(HOUR_MS)
    driver(line, "bob")
    ask(line, "r9", "bob")
    ask(line, "r2")
    line.says("operator_request", "operator", cp_id="cp_001", action="reset")
    line.tick(MINUTE_MS)


def session_closed_at_the_engines_word(line: LineInMemory) -> None:
    session = session_of(line)
    assert (session.status, session.reason, session.energy_wh) == ("completed", "lost", 0)
    assert session.ended_at_ms is not None
    assert session.ended_at_ms <= line.now_ms - HOUR_MS
    assert session_of(line, "r9", "bob").status == "authorized"  # free at once for the next
    assert request_of(line, "r2").reason == "busy"
    assert is_free(line)


# --- 04: one number with two contents; no board says so, but an old log may hold it ---


def registration_under_a_number_that_was_used(line: LineInMemory) -> None:
    register(line, n=1, engine_board=None)
    register(line, n=1)
    link_up(line)
    driver(line)
    session = ask(line)
    engine_takes(line, 1)
    start(line, session)
    line.tick(10 * MINUTE_MS)
    checkpoint(line, session, 1_500)
    line.tick(10 * MINUTE_MS)
    complete(line, session, 3_000, lasted_ms=20 * MINUTE_MS)


def newest_registration_counts(line: LineInMemory) -> None:
    assert line.point().engine_board == ENGINE
    assert (session_of(line).status, session_of(line).energy_wh) == ("completed", 2_000)


# --- 10: the completion of a board that was replaced meanwhile ---


def completion_of_a_replaced_board(line: LineInMemory) -> None:
    session = begin(line)
    line.tick(10 * MINUTE_MS)
    checkpoint(line, session, 1_500)
    line.says("operator_request", "operator", cp_id="cp_001", action="replace")
    register(line, board="mon2", meter_id="meter2", register_wh=0, engine_board="eng2")
    line.tick(MINUTE_MS)
    fields: dict[str, Any] = {"started_at_ms": line.now_ms - 11 * MINUTE_MS, "ended_at_ms": line.now_ms}
    registers: dict[str, Any] = {"start_register_wh": 1_000, "end_register_wh": 4_000, "meter_id": "meter1"}
    line.board_says(
        "charge_completion", 4, ENGINE, session_id=session, reason="vehicle", relay_closed=True, **fields, **registers
    )


def nothing_of_the_old_board_is_dropped(line: LineInMemory) -> None:
    session = session_of(line)
    assert session.status == "completed"
    assert (told_by_tickets_wh(line, session), session.unbilled_wh) in ((500, 2_500), (3_000, 0))


# --- 11: a recovery overtakes its fault ---


def recovery_overtakes_its_fault(line: LineInMemory) -> None:
    connect(line)
    driver(line)
    for n in (3, 2, 3):
        kind, info = ("fault_notification", {"failure_info": "away"}) if n == 2 else ("recovery_notification", {})
        line.board_says(kind, n, fault="central_unreachable", **info)
    line.tick(MINUTE_MS)
    line.says("operator_request", "operator", cp_id="cp_001", action="reset")
    engine_takes(line, 1)
    connect(line, link="link2")
    assert line.point().status == "ACTIVE"
    ask(line)


def no_fault_is_open(line: LineInMemory) -> None:
    assert [row for row in line.rows.all(Fault) if row.cleared_at_ms is None] == []
    assert session_of(line).status == "authorized"


# --- 13: more energy than the money ordered pays ---


def more_than_the_money_pays(line: LineInMemory) -> None:
    session = begin(line, max_cost_minor=30)
    line.tick(HOUR_MS)
    complete(line, session, 2_300)


def bill_ends_at_the_order(line: LineInMemory) -> None:
    session = session_of(line)
    assert (session.cost_minor, session.energy_wh, session.unbilled_wh) == (30, 1_200, 100)
    assert tariff_of(session.tariff).price_e4 == PRICE_E4


# --- 14: the bridge was away for longer than lost_after ---


def completion_after_25_hours(line: LineInMemory) -> None:
    session = begin(line)
    line.tick(25 * HOUR_MS)
    complete(line, session, 9_000, lasted_ms=2 * HOUR_MS)


def whole_charge_is_billed(line: LineInMemory) -> None:
    session = session_of(line)
    numbers = [row.number for row in line.rows.all(Ticket) if row.session_id == session.session_id]
    assert numbers == [1, 2]
    assert (session.status, told_by_tickets_wh(line, session), session.unbilled_wh) == ("completed", 8_000, 0)


# --- 17: the log lost more numbers than the window is wide ---


def numbers_that_the_log_lost(line: LineInMemory) -> None:
    connect(line)
    driver(line)
    line.tick(24 * HOUR_MS)
    register(line, n=100)
    link_up(line, "link2")
    for n in (1, 90):
        line.board_says("status_notification", n, ENGINE, state="idle", vehicle="present")
    session = ask(line)
    engine_takes(line, 91)
    start(line, session)
    line.tick(HOUR_MS)
    complete(line, session, 4_000)
    line.says("operator_request", "operator", cp_id="cp_001", action="replace")
    register(line)


def board_works_on(line: LineInMemory) -> None:
    assert (session_of(line).status, session_of(line).energy_wh) == ("completed", 3_000)
    assert [refused.code for refused in line.dead] == []


CASES: dict[str, Case] = {
    "01_checkpoint_before_start_bills_anything": Case(checkpoint_before_its_start, billed_what_flowed),
    "01b_same_without_start_at_all": Case(checkpoint_without_a_start, billed_what_flowed),
    "02_board_gone_claim_held_24h": Case(board_gone_in_mid_charge, driver_is_free_and_session_open),
    "03_engine_forgot_session_cp_and_claim_held_24h": Case(
        engine_forgot_its_session, session_closed_at_the_engines_word
    ),
    "04_registration_replaced_under_same_n": Case(
        registration_under_a_number_that_was_used, newest_registration_counts
    ),
    "10_replace_drops_old_boards_completion": Case(completion_of_a_replaced_board, nothing_of_the_old_board_is_dropped),
    "11_recovery_overtakes_fault_faulty_for_ever": Case(recovery_overtakes_its_fault, no_fault_is_open),
    "13_bill_above_money_limit": Case(more_than_the_money_pays, bill_ends_at_the_order),
    "14_bridge_away_25h_whole_charge_unbilled": Case(completion_after_25_hours, whole_charge_is_billed),
    "17_log_lost_65_messages_board_shut_out_for_ever": Case(numbers_that_the_log_lost, board_works_on),
}
