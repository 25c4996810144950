"""What MQTT may bring."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.frame import parse
from wire.kinds import TELEMETRY

from bridge.decisions import Message
from bridge.telemetry import hear

DATA: Message = {
    "type": "charging_data", "cp_id": "cp_001", "state": "charging", "meter_id": "m1", "register_wh": 5,
    "session_energy_wh": 1, "power_w": 7000, "current_ma": 30000, "voltage_mv": 230000, "limit_ma": 32000,
    "limit_reason": "rated",
}  # fmt: skip
TOPIC = "wattline/cp_001/telemetry"


def test_charging_data_of_its_topics_charge_point_is_appended():
    append = hear(TOPIC, json.dumps(DATA).encode())
    assert append is not None
    assert (append.topic, append.key, append.reliable) == (TELEMETRY, "cp_001", False)
    assert parse(append.value) == DATA


def test_state_that_this_bridge_does_not_know_is_no_mistake():
    assert hear(TOPIC, json.dumps(DATA | {"state": "suspended"}).encode()) is not None


REFUSED: list[tuple[str, str, bytes]] = [
    ("another charge point", "wattline/cp_002/telemetry", json.dumps(DATA).encode()),
    ("a heartbeat", TOPIC, json.dumps({"type": "heartbeat", "cp_id": "cp_001", "state": "idle"}).encode()),
    ("a recovery", TOPIC, b'{"type":"recovery_notification","message_id":"a","id":"cp_001","cp_id":"cp_001"}'),
    ("a command", TOPIC, json.dumps({"type": "stop_service", "cp_id": "cp_001", "seq": 1}).encode()),
    ("a bad field", TOPIC, json.dumps(DATA | {"power_w": 1e9}).encode()),
    ("no json", TOPIC, b"\x00\xff"),
    ("nothing", TOPIC, b""),
    ("a megabyte", TOPIC, json.dumps(DATA | {"x": "y" * 1_000_000}).encode()),
    ("a tag", TOPIC, json.dumps(DATA).encode() + b"*00000000"),
]


@pytest.mark.parametrize(("topic", "payload"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_anything_else_is_refused(topic: str, payload: bytes):
    assert hear(topic, payload) is None


@given(topic=st.text(max_size=40), payload=st.binary(max_size=300))
def test_nothing_raises(topic: str, payload: bytes):
    assert hear(topic, payload) is None
