"""Health checks asked on a plain line, forwarded to the charge point's board, and answered within a time."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bridge.decisions import AskHealth, Message, Refuse, TellHealth
from bridge.peer import Peer
from bridge.refusals import refuse

MAX_WAITING = 256  # of all lines

CallLater = Callable[[float, Callable[[], None]], object]


@dataclass(frozen=True, slots=True)
class _Waiting:
    line: Peer
    cp_id: str
    request: Message


class HealthChecks:
    """The board sees an id of the bridge's own, so that two askers with the same id each get their answer."""

    def __init__(
        self, call_later: CallLater, refused: Callable[[Peer, Refuse], None], answer_within_s: float
    ) -> None:
        self._call_later = call_later
        self._refused = refused
        self._answer_within_s = answer_within_s
        self._waiting: dict[str, _Waiting] = {}

    def ask(self, line: Peer, asked: AskHealth, board_line: Peer | None) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._refused(line, refuse(asked.request, "too_many", "", "expected fewer health checks at a time"))
        elif board_line is None:
            self._refused(line, _offline(asked.request, asked.cp_id))
        else:
            self._forward(_Waiting(line, asked.cp_id, asked.request), board_line)

    def _forward(self, waiting: _Waiting, board_line: Peer) -> None:
        message_id = str(uuid.uuid4())
        if not board_line.send(waiting.request | {"message_id": message_id}):
            self._refused(waiting.line, refuse(waiting.request, "too_long", "", "expected a shorter message"))
            return
        self._waiting[message_id] = waiting
        waiting.line.await_answer()
        self._call_later(self._answer_within_s, partial(self._give_up, message_id))

    def tell(self, told: TellHealth) -> bool:
        """False where nobody asked."""
        message_id = str(told.response.get("message_id"))
        waiting = self._waiting.get(message_id)
        if waiting is None or waiting.cp_id != told.cp_id:
            return False
        del self._waiting[message_id]
        response = {name: value for name, value in told.response.items() if name != "message_id"}
        if "message_id" in waiting.request:
            response["message_id"] = waiting.request["message_id"]
        waiting.line.send(response)
        waiting.line.answered()
        return True

    def _give_up(self, message_id: str) -> None:
        waiting = self._waiting.pop(message_id, None)
        if waiting is not None:
            self._refused(waiting.line, _offline(waiting.request, waiting.cp_id))
            waiting.line.answered()


def _offline(request: Message, cp_id: str) -> Refuse:
    return refuse(request, "offline", "id", f"expected a charge point that is connected; {cp_id} does not answer")
