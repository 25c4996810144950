"""One way of logging for every process: lines on stderr with UTC time, level, process, logger and session."""

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

# Libraries that tell their whole life at INFO and DEBUG; the numbers are the least level let through.
_CHATTY = {
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "kafka": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "uvicorn.access": logging.WARNING,
}
# Libraries that say the same ten times a second while their server is away.
_REPETITIVE = ("kafka",)
REPEAT_AFTER_S = 60.0
# Line ends in what a stranger sent would forge log lines; other controls would reach the reader's terminal.
_CONTROLS = {code: f"\\u{code:04x}" for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)}

_session: ContextVar[str | None] = ContextVar("session", default=None)


@contextmanager
def session(session_id: str) -> Generator[None]:
    """Every line logged inside, in this thread or task, carries `session=<session_id>`."""
    token = _session.set(session_id)
    try:
        yield
    finally:
        _session.reset(token)


class LineFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.123Z INFO bridge bridge.forward session=… text`.

    The session is that of `session()`, or the call's own `extra={"session": …}`.
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
        when = moment.isoformat(timespec="milliseconds") + "Z"
        session_id = getattr(record, "session", None) or _session.get()
        where = [f"session={session_id}"] if session_id else []
        words = [when, record.levelname, self._process, record.name, *where, record.getMessage()]
        held_back = getattr(record, "held_back", 0)
        line = " ".join([*words, f"({held_back} more like it before)"] if held_back else words)
        # An exception may quote a stranger too: its lines are indented, so none passes for a record.
        traceback = self.formatException(record.exc_info).split("\n") if record.exc_info else []
        return "\n    ".join(text.translate(_CONTROLS) for text in (line, *traceback))


class _Repetitions(logging.Filter):
    """Of one place in a repetitive library one line a minute goes out, saying how many were held back before it."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int], tuple[float, int]] = {}  # place: when it last went out, held back since

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.split(".", 1)[0] not in _REPETITIVE:
            return True
        place = (record.pathname, record.lineno)
        said_at_s, held_back = self._said.get(place, (-REPEAT_AFTER_S, 0))
        if abs(record.created - said_at_s) < REPEAT_AFTER_S:  # a clock that was set back mutes nobody
            self._said[place] = (said_at_s, held_back + 1)
            return False
        self._said[place] = (record.created, 0)
        record.held_back = held_back
        return True


def set_up(process: str, *, debug: bool, stream: TextIO | None = None) -> None:
    """Send this process's log to stderr (or `stream`), at DEBUG or INFO; may be called again."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter(process))
    if not debug:
        handler.addFilter(_Repetitions())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    for name, level in _CHATTY.items():
        logging.getLogger(name).setLevel(level)
