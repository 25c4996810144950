"""Boards that are newer than their bridge: what they keep until it is acked is logged and acked, whatever it says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from wire import ids
from wire.appenders import BOARD, BRIDGE
from wire.frame import parse, payload_of
from wire.kinds import CP

from bridge.conversation import Conversation
from bridge.decisions import Append, Bury, Message, Refuse, Register
from bridge.tests.bench import Bench, open_log, records
from bridge.tests.boards import Board, Socket
from bridge.tests.saying import board_line, fault, hear, heartbeat, register, rid

LINK_UP: Message = {"type": "link_up", "message_id": rid(2), "cp_id": "cp_001", "link_id": "forged"}
STATUS: Message = {"type": "status_notification", "message_id": rid(2), "cp_id": "cp_001", "vehicle": "absent"}
BURIED: list[tuple[str, Message, str, str]] = [
    ("a kind it does not know", {"type": "weather_notification", "message_id": rid(2)}, "unknown_type", BRIDGE),
    ("no kind at all", {"message_id": rid(2)}, "unknown_type", BRIDGE),
    ("a field that is missing", fault(failure_info=None), "missing_field", BRIDGE),
    ("a bad field", fault(failure_info=7), "bad_field", BRIDGE),
    ("a value beyond its bounds", fault(occurred_at_ms=5), "out_of_bounds", BRIDGE),
    ("a state that is no word", STATUS | {"state": "charging slowly"}, "bad_field", BRIDGE),
    ("its registration, once it has registered", register(2, price_per_kwh=-1), "out_of_bounds", BRIDGE),
    ("of its engine", {"type": "weather_notification", "message_id": rid(9, "eng1")}, "unknown_type", BRIDGE),
    ("what only servers say", LINK_UP, "wrong_direction", BOARD),
    ("what only servers say, and wrongly", LINK_UP | {"link_id": 7}, "bad_field", BOARD),
    ("a command", {"type": "stop_service", "message_id": rid(2), "cp_id": "c", "seq": 1}, "wrong_direction", BOARD),
]


@pytest.mark.parametrize(("said", "code", "by"), [row[1:] for row in BURIED], ids=[row[0] for row in BURIED])
def test_numbered_message_that_is_refused_is_appended_as_it_came(said: Message, code: str, by: str):
    payload = payload_of(said)
    decision = hear(board_line(), payload)
    assert isinstance(decision, Bury)
    assert decision.refused.answer["code"] == code
    append = decision.append
    assert (append.topic, append.key, append.value, append.by) == (CP, "cp_001", payload, by)
    assert (append.message_id, append.reliable) == (said["message_id"], True)


UNACKED: list[tuple[str, Message]] = [
    ("another board", {"type": "weather_notification", "message_id": rid(2, "stranger")}),
    ("a UUID", {"type": "weather_notification", "message_id": "uuid"}),
    ("a lossy id", {"type": "weather_notification", "message_id": ids.lossy_id("mon1", "0123456789abcdef", 1)}),
    ("no id", {"type": "weather_notification"}),
    ("an id that is no text", {"type": "weather_notification", "message_id": [1]}),
    ("another charge point", fault(id="cp_002")),
    ("a number that no ack can name", {"type": "weather_notification", "message_id": rid(ids.MAX_N + 1)}),
]


@pytest.mark.parametrize("said", [row[1] for row in UNACKED], ids=[row[0] for row in UNACKED])
def test_what_is_not_the_line_s_own_or_not_kept_is_refused_alone(said: Message):
    assert isinstance(hear(board_line(), said), Refuse)


def test_before_the_registration_nothing_is_acked():
    assert isinstance(hear(Conversation(plain=False), BURIED[0][1]), Refuse)


def test_each_charge_point_of_a_line_gets_what_its_own_board_says():
    line = board_line(register(), register(1, "mon2", id="cp_002"))
    decision = hear(line, {"type": "weather_notification", "message_id": rid(2, "mon2")})
    assert isinstance(decision, Bury)
    assert decision.append.key == "cp_002"


KNOWN_BUT_FOR_A_WORD: list[Message] = [
    STATUS | {"state": "suspended"},
    STATUS | {"state": "idle", "vehicle": "asleep"},
    heartbeat(state="suspended"),
]


@pytest.mark.parametrize("said", KNOWN_BUT_FOR_A_WORD, ids=lambda said: said["type"])
def test_unknown_state_is_no_mistake(said: Message):
    decision = hear(board_line(), said)
    assert isinstance(decision, Append)
    assert parse(decision.value) == said


def test_board_with_a_presence_of_its_own_may_register():
    assert isinstance(hear(Conversation(plain=False), register(presence="radar")), Register)


def test_lossy_kind_under_a_number_is_acked_too():
    decision = hear(board_line(), heartbeat(message_id=rid(2)))
    assert isinstance(decision, Append)
    assert decision.reliable


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    log = open_log(tmp_path / "log.db")
    with Bench(log) as running:
        yield running
    log.close()


def test_board_goes_on_after_more_unknown_words_than_its_window_is_wide(bench: Bench):
    with Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        for _ in range(ids.WINDOW + 6):
            board.say(board.reliable("weather_notification", cp_id="cp_001"))
        board.say(board.reliable("link_up", cp_id="cp_001", link_id="forged"))
        board.say(board.checkpoint())
        board.wait_acked(*range(1, ids.WINDOW + 10))
        assert len(board.of_kind("error_response")) == ids.WINDOW + 7, "it hears what was wrong as well"
        assert bench.counters["buried"] == ids.WINDOW + 7
        by = {record.headers["by"] for record in records(bench.log, CP) if b"forged" in record.value}
        assert by == {BOARD.encode()}
