"""Which records of the commands' topic go to a board, and how they read there."""

import pytest
from wire.check import check
from wire.frame import payload_of
from wire.kinds import COMMANDS

from bridge.commands import Command, command_of
from bridge.decisions import Message
from bridge.lifetime import aged, begun
from eventlog.port import Record

NOW_MS = 1_800_000_000_000
OWN: Message = {"boot_id": "boot1", "heartbeat_interval_ms": 30_000, "health_interval_ms": 20_000}
START: Message = {"type": "start_charge", "message_id": "c1", "cp_id": "cp_001", "seq": 5, "session_id": "s1"}
RESPONSE: Message = {
    "type": "register_response", "message_id": "r1", "cp_id": "cp_001", "link_id": "l1",
    "accepted": True, "in_service": True, "meter_id": "m1", "register_wh": 17,
}  # fmt: skip


def record(value: Message | bytes, key: str | None = "cp_001", by: bytes | None = b"worker") -> Record:
    raw = value if isinstance(value, bytes) else payload_of(value)
    return Record(COMMANDS, 0, 7, key, raw, {} if by is None else {"by": by}, NOW_MS)


BAD: list[tuple[str, Record]] = [
    ("no json", record(b"\xff\x00")),
    ("a list", record(b"[]")),
    ("unknown kind", record({"type": "self_destruct", "cp_id": "cp_001"})),
    ("a missing field", record({"type": "start_charge", "cp_id": "cp_001"})),
    ("a kind of another topic", record({"type": "silent", "message_id": "x", "cp_id": "cp_001"})),
    ("a kind that is never logged", record({"type": "keepalive", "cp_id": "cp_001"})),
    ("another key", record(dict(START), key="cp_002")),
    ("no key", record(dict(START), key=None)),
    ("a stranger", record(dict(START), by=b"api")),
    ("nobody", record(dict(START), by=None)),
]


@pytest.mark.parametrize("bad", [row[1] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_no_command_is_none(bad: Record):
    assert command_of(bad, OWN) is None


def test_command_is_as_it_came():
    message = START | {"expires_at_ms": NOW_MS}
    assert command_of(record(message), OWN) == Command("cp_001", None, accepted=False, message=message)


@pytest.mark.parametrize("accepted", [True, False])
def test_register_response_goes_to_its_link_with_what_the_bridge_has_to_tell(accepted: bool):
    command = command_of(record(RESPONSE | {"accepted": accepted}), OWN)
    assert command == Command("cp_001", "l1", accepted, RESPONSE | {"accepted": accepted} | OWN)


# --- the time on a command ---


def test_command_is_sent_with_its_end_and_with_the_rest_of_its_life():
    message = START | {"expires_at_ms": NOW_MS + 1_500}
    assert begun(message, NOW_MS) == message | {"ttl_ms": 1_500}


def test_command_without_an_end_has_no_ttl():
    assert begun(START, NOW_MS) == START


@pytest.mark.parametrize("late_ms", [0, 1, 86_400_000])
@pytest.mark.parametrize("message", [START, RESPONSE], ids=["command", "response"])
def test_command_that_has_expired_is_none(message: Message, late_ms: int):
    assert begun(message | {"expires_at_ms": NOW_MS - late_ms}, NOW_MS) is None


def test_register_response_tells_the_time():
    told = RESPONSE | OWN | {"server_time_ms": NOW_MS}
    assert begun(RESPONSE | OWN, NOW_MS) == told
    assert check(told) is None


def test_what_was_held_has_less_to_live_and_tells_a_later_time():
    message = START | {"expires_at_ms": NOW_MS + 1_500, "ttl_ms": 1_500}
    assert aged(message, 1_000) == message | {"ttl_ms": 500}
    assert aged(message, 1_500) is None
    assert aged(RESPONSE | {"server_time_ms": NOW_MS}, 70) == RESPONSE | {"server_time_ms": NOW_MS + 70}
    assert aged(START, 999) == START
