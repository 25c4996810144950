"""What boards say to a conversation, for tests that look at its decisions alone."""

import json

from wire import ids

from bridge.conversation import Conversation
from bridge.decisions import Decision, Message, Register

EPOCH = "0123456789abcdef"
NOW_MS = 1_800_000_000_000


def rid(n: int, board: str = "mon1") -> str:
    return ids.reliable_id(board, EPOCH, n)


def register(n: int = 1, board: str = "mon1", **fields: object) -> Message:
    message: Message = {"type": "register_request", "message_id": rid(n, board), "id": "cp_001"}
    return message | {"location": "Yard", "price_per_kwh": 0.2} | fields


def heartbeat(**fields: object) -> Message:
    return {"type": "heartbeat", "message_id": rid(1)[:-1] + "t1", "cp_id": "cp_001", "state": "idle"} | fields


def fault(**fields: object) -> Message:
    message: Message = {"type": "fault_notification", "message_id": rid(2), "id": "cp_001", "failure_info": "hot"}
    return message | fields


def health_response(**fields: object) -> Message:
    message: Message = {"type": "health_check_response", "message_id": "h1", "id": "cp_001", "state": "idle"}
    own: Message = {"relay_closed": False, "faults": [], "meter_id": "m1", "register_wh": 7, "vehicle": "absent"}
    return message | own | fields


def hear(line: Conversation, message: Message | bytes, now_ms: int = NOW_MS) -> Decision:
    return line.hear(message if isinstance(message, bytes) else json.dumps(message).encode(), now_ms)


def board_line(*registrations: Message) -> Conversation:
    line = Conversation(plain=False)
    for registration in registrations or (register(engine_board="eng1"),):
        assert isinstance(hear(line, registration), Register)
    return line
