"""One conversation over lines of every badness: what is acked is in the log, and in the end all is acked."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wire import ids
from wire.frame import parse
from wire.kinds import CP

from bridge.tests.bench import Bench, messages, open_log, records
from bridge.tests.boards import EPOCH, Board, Message, Socket, Stream
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

MESSAGES = 60
QUIET_S = 0.05  # so long without an ack, and the board says again what is not acked


class Perfect:
    """A line as it should be; the others differ from it in one thing."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def send(self, data: bytes) -> None:
        self.stream.send(data)

    def receive(self, timeout_s: float) -> bytes:
        return self.stream.receive(timeout_s)

    def close(self) -> None:
        self.stream.close()


class ByteAtATime(Perfect):
    def send(self, data: bytes) -> None:
        for byte in data:
            self.stream.send(bytes([byte]))

    def receive(self, timeout_s: float) -> bytes:
        assert isinstance(self.stream, Socket)
        self.stream.socket.settimeout(timeout_s)
        return self.stream.socket.recv(1)


class Duplicating(Perfect):
    def send(self, data: bytes) -> None:
        self.stream.send(data + data)

    def receive(self, timeout_s: float) -> bytes:
        return super().receive(timeout_s) * 2


class Lossy(Perfect):
    """Every so often a byte is missing or wrong, both ways."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        self._random = random.Random(7)

    def send(self, data: bytes) -> None:
        self.stream.send(self._damaged(data))

    def receive(self, timeout_s: float) -> bytes:
        chunk = super().receive(timeout_s)
        return (self._damaged(chunk) or b"?") if chunk else chunk

    def _damaged(self, data: bytes) -> bytes:
        damaged = bytearray(data)
        for index in reversed(range(len(damaged))):
            if self._random.random() < 1 / 500:
                if self._random.random() < 0.5:
                    del damaged[index]
                else:
                    damaged[index] ^= 1 << self._random.randrange(8)
        return bytes(damaged)


class Deaf(Perfect):
    """Loses all that is said in one spell of 800 ms, as a board does while it erases its flash."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        self._sent = 0
        self._deaf_until_s = 0.0

    def send(self, data: bytes) -> None:
        self._sent += 1
        if self._sent == 10:
            self._deaf_until_s = time.monotonic() + 0.8
        if time.monotonic() >= self._deaf_until_s:
            self.stream.send(data)

    def receive(self, timeout_s: float) -> bytes:
        chunk = super().receive(timeout_s)
        return chunk if time.monotonic() >= self._deaf_until_s else b"\n"


class Journal:
    """A board that keeps what is not acked, and says it again from the oldest on."""

    def __init__(self, connect: Callable[[], Stream]) -> None:
        self._connect = connect
        self.board = Board(connect(), "cp_001")
        self.kept: dict[int, Message] = {}

    def say(self, message: Message) -> None:
        self.kept[self.board.n] = message
        self.board.say(message)

    def reconnect(self) -> None:
        self.board.stream.close()
        self.board = self.board.moved_to(self._connect())
        self.say(self.board.registration())
        self.say_again()

    def say_again(self) -> None:
        for n in sorted(self.kept.keys() - self.board.acked)[: ids.WINDOW]:
            self.board.say(self.kept[n])

    def finish(self) -> None:
        deadline_s = time.monotonic() + DEADLINE_S
        while self.kept.keys() - self.board.acked:
            assert time.monotonic() < deadline_s, f"never acked: {sorted(self.kept.keys() - self.board.acked)}"
            try:
                self.board.listen(QUIET_S)
            except TimeoutError:
                self.say_again()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    log = open_log(tmp_path / "log.db")
    with Bench(log) as running:
        yield running
    log.close()


def logged_numbers(bench: Bench, board: Board) -> list[int]:
    found: list[int] = []
    for record in records(bench.log, CP):
        parsed = ids.parse(str(parse(record.value)["message_id"]))
        if parsed is not None and parsed[:2] == (board.board, EPOCH) and parsed[2] is not None:
            found.append(parsed[2])
    return found


def links(bench: Bench, kind: str) -> set[str]:
    return {str(each["link_id"]) for each in messages(bench.log, CP, kind)}


@pytest.mark.parametrize("line", [Perfect, ByteAtATime, Duplicating, Lossy, Deaf])
def test_everything_arrives_and_only_what_arrived_is_acked(bench: Bench, line: type[Perfect]):
    journal = Journal(lambda: line(Socket(bench.tcp_port)))
    with journal.board:
        journal.say(journal.board.registration())
        for number in range(MESSAGES):
            journal.say(journal.board.checkpoint(number))
        journal.finish()
        logged = logged_numbers(bench, journal.board)
        assert set(logged) == journal.board.acked == set(range(1, MESSAGES + 2))
        if line in (Perfect, ByteAtATime):
            assert logged == sorted(logged)


def test_everything_arrives_through_a_line_that_breaks_again_and_again(bench: Bench):
    journal = Journal(lambda: Socket(bench.tcp_port))
    journal.say(journal.board.registration())
    for number in range(MESSAGES):
        journal.say(journal.board.checkpoint(number))
        if number % 7 == 6:
            journal.reconnect()
    journal.finish()
    assert set(logged_numbers(bench, journal.board)) == journal.board.acked == set(range(1, journal.board.n + 1))
    journal.board.stream.close()
    wait_for(lambda: bool(links(bench, "link_up")), DEADLINE_S, "a link")
    wait_for(lambda: links(bench, "link_down") == links(bench, "link_up"), DEADLINE_S, "the end of every link")
