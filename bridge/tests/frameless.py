"""A line without frames: whole messages go in and come out, as on a WebSocket. All that such a kind of line takes."""

import asyncio

from wire.frame import payload_of

from bridge.conversation import Conversation
from bridge.decisions import Message
from bridge.peer import BOARDS, LineKind, Listener

KIND = LineKind(shared=False, must_register=True, budget=BOARDS)


class FramelessLine:
    """What it would send is kept in `sent`, acked ids in `acked`. Nothing holds it back: its tests say little."""

    def __init__(self, name: str, listener: Listener, address: str = "10.0.0.1") -> None:
        self.name = name
        self.address = address
        self.kind = KIND
        self.conversation = Conversation(plain=False)
        self.closed = False
        self.heard_at_s = asyncio.get_running_loop().time()
        self.sent: list[Message] = []
        self.acked: list[str] = []
        self.in_flight = 0
        self._listener = listener

    def says(self, message: Message) -> None:
        self.heard_at_s = asyncio.get_running_loop().time()
        self._listener.hear(self, payload_of(message))

    def take_in_flight(self, *, reliable: bool) -> bool:
        del reliable
        self.in_flight += 1
        return True

    def give_back(self, *, reliable: bool) -> None:
        del reliable
        self.in_flight -= 1

    def held_back(self) -> bool:
        return False

    def ack(self, message_id: str) -> None:
        self.acked.append(message_id)

    def send(self, message: Message) -> bool:
        self.sent.append(message)
        return not self.closed

    def holds_what_expired(self) -> bool:
        return False

    def await_answer(self) -> None: ...

    def answered(self) -> None: ...

    def stop_reading(self) -> None: ...

    def close(self, reason: str) -> None:
        if not self.closed:
            self.closed = True
            self._listener.closed(self, reason)
