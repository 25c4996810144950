"""A bridge and Central as a board sees them: registers, acks what it took, repeats commands until they are answered.

Bytes in, bytes out; whoever holds it moves them, on a socket or on a virtual line.
"""

import uuid
from collections.abc import Callable
from typing import Any

from wire.check import check
from wire.frame import Decoder, encode, parse
from wire.ids import parse as parse_id
from wire.kinds import BOARDS
from wire.kinds.log import KINDS
from wire.seal import CRC32

Message = dict[str, Any]
Number = tuple[str, str, int]  # board, epoch, n
REPEAT_MS = 2000


class ScriptedBridge:
    """`received`: every message as it came. `taken`: the first of each number, in the order of arrival.

    `problems`: what a bridge would have refused; empty unless the board is wrong.
    """

    def __init__(self, cp_id: str, time_ms: Callable[[], int], known_register: Message | None = None) -> None:
        self.cp_id = cp_id
        self.received: list[Message] = []
        self.taken: dict[Number, Message] = {}
        self.problems: list[str] = []
        self.boot_id = uuid.uuid4().hex
        self.accepts = True
        self.intervals: Message = {}  # that register_response tells boards to keep
        self.acks = True
        self.registrations = 0
        self._time_ms = time_ms
        self._known_register = known_register or {}
        self._unanswered: dict[int, tuple[Message, int]] = {}
        self._seq = 0
        self._begun = False
        self._decoder = Decoder(CRC32)
        self._out = bytearray()

    def connected(self) -> None:
        """A new connection: its first message must register."""
        self._decoder = Decoder(CRC32)
        self._begun = False
        self._out.clear()

    def feed(self, data: bytes) -> None:
        for payload in self._decoder.feed(data):
            self._take(parse(payload))

    def out(self) -> bytes:
        """What goes to the board now."""
        now_ms = self._time_ms()
        for seq, (message, said_ms) in list(self._unanswered.items()):
            if self._begun and now_ms - said_ms >= REPEAT_MS:
                self._unanswered[seq] = (message, now_ms)
                self.say(message)
        data = bytes(self._out)
        self._out.clear()
        return data

    def say(self, message: Message) -> None:
        assert check(message) is None, check(message)
        self.say_unchecked(message)

    def say_unchecked(self, message: Message) -> None:
        """As a bridge of another version might."""
        self._out += encode(message, CRC32)

    def command(self, kind: str, **fields: Any) -> int:
        """Sent again until it is answered. Returns its seq."""
        self._seq += 1
        message: Message = {
            "type": kind, "message_id": str(uuid.uuid4()), "cp_id": self.cp_id, "seq": self._seq, "ttl_ms": 60000,
            **fields,
        }
        self._unanswered[self._seq] = (message, 0)
        return self._seq

    def of(self, kind: str) -> list[Message]:
        """The messages of a kind that were taken, each number once."""
        return [message for message in self.taken.values() if message["type"] == kind]

    def answer_to(self, seq: int) -> Message | None:
        return next((m for m in self.received if m["type"] == "command_response" and m["seq"] == seq), None)

    def numbers(self, board: str) -> list[int]:
        return sorted(n for of, _, n in self.taken if of == board)

    def _take(self, message: Message) -> None:
        self.received.append(message)
        kind = KINDS[str(message["type"])]
        problem = check(message)
        if problem is not None:
            self.problems.append(f"{kind.name}: {problem.text}")
        if not set(kind.speakers) & set(BOARDS):
            self.problems.append(f"{kind.name} is not for a board to say")
        if not self._begun and kind.name != "register_request":
            self.problems.append(f"{kind.name} before register_request")
        if kind.reliable:
            self._take_reliable(message)
        answer = getattr(self, "_on_" + kind.name, None)
        if answer is not None:
            answer(message)

    def _take_reliable(self, message: Message) -> None:
        number = parse_id(str(message["message_id"]))
        assert number is not None
        board, epoch, n = number
        if n is None or not self.acks:
            return
        first = self.taken.setdefault((board, epoch, n), message)
        if first != message and message["type"] != "register_request":
            self.problems.append(f"n {n} is {first['type']} and {message['type']}")
        self._out += encode({"type": "ack", "board": board, "epoch": epoch, "n": [n]}, CRC32)

    def _on_register_request(self, message: Message) -> None:
        self._begun = True
        self.registrations += 1
        answer: Message = {
            "type": "register_response", "message_id": str(uuid.uuid4()), "cp_id": self.cp_id,
            "link_id": str(uuid.uuid4()), "accepted": self.accepts, "in_service": True,
            "server_time_ms": self._time_ms(), "boot_id": self.boot_id, **self._known_register,
            **self.intervals,
        }
        if not self.accepts:
            answer["reason"] = "not_bound"
        self.say(answer)

    def _on_heartbeat(self, message: Message) -> None:
        self.say({
            "type": "heartbeat_response", "message_id": message["message_id"],
            "server_time_ms": self._time_ms(), "boot_id": self.boot_id,
        })

    def _on_command_response(self, message: Message) -> None:
        self._unanswered.pop(int(str(message["seq"])), None)
