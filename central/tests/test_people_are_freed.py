"""People are freed where their charge point goes away, and nobody is charged who has left long ago."""

from collections.abc import Callable

import pytest

from central.model.ids import session_id
from central.model.rows import ChargeRequest
from central.model.terms import Terms
from central.tests.charging import answer, ask, begin, claim, complete, connect, connected, driver, link_up
from central.tests.line_in_memory import SECOND, LineInMemory, made_id

TERMS = Terms()
HOUR_MS = 3_600_000
SILENT_MS = 120 * SECOND


def charging() -> tuple[LineInMemory, str]:
    """Ada charges at cp_001, and cp_002 is free."""
    line = LineInMemory()
    connect(line)
    connect(line, "cp_002", board="mon2", link="link2")
    return line, begin(line)


def link_down(line: LineInMemory, link: str = "link1") -> None:
    line.says("link_down", "bridge", cp_id="cp_001", link_id=link)


def stop(line: LineInMemory, session: str) -> None:
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)


def stop_then_dark(line: LineInMemory, session: str) -> None:
    stop(line, session)
    assert claim(line) == session  # its engine will answer
    link_down(line)


def dark_then_stop(line: LineInMemory, session: str) -> None:
    link_down(line)
    assert claim(line) == session
    stop(line, session)


def silent_then_stop(line: LineInMemory, session: str) -> None:
    last_at_ms = line.now_ms
    line.tick(SILENT_MS)
    line.says("silent", "ticker", cp_id="cp_001", last_at_ms=last_at_ms, limit_ms=SILENT_MS, at_ms=line.now_ms)
    assert line.point().status == "DISCONNECTED"
    stop(line, session)


@pytest.mark.parametrize("freed_by", [stop_then_dark, dark_then_stop, silent_then_stop])
def test_a_stop_and_a_dark_charge_point_free_the_driver_in_either_order(
    freed_by: Callable[[LineInMemory, str], None],
) -> None:
    line, session = charging()
    freed_by(line, session)
    assert (claim(line), line.session(session).status) == (None, "in_progress")
    other = ask(line, "r2", cp="cp_002")
    assert claim(line) == other


def test_a_charge_point_that_is_dark_frees_its_driver_after_a_while() -> None:
    line, session = charging()
    link_down(line)
    line.tick(TERMS.claim_hold_ms - 1)
    assert claim(line) == session
    line.tick(1)
    assert (claim(line), line.session(session).status) == (None, "in_progress")


def test_a_charge_point_that_is_back_in_time_frees_nobody() -> None:
    line, session = charging()
    link_down(line)
    line.tick(TERMS.claim_hold_ms - SECOND)
    link_up(line, "link2")
    line.tick(TERMS.claim_hold_ms)
    assert claim(line) == session


def test_what_flowed_in_the_dark_is_billed_and_touches_no_other_claim() -> None:
    line, session = charging()
    link_down(line)
    line.tick(TERMS.claim_hold_ms)
    other = ask(line, "r2", cp="cp_002")
    answer(line, 1, cp="cp_002")
    line.tick(HOUR_MS)
    link_up(line, "link2")
    complete(line, session, 3_000)
    row = line.session(session)
    assert (row.status, row.energy_wh, claim(line)) == ("completed", 2_000, other)


def claimed(line: LineInMemory, age_ms: int) -> tuple[str, str | None]:
    """The state of a request whose claim reaches its charge point `age_ms` later."""
    request = made_id("late")
    session = session_id("ada", request)
    told = {"cp_id": "cp_001", "driver_id": "ada", "session_id": session, "request_id": request}
    line.says("charge_claimed", "worker", requested_at_ms=line.now_ms - age_ms, **told)
    row = line.session(session)
    return row.status, row.reason


@pytest.mark.parametrize(
    ("age_ms", "outcome"),
    [
        (-HOUR_MS, ("authorized", None)),  # partitions have clocks of their own
        (5 * SECOND, ("authorized", None)),
        (TERMS.request_ttl_ms, ("authorized", None)),
        (TERMS.request_ttl_ms + 1, ("failed", "expired")),
        (3 * HOUR_MS, ("failed", "expired")),
    ],
)
def test_a_request_that_is_old_starts_nothing(age_ms: int, outcome: tuple[str, str | None]) -> None:
    line = connected()
    assert claimed(line, age_ms) == outcome
    assert bool(line.take_commands("start_charge")) == (outcome[0] == "authorized")


def test_a_driver_whose_request_was_old_hears_it_and_may_ask_again() -> None:
    line = LineInMemory(Terms(request_ttl_ms=-1))  # every request is older
    connect(line)
    driver(line)
    ask(line)
    row = line.rows.one(ChargeRequest, "ada", made_id("r1"))
    assert (row.state, row.reason, claim(line)) == ("refused", "expired", None)
