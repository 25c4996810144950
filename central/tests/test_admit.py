"""What the log may hold and the folds never see: each with the code that says why."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire import kinds
from wire.frame import payload_of
from wire.kinds.log import KINDS

from central.model.records import Incoming
from central.model.rows import SeenWindow
from central.reading.admit import DeadLetter, admit
from central.tests.charging import connect
from central.tests.line_in_memory import BOARD, EPOCH, LineInMemory
from eventlog import Record

AT_MS = 1_790_000_000_000
REQUEST = {"type": "charge_request", "message_id": "uuid", "cp_id": "cp_001", "driver_id": "driver_001"}
REGISTER = {"type": "register_request", "message_id": "uuid", "id": "cp_001", "location": "Yard", "price_per_kwh": 0.20}


def record(topic: str, key: str | None, value: bytes, by: str | None) -> Record:
    headers = {} if by is None else {"by": by.encode()}
    raw_key = None if key is None else key.encode()
    return Record(topic, 0, 7, key, value, headers, AT_MS, raw_key)


def said(message: dict[str, Any], by: str | None, topic: str = kinds.CP, key: str | None = "cp_001") -> Record:
    return record(topic, key, json.dumps(message).encode(), by)


def test_the_specifications_messages_are_admitted_to_the_letter() -> None:
    bare = b'{"type":"charge_request","message_id":"uuid","cp_id":"cp_001","driver_id":"driver_001"}'
    found = admit(record("ev.driver", "driver_001", bare, None), AT_MS)
    assert found == Incoming("ev.driver", "driver_001", REQUEST, AT_MS, "")
    for line in (
        b'{"type":"register_request","message_id":"uuid","id":"cp_001","location":"Location_Info","price_per_kwh":0.20}',
        b'{"type":"fault_notification","message_id":"uuid","id":"cp_001","failure_info":"Connection timeout"}',
    ):
        assert isinstance(admit(record("ev.cp", "cp_001", line, "bridge"), AT_MS), Incoming)


BAD = [
    ("not_json", record("ev.cp", "cp_001", b"", "bridge")),
    ("not_json", record("ev.cp", "cp_001", b"hello", "bridge")),
    ("not_json", record("ev.cp", "cp_001", b'"text"', "bridge")),
    ("not_json", record("ev.cp", "cp_001", b"[1]", "bridge")),
    ("not_json", record("ev.cp", "cp_001", b'{"type":"\xff"}', "bridge")),
    ("not_json", record("ev.cp", "cp_001", b'{"type":"register_request","price_per_kwh":NaN}', "bridge")),
    ("not_json", record("ev.cp", "cp_001", b'{"type":"register_request","price_per_kwh":1e999}', "bridge")),
    ("not_json", record("ev.cp", "cp_001", b'{"type":"register_request","n":' + b"9" * 5_000 + b"}", "bridge")),
    ("not_json", record("ev.cp", "cp_001", b'{"a":' * 60_000, "bridge")),
    ("unknown_type", said({"type": "surprise", "message_id": "m"}, "bridge")),
    ("unknown_type", said({"type": ["register_request"], "message_id": "m"}, "bridge")),
    ("unknown_type", said({"message_id": "m"}, "bridge")),
    ("missing_field", said({**REGISTER, "location": None}, "bridge")),
    ("missing_field", said({key: value for key, value in REGISTER.items() if key != "message_id"}, "bridge")),
    ("out_of_bounds", said({**REGISTER, "price_per_kwh": -0.2}, "bridge")),
    ("bad_field", said({**REGISTER, "price_per_kwh": "0.2"}, "bridge")),
    ("bad_field", said({**REGISTER, "price_per_kwh": True}, "bridge")),
    ("bad_field", said({**REGISTER, "id": "x" * 60_000}, "bridge")),
    ("bad_field", said({**REGISTER, "id": "cp/001"}, "bridge")),
    ("bad_field", said({**REGISTER, "location": "a\nb"}, "bridge")),
    ("wrong_topic", said(REQUEST, "api")),
    ("wrong_topic", said({"type": "keepalive"}, "bridge")),
    ("wrong_topic", said({"type": "deadline_passed", "message_id": "m", "key": "cp_001", "deadline_id": "d:1",
                          "generation": 1}, "ticker", kinds.TELEMETRY)),
    ("no_key", said(REGISTER, "bridge", key=None)),
    ("wrong_key", said(REGISTER, "bridge", key="cp_002")),
    ("wrong_key", said(REGISTER, "bridge", key="")),
    ("wrong_origin", said(REGISTER, None)),
    ("wrong_origin", said(REGISTER, "api")),
    ("wrong_origin", said(REGISTER, "Bridge")),
    ("wrong_origin", said(REQUEST, "worker", kinds.DRIVER, "driver_001")),
    ("wrong_origin", said({"type": "driver_register", "message_id": "m", "driver_id": "ada"}, None, kinds.DRIVER,
                          "ada")),
    ("wrong_origin", said({"type": "operator_request", "message_id": "m", "cp_id": "cp_001", "action": "stop"},
                          "bridge")),
    ("wrong_origin", said({"type": "claim_released", "message_id": "m", "driver_id": "ada", "session_id": "s",
                           "cp_id": "cp_001", "outcome": "completed"}, "api", kinds.DRIVER, "ada")),
    ("wrong_origin", said({"type": "link_up", "message_id": "m", "cp_id": "cp_001", "link_id": "l"}, "ticker")),
    ("wrong_origin", said({"type": "silent", "message_id": "m", "cp_id": "cp_001"}, "bridge")),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "bad"), BAD)
def test_a_bad_record_is_a_dead_letter(reason: str, bad: Record) -> None:
    found = admit(bad, AT_MS)
    assert isinstance(found, DeadLetter)
    assert found.reason == reason
    assert found.text
    assert len(found.text) < 600


def test_a_deadline_is_admitted_at_the_topic_of_its_key() -> None:
    message = {"type": "deadline_passed", "message_id": "m", "key": "ada", "deadline_id": "d:1", "generation": 1}
    for topic in (kinds.CP, kinds.DRIVER):
        assert isinstance(admit(said(message, "ticker", topic, "ada"), AT_MS), Incoming)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
values = st.one_of(
    st.binary(max_size=200),
    st.dictionaries(st.text(max_size=8), json_values, max_size=6).map(lambda value: json.dumps(value).encode()),
    st.sampled_from(sorted(KINDS)).map(lambda kind: json.dumps({"type": kind}).encode()),
)


topics = st.sampled_from(["ev.cp", "ev.driver", "ev.site", "ev.telemetry"])


@given(topic=topics, key=st.none() | st.text(max_size=10), value=values)
def test_nothing_that_a_stranger_writes_is_unexpected(topic: str, key: str | None, value: bytes) -> None:
    raw_key = None if key is None else key.encode(errors="replace")
    found = admit(Record(topic, 0, 0, key, value, {"by": b"\xff\xfe"}, AT_MS, raw_key), AT_MS)
    assert isinstance(found, DeadLetter)


@pytest.mark.parametrize("kind", sorted(kinds.KINDS))
def test_every_kind_has_appenders_or_is_not_logged(kind: str) -> None:
    row = kinds.KINDS[kind]
    if row.topic in (kinds.NOT_LOGGED, kinds.COMMANDS):
        return
    by = {"bridge", "api", "operator", "worker", "ticker"}
    message = {"type": kind, "message_id": "m"} | {row.key: "k"}
    admitted = {each for each in by if not _is_wrong_origin(message, row, each)}
    assert admitted
    assert admitted < by


def _is_wrong_origin(message: dict[str, Any], row: kinds.Kind, by: str) -> bool:
    whole = {**{field.name: _any_value(field) for field in row.fields if field.required}, **message}
    found = admit(record(row.topic, "k", payload_of(whole), by), AT_MS)
    assert isinstance(found, Incoming) or found.reason == "wrong_origin", found
    return isinstance(found, DeadLetter)


def _any_value(field: kinds.Field) -> Any:
    made = {
        "int": field.low, "decimal": field.low, "price": field.low, "text": "xyz", "id": "x", "bool": True,
        "ints": [1], "ids": ["x"],
    }  # fmt: skip
    return field.choices[0] if field.sort == "choice" else made[field.sort]


def of_board(n: int, **fields: object) -> Record:
    return said({"message_id": f"{BOARD}.{EPOCH}.{n}", **fields}, "bridge")


def test_state_that_no_table_has_counts_as_unknown_and_the_rest_is_folded():
    told = of_board(5, type="status_notification", cp_id="cp_001", state="hibernating", vehicle="present")
    verdict = admit(told, 1)
    assert isinstance(verdict, Incoming)
    assert (verdict.message["state"], verdict.message["vehicle"], verdict.problem) == ("unknown", "present", None)


def test_heartbeat_of_a_state_that_no_table_has_is_a_sign_of_life_all_the_same():
    said_so = said({"type": "heartbeat", "cp_id": "cp_001", "state": "hibernating"}, "bridge", kinds.TELEMETRY)
    verdict = admit(said_so, 1)
    assert isinstance(verdict, Incoming)
    assert verdict.message["state"] == "unknown"


def test_what_a_board_said_and_no_board_may_say_is_buried_whatever_it_says():
    forged = said({"type": "link_up", "message_id": f"{BOARD}.{EPOCH}.5", "cp_id": "cp_001", "link_id": "l"}, "board")
    verdict = admit(forged, 1)
    assert isinstance(verdict, DeadLetter)
    assert verdict.reason == "wrong_origin"


@pytest.mark.parametrize("fields", [
    {"type": "telepathy", "cp_id": "cp_001"},
    {"type": ["list"], "cp_id": "cp_001"},
    {"cp_id": "cp_001"},
    {"type": "meter_checkpoint", "cp_id": "cp_001"},
    {"type": "status_notification", "cp_id": "cp_001", "state": 7, "vehicle": "present"},
    {"type": "gap", "cp_id": "cp_001", "from": "x", "to": 3},
])  # fmt: skip
def test_numbered_word_that_cannot_be_read_is_counted_and_buried_once(fields: dict[str, object]):
    line = LineInMemory()
    connect(line)
    for _ in range(70):
        line.board_says("status_notification", state="idle", vehicle="absent")
    high = line.rows.one(SeenWindow, "cp_001", BOARD, EPOCH).high_n
    verdict = admit(of_board(high + 1, **fields), line.now_ms)
    assert isinstance(verdict, Incoming)
    line.append([verdict, verdict])
    assert [each.code for each in line.dead] == [verdict.problem.reason if verdict.problem else ""]
    assert line.rows.one(SeenWindow, "cp_001", BOARD, EPOCH).high_n == high + 1


def test_word_of_a_stranger_that_cannot_be_read_leaves_no_row():
    line = LineInMemory()
    connect(line)
    before = line.rows.snapshot()
    told = of_board(3, type="telepathy")
    verdict = admit(replace(told, value=told.value.replace(b"mon1", b"evil")), line.now_ms)
    assert isinstance(verdict, Incoming)
    line.append([verdict])
    assert line.rows.snapshot() == before
