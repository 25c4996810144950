"""A clock that a test sets, for the log's stamps or for a host."""

from eventlog.clock import wall_ms


class SetClock:
    """This machine's, `ahead_ms` ahead; or one that stands at `stopped_at_ms`."""

    def __init__(self, ahead_ms: int = 0) -> None:
        self.ahead_ms = ahead_ms
        self.stopped_at_ms: int | None = None

    def __call__(self) -> int:
        return wall_ms() + self.ahead_ms if self.stopped_at_ms is None else self.stopped_at_ms
