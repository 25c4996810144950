"""An order bounds every bill, also that of a lost charge and of what was held; and what is held waits for a word."""

from typing import Any

import pytest

from central.model.rows import Session
from central.tests.books import check_books, places, tickets
from central.tests.charging import ask, begun, charge, checkpoint, complete, connect, connected, start
from central.tests.line_in_memory import T0, LineInMemory

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


LIMITS: list[tuple[dict[str, Any], int]] = [
    ({"max_energy_wh": 300}, 300), ({"max_cost_minor": 5}, 200), ({"max_duration_s": 1_800}, 250), ({}, 500),
]  # fmt: skip


@pytest.mark.parametrize(("limits", "billed_wh"), LIMITS)
def test_an_order_bounds_the_bill_of_a_lost_charge_and_its_correction(limits: dict[str, Any], billed_wh: int):
    line, session = begun(**limits)
    line.tick(25 * HOUR_MS)
    assert places(line, session) == (billed_wh, 0, 500 - billed_wh)
    complete(line, session, 1_500, started_at_ms=T0, ended_at_ms=T0 + HOUR_MS)
    assert places(line, session) == (billed_wh, 0, 500 - billed_wh)
    check_books(line)


@pytest.mark.parametrize(("limits", "billed_wh"), LIMITS)
def test_an_order_bounds_what_the_operator_accepts(limits: dict[str, Any], billed_wh: int):
    line = connected()
    session = ask(line, **limits)
    start(line, session)
    line.tick(HOUR_MS)
    complete(line, session, 101_000)
    assert places(line, session)[1] == 100_000
    decide(line, "accept_held", session)
    whole_wh = 100_000 if not limits else min(billed_wh, 100_000)
    whole_wh = 50_000 if "max_duration_s" in limits else whole_wh
    assert places(line, session) == (whole_wh, 0, 100_000 - whole_wh)
    assert sum(energy_wh for energy_wh, _ in tickets(line, session)) == whole_wh
    assert (line.session(session).cost_minor or 0) <= limits.get("max_cost_minor", 10**9)
    check_books(line)


# --- what is held ---


def decide(line: LineInMemory, action: str, session: str) -> None:
    line.says("operator_request", "operator", cp_id="cp_001", action=action, session_id=session)


def held() -> tuple[LineInMemory, str]:
    """500 Wh billed, 98,500 held, 200 told late and unbilled."""
    line, session = begun()
    complete(line, session, 100_000)
    line.tick(MINUTE_MS)
    checkpoint(line, session, 100_200)
    assert places(line, session) == (500, 98_500, 200)
    return line, session


def test_what_is_accepted_is_one_more_ticket():
    line, session = held()
    decide(line, "accept_held", session)
    assert (places(line, session), line.session(session).flags) == ((99_000, 0, 200), "late")
    assert tickets(line, session) == [(500, 13), (98_500, 2_475 - 13)]
    check_books(line)


def test_what_is_dropped_is_nothing_to_pay():
    line, session = held()
    decide(line, "drop_held", session)
    assert (places(line, session), line.session(session).flags) == ((500, 0, 98_700), "late")
    assert tickets(line, session) == [(500, 13)]
    check_books(line)


def test_a_session_of_another_charge_point_or_with_nothing_held_is_not_decided():
    line, _ = held()
    plain = charge(line, "r2")
    connect(line, "cp_002", board="other", link="other1")
    for cp_id, session in (("cp_002", line.rows.all(Session)[0].session_id), ("cp_001", plain)):
        line.says("operator_request", "operator", cp_id=cp_id, action="accept_held", session_id=session)
    assert line.dead_codes() == ["unknown_session", "bad_state"]
    check_books(line)
