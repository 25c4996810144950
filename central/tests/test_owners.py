"""What its owner no longer has, Central does not keep; and what only seems to be gone, it keeps."""

from collections.abc import Callable
from typing import Any

import pytest

from central.model.rows import Driver
from central.tests.charging import answer, ask, checkpoint, complete, connect, driver, link_up, register, start
from central.tests.line_in_memory import BOARD, ENGINE, EPOCH, LineInMemory

NEW_EPOCH = "ffffffffffffffff"
MINUTE_MS = 60_000


def charging(engine: str | None = ENGINE) -> tuple[LineInMemory, str]:
    """For ten minutes, 1,000 Wh. `engine`: None for one board."""
    line = LineInMemory()
    register(line, engine_board=engine, engine_epoch=EPOCH)
    link_up(line)
    driver(line)
    session = ask(line)
    by = engine or BOARD
    told: dict[str, Any] = {"session_id": session, "meter_id": "meter1", "board": by}
    line.board_says("command_response", seq=1, accepted=True, board=by)
    line.board_says("charge_started", register_wh=1_000, occurred_at_ms=line.now_ms, **told)
    line.now_ms += 10 * MINUTE_MS
    line.board_says("meter_checkpoint", register_wh=2_000, occurred_at_ms=line.now_ms, **told)
    line.take_commands()
    return line, session


def status(line: LineInMemory, session: str | None = None, board: str = BOARD, **fields: Any) -> None:
    told: dict[str, Any] = {"state": "idle", "vehicle": "present", "occurred_at_ms": line.now_ms, **fields}
    line.board_says("status_notification", board=board, session_id=session, **told)


def is_lost(line: LineInMemory, session: str) -> bool:
    """At its last sound reading, its driver and its charge point free."""
    row = line.session(session)
    if row.status == "in_progress":
        return False
    assert (row.status, row.reason, row.energy_wh) == ("completed", "lost", 1_000)
    assert (line.point().session_id, line.rows.one(Driver, "ada").claim_session_id) == (None, None)
    return True


# --- at once ---


def _new_epoch(line: LineInMemory, board: str, say: Callable[[], None]) -> None:
    line.epoch, line.numbers["cp_001", board] = NEW_EPOCH, 0
    say()


GONE: dict[str, Callable[[LineInMemory], None]] = {
    "another engine": lambda line: register(line, engine_board="eng2", engine_epoch=NEW_EPOCH),
    "its epoch in a registration": lambda line: register(line, engine_epoch=NEW_EPOCH),
    "its own first word": lambda line: _new_epoch(line, ENGINE, lambda: answer(line, 1)),
}


@pytest.mark.parametrize("what", GONE)
def test_engine_that_came_back_another_has_lost_its_session(what: str):
    line, session = charging()
    GONE[what](line)
    assert is_lost(line, session)


def test_one_board_with_new_flash_has_lost_its_session():
    line, session = charging(engine=None)
    _new_epoch(line, BOARD, lambda: status(line))
    assert is_lost(line, session)


def test_first_word_of_a_new_epoch_spares_the_session_that_it_names():
    line, session = charging(engine=None)
    _new_epoch(line, BOARD, lambda: status(line, session, state="charging"))
    assert not is_lost(line, session)


def test_word_of_an_epoch_before_changes_nothing():
    line, _ = charging()
    line.epoch = NEW_EPOCH
    register(line, engine_epoch=NEW_EPOCH)
    line.board_says("command_response", board=ENGINE, n=1, seq=1, accepted=True)
    second = ask(line, "r2")
    answer(line, 2)
    start(line, second, 2_000)
    line.epoch = EPOCH
    line.board_says("command_response", board=ENGINE, seq=1, accepted=True)
    register(line, n=90, engine_epoch=EPOCH)
    assert not is_lost(line, second)
    assert line.point().engine_epoch == NEW_EPOCH


def test_monitor_with_new_flash_or_without_its_engine_ends_nothing():
    line, session = charging()
    register(line, engine_board=None, meter_id=None, register_wh=None)
    line.epoch, line.numbers["cp_001", BOARD] = NEW_EPOCH, 0
    register(line, engine_board=None, meter_id=None, register_wh=None)
    register(line, engine_epoch=EPOCH)
    assert not is_lost(line, session)
    assert line.point().engine_board == ENGINE


def test_start_that_was_not_answered_yet_is_not_lost_with_the_engine_before():
    line = LineInMemory()
    connect(line)
    register(line, engine_epoch=EPOCH)
    driver(line)
    session = ask(line)
    register(line, engine_epoch=NEW_EPOCH)
    assert line.session(session).status == "authorized"


def test_stop_of_a_session_that_the_engine_does_not_know_ends_it():
    line, session = charging()
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    answer(line, 2, accepted=False, reason="unknown_session")
    assert is_lost(line, session)


# --- after a minute ---


def test_status_without_its_session_ends_it_after_a_minute():
    line, session = charging()
    line.now_ms += 1_000
    status(line)
    line.tick(MINUTE_MS - 1)
    status(line)  # repeated, it puts nothing off
    assert not is_lost(line, session)
    line.tick(1)
    assert is_lost(line, session)


@pytest.mark.parametrize("fields", [{"state": "charging"}, {"occurred_at_ms": 1_750_000_000_000 + 10 * MINUTE_MS}])
def test_status_that_says_or_knows_nothing_ends_nothing(fields: dict[str, Any]):
    """That it charges; or of a time at which it charged: a full journal held the status back."""
    line, session = charging()
    line.now_ms += 1_000
    status(line, **fields)
    line.tick(10 * MINUTE_MS)
    assert not is_lost(line, session)


LATER_WORDS: dict[str, Callable[[LineInMemory, str], None]] = {
    "a reading": lambda line, session: checkpoint(line, session, 2_010),
    "a status that names it": lambda line, session: status(line, session, state="charging"),
    "a stop that it takes": lambda line, session: answer(line, 2),
    "a stop that it took before": lambda line, session: answer(line, 2, accepted=False, reason="already_ran"),
}


@pytest.mark.parametrize("what", LATER_WORDS)
def test_later_word_about_the_session_keeps_it(what: str):
    """On a split charge point the monitor's status overtakes the engine's completion."""
    line, session = charging()
    line.now_ms += 1_000
    line.says("charge_stop_request", "api", driver_id="ada", session_id=session)
    status(line)
    line.tick(30_000)
    LATER_WORDS[what](line, session)
    line.tick(10 * MINUTE_MS)
    assert not is_lost(line, session)
    complete(line, session, 2_010, lasted_ms=line.now_ms - line.session(session).requested_at_ms)
    assert (line.session(session).energy_wh, line.session(session).tickets) == (1_010, 1)
