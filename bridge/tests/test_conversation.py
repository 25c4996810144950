"""What a line may say, as tables: each payload and the decision it leads to."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire import ids
from wire.check import check
from wire.frame import parse
from wire.kinds import BOARDS, CP, DRIVER, TELEMETRY
from wire.kinds.log import KINDS

from bridge.conversation import Conversation
from bridge.decisions import Append, AskHealth, Bury, Ignore, Message, Refuse, Register, TellHealth
from bridge.rules import BOARD_RULES, MAX_CHARGE_POINTS, PLAIN_RULES
from bridge.tests.saying import NOW_MS, board_line, fault, health_response, hear, heartbeat, register, rid
from tools.docs import by_hand


def test_a_board_whose_journal_is_full_registers_under_a_lossy_id() -> None:
    unkept = register() | {"message_id": rid(1)[:-1] + "t1"}
    decision = hear(Conversation(plain=False), unkept)
    assert isinstance(decision, Register)
    assert decision.append.message_id == unkept["message_id"]


REFUSALS: list[tuple[str, Message | bytes, str, str | None]] = [
    ("no json", b"hello", "not_json", None),
    ("no utf-8", b'{"type":"\xff"}', "not_json", None),
    ("a list", b"[1]", "not_json", None),
    ("nan", b'{"type":"heartbeat","x":NaN}', "not_json", None),
    ("infinity", b'{"type":"heartbeat","x":1e999}', "not_json", None),
    ("nested deep", b'{"type":"keepalive","x":' + b"[" * 480 + b"]" * 480 + b"}", "not_json", None),
    ("no type", {"message_id": "a"}, "unknown_type", "type"),
    ("number for type", {"type": 7}, "unknown_type", "type"),
    ("unknown type", {"type": "no_such"}, "unknown_type", "type"),
    ("no state", {"type": "heartbeat", "cp_id": "cp_001"}, "missing_field", "state"),
    ("bad state", heartbeat(state="flying high"), "bad_field", "state"),
    ("true for a number", heartbeat(uptime_ms=True), "bad_field", "uptime_ms"),
    ("1970", heartbeat(occurred_at_ms=5), "out_of_bounds", "occurred_at_ms"),
    ("negative price", register(2, price_per_kwh=-0.1), "out_of_bounds", "price_per_kwh"),
    ("a terminal's control", register(2, location="Yard \x9b31m"), "bad_field", "location"),
    ("a long id", register(2, id="x" * 65), "bad_field", "id"),
    ("reliable without id", fault(message_id=None), "missing_field", "message_id"),
    ("reliable with a lossy id", fault(message_id=rid(1)[:-1] + "t1"), "bad_field", "message_id"),
    ("n beyond small integers", fault(message_id=rid(ids.MAX_N + 1)), "out_of_bounds", "message_id"),
    ("another charge point", heartbeat(cp_id="cp_002"), "not_registered", "cp_id"),
    ("another charge point's fault", fault(id="cp_002"), "not_registered", "id"),
    ("another's fault with a cp_id of our own", fault(id="cp_002", cp_id="cp_001"), "not_registered", "id"),
    ("another board", fault(message_id=rid(2, "stranger")), "not_yours", "message_id"),
    ("another's health", health_response(id="cp_002"), "not_registered", "id"),
    ("an ack", {"type": "ack", "message_id": ["a"]}, "wrong_direction", "type"),
    ("a link_up", {"type": "link_up", "message_id": "a", "cp_id": "cp_001", "link_id": "l"}, "wrong_direction", "type"),
    ("a health question", {"type": "health_check_request", "id": "cp_001", "timestamp": 1}, "wrong_direction", "type"),
    (
        "a charge",
        {"type": "charge_request", "message_id": "a", "cp_id": "c", "driver_id": "d"}, "wrong_direction", "type",
    ),
    (
        "a command",
        {"type": "start_charge", "cp_id": "cp_001", "seq": 1, "session_id": "s"}, "wrong_direction", "type",
    ),
    (
        "the operator",
        {"type": "operator_request", "message_id": "a", "cp_id": "cp_001", "action": "stop"}, "wrong_direction", "type",
    ),
]


@pytest.mark.parametrize(("said", "code", "field"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_bad_message_is_refused_by_code_and_field(said: Message | bytes, code: str, field: str | None):
    decision = hear(board_line(), said)
    decision = decision.refused if isinstance(decision, Bury) else decision
    assert isinstance(decision, Refuse)
    assert decision.answer["code"] == code
    assert decision.answer.get("field") == field
    assert decision.counter == f"refused_{code}"
    assert check(decision.answer) is None
    if isinstance(said, dict) and isinstance(said.get("message_id"), str):
        assert decision.answer["message_id"] == said["message_id"]


def test_what_only_simulated_boards_say_is_refused():
    assert isinstance(hear(board_line(), {"type": "pins", "relay": True}), Refuse)


def test_every_error_code_has_a_row():
    codes = {row[2] for row in REFUSALS} | {"too_many"}
    assert codes >= {"not_json", "unknown_type", "missing_field", "bad_field", "out_of_bounds"}
    assert codes >= {"wrong_direction", "not_registered", "not_yours"}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_boards_may_say_what_the_table_of_kinds_says_and_no_more(name: str):
    kind = KINDS[name]
    said_by_boards = bool(set(kind.speakers) & set(BOARDS))
    assert (name in BOARD_RULES) <= said_by_boards
    typed = {"driver_register", "charge_request", "charge_stop_request", "health_check_request"}
    assert set(PLAIN_RULES) - set(BOARD_RULES) == typed
    if said_by_boards and kind.topic:
        assert name in BOARD_RULES


@pytest.mark.parametrize("said", [heartbeat(), fault(), health_response()], ids=lambda each: each["type"])
def test_nothing_is_said_before_the_registration(said: Message):
    decision = hear(Conversation(plain=False), said)
    assert isinstance(decision, Refuse)
    assert decision.answer["code"] == "not_registered"


def test_registration_is_appended_and_opens_for_its_board_and_engine():
    line = Conversation(plain=False)
    decision = hear(line, register(engine_board="eng1", unknown={"b": 1, "a": [True]}))
    assert isinstance(decision, Register)
    assert (decision.append.topic, decision.append.key, decision.board) == (CP, "cp_001", "mon1")
    assert decision.append.reliable
    assert parse(decision.append.value) == register(engine_board="eng1", unknown={"b": 1, "a": [True]})
    assert isinstance(hear(line, fault(message_id=rid(7, "eng1"))), Append)
    assert isinstance(hear(line, fault(message_id="any-uuid")), Append)


def test_registration_replaces_the_boards_of_the_one_before():
    line = board_line(register(engine_board="eng1"), register(1, "mon2"))
    for board, expected in (("mon1", Refuse), ("eng1", Refuse), ("mon2", Append)):
        assert isinstance(hear(line, fault(message_id=rid(5, board))), expected)


def test_line_carries_several_charge_points_each_with_its_own_boards():
    line = board_line(register(), register(1, "mon2", id="cp_002"))
    assert isinstance(hear(line, fault(message_id=rid(2, "mon2"), id="cp_002")), Append)
    decision = hear(line, fault(message_id=rid(2, "mon1"), id="cp_002"))
    assert isinstance(decision, Refuse)
    assert decision.answer["code"] == "not_yours"


def test_line_carries_no_more_charge_points_than_may_be():
    line = board_line(*(register(number, id=f"cp_{number}") for number in range(1, MAX_CHARGE_POINTS + 1)))
    decision = hear(line, register(99, id="cp_99"))
    assert isinstance(decision, Refuse)
    assert decision.answer["code"] == "too_many"
    assert isinstance(hear(line, register(100, id="cp_1")), Register)


def test_forgotten_charge_point_must_register_again_and_a_newer_registration_stands():
    line = board_line(register(1), register(2))
    line.forget("cp_001", rid(1))
    assert isinstance(hear(line, heartbeat()), Append)
    line.forget("cp_001", rid(2))
    assert isinstance(hear(line, heartbeat()), Refuse)
    line.forget("cp_777", rid(2))


IGNORED: list[tuple[Message, str]] = [
    ({"type": "keepalive"}, "ignored"),
    ({"type": "safe_release", "cp_id": "cp_001"}, "ignored"),
    ({"type": "error_response", "code": "busy", "text": "x"}, "errors_received"),
    ({"type": "error_response", "code": 7}, "errors_received"),
]


@pytest.mark.parametrize(("said", "counter"), IGNORED)
def test_what_means_nothing_to_a_bridge_is_counted_and_never_answered(said: Message, counter: str):
    assert hear(board_line(), said) == Ignore(counter)


def test_heartbeat_goes_to_telemetry_and_is_not_acked():
    decision = hear(board_line(), heartbeat())
    assert isinstance(decision, Append)
    assert (decision.topic, decision.key, decision.reliable) == (TELEMETRY, "cp_001", False)


def test_what_is_said_is_appended_byte_for_byte():
    payload = b'{"cp_id":"cp_001", "x": 1.50, "type":"heartbeat","state":"idle", "y": "\\u00e9"}'
    decision = hear(board_line(), payload)
    assert isinstance(decision, Append)
    assert decision.value == payload


def test_health_answer_is_passed_on():
    decision = hear(board_line(), health_response())
    assert decision == TellHealth("cp_001", health_response())


# --- the plain line ---

TO_THE_LETTER: list[tuple[str, type[object]]] = [
    (by_hand.REGISTER, Register),
    (by_hand.CHARGE, Append),
    (by_hand.HEALTH, AskHealth),
    (by_hand.FAULT, Append),
    (by_hand.RECOVERY, Append),
    (by_hand.DRIVER, Append),
]


@pytest.mark.parametrize(("payload", "expected"), TO_THE_LETTER)
def test_specifications_messages_are_taken_to_the_letter_on_the_plain_line(payload: str, expected: type[object]):
    assert isinstance(Conversation(plain=True).hear(payload.encode(), NOW_MS), expected)


def test_charge_request_goes_to_its_driver():
    decision = Conversation(plain=True).hear(by_hand.CHARGE.encode(), NOW_MS)
    assert isinstance(decision, Append)
    assert (decision.topic, decision.key, decision.reliable) == (DRIVER, "driver_001", True)


def test_plain_line_cannot_speak_as_a_board_that_did_not_register_on_it():
    line = Conversation(plain=True)
    cases: list[tuple[Message, str]] = [
        (fault(), "not_registered"),
        ({"type": "charge_request", "message_id": rid(5), "cp_id": "c", "driver_id": "d"}, "bad_field"),
        (heartbeat(message_id=None), "not_registered"),
    ]
    for said, code in cases:
        decision = hear(line, said)
        assert isinstance(decision, Refuse)
        assert decision.answer["code"] == code


# --- whatever comes ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
FIELDS = sorted({field.name for kind in KINDS.values() for field in kind.fields})
MESSAGES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6)


@given(said=st.binary(max_size=200) | MESSAGES.map(lambda each: json.dumps(each).encode()), plain=st.booleans())
def test_no_payload_raises_and_every_answer_is_a_good_message(said: bytes, plain: bool):
    line = Conversation(plain=plain)
    hear(line, register())
    decision = line.hear(said, NOW_MS)
    if isinstance(decision, Refuse):
        assert check(decision.answer) is None


@given(kind=st.sampled_from(sorted(KINDS)), own=MESSAGES)
def test_no_message_of_a_known_kind_raises(kind: str, own: Message):
    hear(board_line(), json.dumps(fault() | heartbeat() | own | {"type": kind}).encode())


def test_nesting_up_to_the_line_limit_never_raises():
    line = board_line()
    for depth in range(1, 470, 7):
        payload = json.dumps(heartbeat())[:-1].encode() + b',"x":' + b"[" * depth + b"]" * depth + b"}"
        assert isinstance(line.hear(payload, NOW_MS), Append | Refuse)
    assert sys.getrecursionlimit() >= 1_000
