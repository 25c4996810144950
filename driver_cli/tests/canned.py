"""A socket that plays back written answers, for what transport does to a command; it knows nothing of charging."""

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from driver_cli.timing import Timing
from tools.testing.deadlines import DEADLINE_S


def answer(status: str, body: bytes, *headers: str) -> bytes:
    """A whole HTTP/1.1 answer, after which the connection ends."""
    head = [f"HTTP/1.1 {status}", "connection: close", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def json_answer(status: str, body: str, *headers: str) -> bytes:
    return answer(status, body.encode(), "content-type: application/json", *headers)


def problem_answer(status: str, body: str, *headers: str) -> bytes:
    """As RFC 9457 has it."""
    return answer(status, body.encode(), "content-type: application/problem+json", *headers)


def event_stream(events: str) -> bytes:
    """The head of a stream without an end, and so much of it; the connection then breaks."""
    head = ["HTTP/1.1 200 OK", "content-type: text/event-stream", "transfer-encoding: chunked", "", ""]
    chunk = events.encode()
    return "\r\n".join(head).encode() + f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n"


class Canned:
    """One answer a connection, in order; the last one again for all that follow. `requests`: what was asked."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self.requests: list[bytes] = []
        self._answers = list(answers)
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(DEADLINE_S)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(DEADLINE_S)
            request = _request(connection)
            if request is None:
                return
            with self._lock:
                self.requests.append(request)
                answer = self._answers[min(len(self.requests), len(self._answers)) - 1]
            connection.sendall(answer)


Serve = Callable[..., Canned]


def _request(connection: socket.socket) -> bytes | None:
    """Head and body of one request; None of a stranger, such as a board of another test that looks for its bridge on
    a port that is now this one.
    """
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65_536)
        read += more
        if not more or not read.startswith((b"GET ", b"POST ")):
            return None
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0:
        more = connection.recv(missing)
        body, missing = body + more, missing - len(more)
    return head + b"\r\n\r\n" + body


@dataclass
class Clock:
    """A clock that only pauses move; `pauses_s` are those that were made."""

    now_s: float = 1000.0
    pauses_s: list[float] = field(default_factory=list[float])

    def timing(self) -> Timing:
        return Timing(lambda: self.now_s, self._sleep, lambda: 1.0, lambda: datetime(2026, 1, 31, 12, tzinfo=UTC))

    def _sleep(self, seconds: float) -> None:
        self.pauses_s.append(seconds)
        self.now_s += seconds
