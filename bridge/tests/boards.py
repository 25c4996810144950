"""A small board for the tests: it speaks the wire over any stream of bytes, and nothing more."""

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self, cast

from wire import ids
from wire.frame import Decoder, encode, parse
from wire.seal import CRC32, Crc32

from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

Message = dict[str, object]

EPOCH = "0123456789abcdef"
POLL_INTERVAL_S = 0.005


class Stream(Protocol):
    def send(self, data: bytes) -> None: ...
    def receive(self, timeout_s: float) -> bytes:
        """Empty at the end. Raises TimeoutError."""
        ...

    def close(self) -> None: ...


class Socket:
    def __init__(self, port: int, receive_buffer_bytes: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect(("127.0.0.1", port))

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self, timeout_s: float) -> bytes:
        self.socket.settimeout(timeout_s)
        try:
            return self.socket.recv(4_096)
        except ConnectionResetError:
            return b""
        finally:
            self.socket.settimeout(DEADLINE_S)

    def close(self) -> None:
        self.socket.close()


class Terminal:
    """The board's side of a pseudo terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)

    def send(self, data: bytes) -> None:
        unsent = data

        def sent() -> bool:
            nonlocal unsent
            with suppress(BlockingIOError):
                unsent = unsent[os.write(self._descriptor, unsent) :]
            return not unsent

        wait_for(sent, DEADLINE_S, "somebody reading the terminal", POLL_INTERVAL_S)

    def receive(self, timeout_s: float) -> bytes:
        return wait_for(self._read, timeout_s, "bytes on the terminal", POLL_INTERVAL_S)

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, 4_096)
        except OSError:  # nothing is there, or (EIO) nobody has opened the other side yet
            return b""

    def close(self) -> None:
        os.close(self._descriptor)


class Board:
    """One board with one charge point on a line. What it hears is kept in `heard`, acked numbers in `acked`."""

    def __init__(self, stream: Stream, cp_id: str, board: str | None = None, *, seal: Crc32 | None = CRC32) -> None:
        self.stream = stream
        self.cp_id = cp_id
        self.board = board or f"board-{cp_id}"
        self.n = 0
        self.k = 0
        self.heard: list[Message] = []
        self.acked: set[int] = set()
        self.acked_ids: set[str] = set()
        self.ended = False
        self._seal = seal
        self._decoder = Decoder(seal)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stream.close()

    def moved_to(self, stream: Stream) -> "Board":
        """The same board, its numbers going on, on another line."""
        moved = Board(stream, self.cp_id, self.board, seal=self._seal)
        moved.n, moved.k, moved.acked = self.n, self.k, self.acked
        return moved

    # --- saying ---

    def say(self, message: Message) -> None:
        self.stream.send(encode(message, self._seal))

    def reliable(self, kind: str, n: int | None = None, **fields: object) -> Message:
        """A reliable message with the next number, or `n` again."""
        if n is None:
            self.n += 1
            n = self.n
        return {"type": kind, "message_id": ids.reliable_id(self.board, EPOCH, n)} | fields

    def lossy(self, kind: str, **fields: object) -> Message:
        self.k += 1
        return {"type": kind, "message_id": ids.lossy_id(self.board, EPOCH, self.k)} | fields

    def registration(self, **fields: object) -> Message:
        own: Message = {"id": self.cp_id, "location": "Yard 3", "price_per_kwh": 0.2}
        return self.reliable("register_request") | own | fields

    def checkpoint(self, register_wh: int = 0, n: int | None = None) -> Message:
        return self.reliable(
            "meter_checkpoint", n, cp_id=self.cp_id, session_id="s1", meter_id="m1", register_wh=register_wh
        )

    def heartbeat(self) -> Message:
        return self.lossy("heartbeat", cp_id=self.cp_id, state="idle")

    def register(self) -> None:
        """Says so, and waits for the ack."""
        message = self.registration()
        self.say(message)
        self.wait_acked(self.n)

    # --- hearing ---

    def listen(self, timeout_s: float) -> None:
        """Takes in what comes next. Raises TimeoutError."""
        chunk = self.stream.receive(timeout_s)
        self.ended = self.ended or not chunk
        for payload in self._decoder.feed(chunk):
            self._take(parse(payload))

    def _take(self, message: Message) -> None:
        self.heard.append(message)
        if message["type"] != "ack":
            return
        if message.get("board") == self.board and message.get("epoch") == EPOCH:
            self.acked.update(cast(list[int], message["n"]))
        self.acked_ids.update(cast(list[str], message.get("message_id", [])))

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline_s = time.monotonic() + DEADLINE_S
        while not condition():
            assert not self.ended, f"the line ended before {what}; heard {self.heard[-5:]}"
            try:
                self.listen(max(0.001, deadline_s - time.monotonic()))
            except TimeoutError:
                raise AssertionError(f"{what}: not within {DEADLINE_S} s; heard {self.heard[-5:]}") from None

    def wait_acked(self, *numbers: int) -> None:
        self.wait(lambda: self.acked.issuperset(numbers), f"acks of {numbers}")

    def wait_heard(self, kind: str, count: int = 1) -> Message:
        """The newest message of a kind, once `count` have come."""
        self.wait(lambda: len(self.of_kind(kind)) >= count, f"{count} of {kind}")
        return self.of_kind(kind)[-1]

    def of_kind(self, kind: str) -> list[Message]:
        return [message for message in self.heard if message["type"] == kind]

    def wait_ended(self) -> None:
        deadline_s = time.monotonic() + DEADLINE_S
        while not self.ended:
            self.listen(max(0.001, deadline_s - time.monotonic()))
