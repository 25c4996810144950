"""Whatever bytes come on one line: the bridge stays up, and a good line goes on as if nothing were."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire.frame import encode
from wire.seal import CRC32

from bridge.lines.framed import MAX_IN_FLIGHT
from bridge.tests.bench import Bench, open_log
from bridge.tests.boards import Board, Socket
from tools.testing.deadlines import DEADLINE_S


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    log = open_log(Path(tmp_path_factory.mktemp("hostile")) / "log.db")
    with Bench(log) as running:
        yield running
    log.close()


@pytest.fixture(scope="module")
def good(bench: Bench) -> Iterator[Board]:
    with Board(Socket(bench.tcp_port), "good") as board:
        board.register()
        yield board


def still_serves(good: Board) -> None:
    good.say(good.checkpoint())
    good.wait_acked(good.n)


def pour(port: int, data: bytes) -> bytes:
    """Sends it, ends, and reads all answers."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65_536):
                heard += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
    return heard


def tagged(payload: bytes) -> bytes:
    return payload + b"*" + CRC32.tag(payload) + b"\n"


NOISE = st.lists(
    st.binary(max_size=2_000) | st.binary(max_size=300).map(tagged) | st.just(b"\n") | st.just(b"\0" * 50), max_size=8
).map(b"".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=NOISE, plain=st.booleans())
def test_random_bytes_cost_the_others_nothing(bench: Bench, good: Board, noise: bytes, plain: bool):
    pour(bench.plain_port if plain else bench.tcp_port, noise)
    still_serves(good)


def test_megabyte_without_a_newline_is_dropped_and_the_next_line_is_heard(bench: Bench, good: Board):
    board = Board(Socket(bench.tcp_port), "after_noise")
    with board:
        board.stream.send(b"x" * 1_000_000 + b"\n")
        board.register()
    assert bench.counters["bytes_dropped"] >= 1_000_000
    still_serves(good)


def test_flood_of_bad_messages_is_answered_one_by_one_and_takes_turns(bench: Bench, good: Board):
    line = encode({"type": "no_such_kind", "message_id": "a"}, CRC32)
    heard = pour(bench.tcp_port, line * 200)
    assert heard.count(b"unknown_type") == 200
    still_serves(good)


def test_more_than_may_be_in_flight_is_held_back_and_none_is_lost(bench: Bench):
    with Board(Socket(bench.tcp_port), "burst") as board:
        board.register()
        count = 20 * MAX_IN_FLIGHT
        board.stream.send(b"".join(encode(board.checkpoint(number), CRC32) for number in range(count)))
        board.wait_acked(*range(1, count + 2))


def test_connections_that_come_and_go_at_once_leave_nothing_behind(bench: Bench, good: Board):
    for _ in range(100):
        connection = socket.create_connection(("127.0.0.1", bench.tcp_port), DEADLINE_S)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # a reset, not an end
        connection.send(b"{")
        connection.close()
    still_serves(good)
