"""When something happened, of boards that can only tell their uptime."""

from typing import cast

import pytest
from wire import ids
from wire.frame import parse
from wire.kinds.fields import TIME_MIN_MS

from bridge.decisions import Append, Decision, Message
from bridge.tests.saying import EPOCH, NOW_MS, board_line, fault, hear, heartbeat, register, rid


def occurred(decision: Decision) -> object:
    assert isinstance(decision, Append)
    return parse(decision.value).get("occurred_at_ms")


def test_uptime_of_a_boot_heard_on_this_line_becomes_the_time():
    line = board_line(register(uptime_ms=10_000, boot=3))
    assert occurred(hear(line, fault(uptime_ms=4_000, boot=3), NOW_MS + 500)) == NOW_MS - 6_000


NOT_STAMPED: list[tuple[str, Message]] = [
    ("an earlier boot", fault(uptime_ms=4_000, boot=2)),
    ("no boot", fault(uptime_ms=4_000)),
    ("no uptime", fault(boot=3)),
    ("another board", fault(uptime_ms=4_000, boot=3, message_id=rid(2, "eng1"))),
    ("no board's id", fault(uptime_ms=4_000, boot=3, message_id="uuid")),
]


@pytest.mark.parametrize("said", [row[1] for row in NOT_STAMPED], ids=[row[0] for row in NOT_STAMPED])
def test_unknown_boot_gets_no_time(said: Message):
    line = board_line(register(uptime_ms=10_000, boot=3, engine_board="eng1"))
    assert occurred(hear(line, said)) is None


def test_boards_own_time_stands():
    line = board_line(register(uptime_ms=10_000, boot=3))
    assert occurred(hear(line, fault(uptime_ms=4_000, boot=3, occurred_at_ms=NOW_MS - 9))) == NOW_MS - 9


def test_time_is_never_in_the_future_nor_before_our_clocks():
    line = board_line(register(uptime_ms=10_000, boot=3))
    assert occurred(hear(line, fault(uptime_ms=99_000, boot=3))) == NOW_MS
    line = board_line(register(uptime_ms=1 << 50, boot=3))
    stamp = occurred(hear(line, fault(uptime_ms=0, boot=3)))
    assert stamp is None or cast(int, stamp) >= TIME_MIN_MS


def test_engines_boot_is_learned_from_what_it_says_live():
    line = board_line(register(engine_board="eng1"))
    live = heartbeat(message_id=ids.lossy_id("eng1", EPOCH, 1), uptime_ms=70_000, boot=9)
    assert isinstance(hear(line, live), Append)
    assert occurred(hear(line, fault(message_id=rid(1, "eng1"), uptime_ms=69_000, boot=9))) == NOW_MS - 1_000
