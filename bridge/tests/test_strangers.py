"""Connections of strangers: they cost the boards no place, whatever they say and wherever they connect."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from wire.frame import encode
from wire.kinds import CP
from wire.seal import CRC32

from bridge.tests.bench import Bench, open_log, refusing
from bridge.tests.boards import Board, Socket
from eventlog.embedded.log import EmbeddedLog
from tools.testing.deadlines import DEADLINE_S

KEEPALIVE = encode({"type": "keepalive"}, CRC32)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = open_log(tmp_path / "log.db", busy_timeout_s=0.1)
    yield opened
    opened.close()


def connections(stack: ExitStack, port: int, count: int) -> list[socket.socket]:
    return [stack.enter_context(socket.create_connection(("127.0.0.1", port), DEADLINE_S)) for _ in range(count)]


def test_keepalives_alone_keep_no_line(log: EmbeddedLog):
    with Bench(log, register_within_s=0.3) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        board.register()
        with Board(Socket(bench.tcp_port), "") as stranger:
            while not stranger.ended:
                try:
                    stranger.say({"type": "keepalive"})
                    stranger.listen(0.05)
                except TimeoutError:
                    continue
                except OSError:  # it was closed while it spoke
                    break
        bench.wait_counted("lines_unregistered")
        board.say(board.checkpoint())
        board.wait_acked(2)


def test_boards_get_in_where_strangers_have_all_places_and_those_inside_stay(log: EmbeddedLog):
    with Bench(log, max_lines=20) as bench, ExitStack() as stack:
        first = stack.enter_context(Board(Socket(bench.tcp_port), "cp_000"))
        first.register()
        for connection in connections(stack, bench.tcp_port, 60):
            connection.sendall(KEEPALIVE)
        for number in range(1, 20):
            stack.enter_context(Board(Socket(bench.tcp_port), f"cp_{number:03}")).register()
        assert bench.counters["lines_refused"] == 0
        with Board(Socket(bench.tcp_port), "cp_one_too_many") as late:
            late.wait_ended()
        first.say(first.checkpoint())
        first.wait_acked(2)


def test_silent_connections_to_the_plain_port_take_no_board_s_place_and_hands_still_reach_it(log: EmbeddedLog):
    with Bench(log, max_lines=2, max_plain_lines=4) as bench, ExitStack() as stack:
        connections(stack, bench.plain_port, 50)
        bench.wait_counted("lines_displaced", 46)
        for cp_id in ("cp_001", "cp_002"):
            stack.enter_context(Board(Socket(bench.tcp_port), cp_id)).register()
        with Board(Socket(bench.plain_port), "cp_003", seal=None) as hand:
            hand.register()


def test_absence_of_the_log_is_not_held_against_a_board(log: EmbeddedLog, tmp_path: Path):
    with Bench(log, register_within_s=0.3) as bench, Board(Socket(bench.tcp_port), "cp_001") as board:
        with refusing(tmp_path / "log.db"):
            board.say(board.registration())
            bench.wait_counted("append_failed")
            with Board(Socket(bench.tcp_port), "") as stranger:
                stranger.wait_ended()
            with Board(Socket(bench.tcp_port), "") as stranger:
                stranger.wait_ended()
        board.say(board.registration())
        board.wait_acked(2)


def test_line_whose_charge_point_went_silent_is_kept_by_no_keepalives(log: EmbeddedLog):
    with Bench(log, register_within_s=0.3, silent_after_s=0.5) as bench:
        with Board(Socket(bench.tcp_port), "cp_001") as board:
            board.register()
            while not board.ended:
                try:
                    board.say({"type": "keepalive"})
                    board.listen(0.05)
                except TimeoutError:
                    continue
                except OSError:
                    break
        bench.wait_messages(CP, "link_down")
        assert bench.counters["lines_unregistered"] == 1
