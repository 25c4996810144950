"""While the log takes nothing: no acks, no answers, the lines stay. When it is back: acks again."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from wire.frame import encode
from wire.kinds import CP
from wire.seal import CRC32

from bridge.lines.framed import MAX_IN_FLIGHT
from bridge.tests.bench import Bench, answer_link, command, messages, open_log, refusing
from bridge.tests.boards import Board, Socket
from eventlog.embedded.log import EmbeddedLog
from eventlog.embedded.reader import EmbeddedReader


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def log(path: Path) -> Iterator[EmbeddedLog]:
    opened = open_log(path, busy_timeout_s=0.1)
    yield opened
    opened.close()


def test_nothing_is_acked_while_the_log_refuses_and_what_is_said_again_is(log: EmbeddedLog, path: Path):
    with Bench(log) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        with refusing(path):
            for _ in range(3):
                board.say(board.checkpoint())
            board.say(board.heartbeat())
            bench.wait_counted("append_failed", 4)
        assert not board.of_kind("heartbeat_response")
        board.say(board.checkpoint(n=2))
        board.wait_acked(2)
        assert board.acked == {1, 2}, "only what was said again is in the log"
        assert len(messages(log, CP, "meter_checkpoint")) == 1
        for n in (3, 4):
            board.say(board.checkpoint(n=n))
        board.wait_acked(3, 4)


def test_link_notices_wait_for_the_log_and_keep_their_order(log: EmbeddedLog, path: Path):
    with Bench(log) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        link_up = bench.link_of("cp_001")
        with refusing(path):
            board.stream.close()
            bench.wait_counted("append_failed")
        with Board(Socket(bench.tcp_port), "cp_001") as again:
            again.n = 1
            again.register()
            second = bench.accept("cp_001", 2)
            again.wait_heard("register_response")
            (link_down,) = bench.wait_messages(CP, "link_down")
            assert link_down["link_id"] == link_up["link_id"] != second["link_id"]


def test_line_is_not_silent_while_the_log_holds_it_back(path: Path):
    log = open_log(path, busy_timeout_s=60.0)  # appends hang instead of failing, as they do in front of Kafka
    with Bench(log, silent_after_s=2.0) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        with refusing(path):
            messages_at_once = [board.registration(), *(board.checkpoint() for _ in range(80))]
            board.stream.send(b"".join(encode(message, CRC32) for message in messages_at_once))
            bench.wait_counted("frames", MAX_IN_FLIGHT)
            with Board(Socket(bench.tcp_port), "cp_002") as mute:
                mute.wait_ended()
            with Board(Socket(bench.tcp_port), "cp_002") as mute:
                mute.wait_ended()
            assert bench.counters["lines_silent"] == 2, "the one that says nothing of its own accord, twice"
        board.wait_acked(*range(1, 82))
    log.close()


def test_commands_are_read_on_after_the_log_was_away(log: EmbeddedLog, path: Path):
    with Bench(log) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        link_up = bench.link_of("cp_001")
        with refusing(path):
            board.say(board.checkpoint())
            bench.wait_counted("append_failed")
        answer_link(log, link_up)
        board.wait_heard("register_response")
        command(log, {"type": "stop_service", "cp_id": "cp_001", "seq": 1})
        board.wait_heard("stop_service")
        assert len(board.of_kind("register_response")) == 1


class FailsOnce(EmbeddedLog):
    """Its first reader cannot be had, for a reason that nobody foresaw."""

    failures = 0

    def reader(self, positions: Mapping[tuple[str, int], int]) -> EmbeddedReader:
        self.failures += 1
        if self.failures == 1:
            raise RuntimeError("unforeseen")
        return super().reader(positions)


def test_commands_are_read_on_after_an_unforeseen_mistake(path: Path):
    log = FailsOnce(path)
    log.create_topics()
    with Bench(log) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        answer_link(log, bench.link_of("cp_001"))
        board.wait_heard("register_response")
    log.close()
