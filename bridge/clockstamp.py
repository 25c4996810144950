"""When something happened, for boards whose clock Central has not set yet: from their uptime and which boot it was."""

from wire.kinds.fields import TIME_MIN_MS

MAX_BOARDS = 64  # of one line; the oldest is forgotten first

Message = dict[str, object]


class BoardClocks:
    """When each board's present boot began, by the log's clock, as heard on one line. Nothing while that is not known.

    Learned from messages that a board says at once or not at all; what comes from its journal may be old.
    """

    def __init__(self) -> None:
        self._began: dict[str, tuple[int, int]] = {}

    def heard_live(self, board: str, message: Message, now_ms: int | None) -> None:
        uptime_ms, boot = message.get("uptime_ms"), message.get("boot")
        if now_ms is not None and isinstance(uptime_ms, int) and isinstance(boot, int):
            self._began.pop(board, None)
            self._began[board] = (boot, now_ms - uptime_ms)
            if len(self._began) > MAX_BOARDS:
                del self._began[next(iter(self._began))]

    def occurred_at_ms(self, board: str, message: Message, now_ms: int | None) -> int | None:
        """None where the message tells its time itself, or is of a boot that was not heard on this line."""
        uptime_ms, began = message.get("uptime_ms"), self._began.get(board)
        if message.get("occurred_at_ms") is not None or not isinstance(uptime_ms, int):
            return None
        if began is None or now_ms is None:
            return None
        boot, began_ms = began
        if message.get("boot") != boot or began_ms + uptime_ms < TIME_MIN_MS:
            return None
        return min(began_ms + uptime_ms, now_ms)
