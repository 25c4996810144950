"""Acks of one line, gathered until they are sent: `n` of a board's epoch, or message ids as they came."""

from collections.abc import Sequence
from typing import TypeVar

from wire import ids

from bridge.decisions import Message

MAX_IDS = 8  # message ids in one ack, so that it fits into a line

_T = TypeVar("_T")


class Acks:
    def __init__(self) -> None:
        self._ns: dict[tuple[str, str], list[int]] = {}
        self._ids: list[str] = []

    def add(self, message_id: str) -> None:
        parsed = ids.parse(message_id)
        if parsed is None or parsed[2] is None:
            self._ids.append(message_id)
        else:
            self._ns.setdefault(parsed[:2], []).append(parsed[2])

    def take(self) -> list[Message]:
        """The gathered acks as messages; begins anew."""
        messages: list[Message] = [
            {"type": "ack", "board": board, "epoch": epoch, "n": part}
            for (board, epoch), ns in self._ns.items()
            for part in _parts(ns, ids.WINDOW)
        ]
        for part in _parts(self._ids, MAX_IDS):
            messages.append({"type": "ack", "message_id": part})  # noqa: PERF401 -- a comprehension loses the type
        self._ns, self._ids = {}, []
        return messages


def _parts(items: Sequence[_T], size: int) -> list[Sequence[_T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
