"""What the bridge itself says to the log of charge points, above all links: in order for each, until it is logged."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from wire.frame import payload_of
from wire.kinds import CP

from bridge.decisions import Message

RETRY_S = 1.0

Append = Callable[[str, str, bytes, Callable[[bool], None]], None]
CallLater = Callable[[float, Callable[[], None]], object]


@dataclass(slots=True)
class _Notice:
    message: Message
    tried: bool = False


class Notices:
    """One notice per charge point is in flight at a time, so that a failed one is not overtaken by its successor.

    A link that ends before its link_up was ever tried leaves no notice at all, so that no queue grows while the
    log is away. An append that failed may yet have reached the log: the notice is said again under the same id.
    """

    def __init__(self, append: Append, call_later: CallLater) -> None:
        self._append = append
        self._call_later = call_later
        self._queues: dict[str, deque[_Notice]] = {}

    def pending(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def tell(self, cp_id: str, message: Message) -> None:
        queue = self._queues.get(cp_id)
        if queue is None:
            self._queues[cp_id] = deque([_Notice(message)])
            self._send(cp_id)
        elif not (message["type"] == "link_down" and _take_back(queue, message["link_id"])):
            queue.append(_Notice(message))

    def _send(self, cp_id: str) -> None:
        notice = self._queues[cp_id][0]
        notice.tried = True
        self._append(CP, cp_id, payload_of(notice.message), partial(self._sent, cp_id))

    def _sent(self, cp_id: str, logged: bool) -> None:
        if not logged:
            self._call_later(RETRY_S, partial(self._send, cp_id))
            return
        queue = self._queues[cp_id]
        queue.popleft()
        if queue:
            self._send(cp_id)
        else:
            del self._queues[cp_id]


def _take_back(queue: deque[_Notice], link_id: object) -> bool:
    """Whether the link_up of this link still waited untried, and no longer does."""
    for notice in queue:
        if not notice.tried and notice.message["link_id"] == link_id and notice.message["type"] == "link_up":
            queue.remove(notice)
            return True
    return False
