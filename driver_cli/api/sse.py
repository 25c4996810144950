"""Server-sent events: bytes in, events out, no I/O. Survives any cut of the stream, and is bounded."""

from dataclasses import dataclass

MAX_EVENT_BYTES = 65_536


@dataclass(frozen=True)
class Event:
    """One event; `name` is `message` where the server gave none."""

    name: str
    data: str


class Comment:
    """A comment line: nothing new, but the stream lives."""


class TooLong(ValueError):
    """An event beyond MAX_EVENT_BYTES: it cannot come from Central."""


class Decoder:
    """Feed it what was read, in pieces of any size. As the HTML standard says, a cut-off last event is dropped."""

    def __init__(self) -> None:
        self._rest = b""
        self._size = 0
        self._name = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> list[Event | Comment]:
        """What the chunk completes, in order. Raises TooLong."""
        buffered = self._rest + chunk
        lines, self._rest = _lines(buffered)
        found = [each for line in lines if (each := self._line(line)) is not None]
        if self._size + len(self._rest) > MAX_EVENT_BYTES:
            raise TooLong
        return found

    def _line(self, line: bytes) -> Event | Comment | None:
        if not line:
            return self._dispatch()
        if line.startswith(b":"):
            return Comment()
        self._size += len(line)
        if self._size > MAX_EVENT_BYTES:
            raise TooLong
        name, _, value = line.decode(errors="replace").partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)
        return None

    def _dispatch(self) -> Event | None:
        event = Event(self._name or "message", "\n".join(self._data)) if self._data else None
        self._name, self._data, self._size = "", [], 0
        return event


def _lines(buffered: bytes) -> tuple[list[bytes], bytes]:
    """Whole lines without their ends (LF, CR or CRLF), and what is left of the last one."""
    # A CR at the very end may be half of a CRLF: it waits for its second half.
    held = b"\r" if buffered.endswith(b"\r") else b""
    body = buffered[: len(buffered) - len(held)]
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return lines[:-1], lines[-1] + held
