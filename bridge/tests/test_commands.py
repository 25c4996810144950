"""Which records of the commands' topic go to a board, and how they read there."""

import pytest
from wire.check import check
from wire.frame import payload_of
from wire.kinds import COMMANDS

from bridge.commands import Command, command_of
from bridge.decisions import Message
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
def test_what_is_no_command_is_counted(bad: Record):
    assert command_of(bad, NOW_MS, OWN) == "commands_bad"


def test_command_is_sent_as_it_came_with_the_rest_of_its_life():
    command = command_of(record(START | {"expires_at_ms": NOW_MS + 1_500}), NOW_MS, OWN)
    assert command == Command("cp_001", None, accepted=False, message=START | {"ttl_ms": 1_500})


def test_command_without_an_end_has_no_ttl():
    assert command_of(record(dict(START)), NOW_MS, OWN) == Command("cp_001", None, accepted=False, message=dict(START))


@pytest.mark.parametrize("late_ms", [0, 1, 86_400_000])
def test_expired_command_is_counted(late_ms: int):
    assert command_of(record(START | {"expires_at_ms": NOW_MS - late_ms}), NOW_MS, OWN) == "commands_expired"
    assert command_of(record(RESPONSE | {"expires_at_ms": NOW_MS - late_ms}), NOW_MS, OWN) == "commands_expired"


@pytest.mark.parametrize("accepted", [True, False])
def test_register_response_is_stamped_and_goes_to_its_link(accepted: bool):
    command = command_of(record(RESPONSE | {"accepted": accepted}), NOW_MS, OWN)
    assert isinstance(command, Command)
    assert (command.link_id, command.accepted) == ("l1", accepted)
    assert command.message == RESPONSE | {"accepted": accepted, "server_time_ms": NOW_MS} | OWN
    assert check(command.message) is None
