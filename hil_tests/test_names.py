"""Names looked up by a query of our own, at a real name server: no other answer counts, and an address grows old."""

import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from chargepoint.ticks import TICKS_MOST, ticks_add
from hal.names import TRIES, TRY_MS, TTL_LEAST_S, TTL_MOST_S, Name, NamedDialler

from hil_tests.benches.router import NameServer
from hil_tests.benches.unix import UnixBench
from tools.services.ports import LOOPBACK, free_port
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

HOST = "bridge.example"
START = TICKS_MOST - 1000  # the ticks wrap meanwhile


@pytest.fixture
def server() -> Iterator[NameServer]:
    server = NameServer((LOOPBACK, 0), {HOST: "10.0.0.1"})
    server.socket.setblocking(False)
    yield server
    server.socket.close()


def serve(server: NameServer) -> bool:
    try:
        server.serve()
    except BlockingIOError:
        return False
    return True


def name_at(server: NameServer) -> Name:
    return Name(HOST, lambda: (LOOPBACK, server.port))


def found(name: Name, server: NameServer, now: int) -> str | None:
    return wait_for(lambda: (serve(server) and False) or name.find(now), DEADLINE_S, "the address")


def asked_and_lost(name: Name, server: NameServer, now: int) -> str | None:
    """What is found where nobody answers: each try has its time."""
    server.is_dead = True
    for turn in range(TRIES):
        before = len(server.asked)
        assert name.find(ticks_add(now, turn * TRY_MS)) is None
        wait_for(lambda: serve(server), DEADLINE_S, "the query")
        assert name.find(ticks_add(now, (turn + 1) * TRY_MS - 1)) is None, "no try is made early"
        assert len(server.asked) == before + 1
    server.is_dead = False
    return name.find(ticks_add(now, TRIES * TRY_MS))


def test_found_address_counts_within_its_bounds(server: NameServer):
    for ttl_s, counts_s in ((0, TTL_LEAST_S), (60, 60), (86_400, TTL_MOST_S)):
        server.ttl_s = ttl_s
        name, queries = name_at(server), len(server.asked)
        assert found(name, server, START) == "10.0.0.1"
        just_before = ticks_add(START, counts_s * 1000 - 1)
        name.step(just_before)
        assert name.find(just_before) == "10.0.0.1"
        assert len(server.asked) == queries + 1
        name.step(ticks_add(just_before, 1))
        assert name.find(ticks_add(just_before, 1)) is None, "it is asked for anew"
        wait_for(lambda: serve(server), DEADLINE_S, "that query")


def test_each_query_has_another_number_and_port(server: NameServer):
    assert asked_and_lost(name_at(server), server, START) == ""
    assert {host for host, _, _ in server.asked} == {HOST}
    assert len({number for _, number, _ in server.asked}) == TRIES
    ports = {port for _, _, port in server.asked}
    assert len(ports) == TRIES
    assert min(ports) >= 49152


def test_where_nobody_answers_the_last_address_stands(server: NameServer):
    name = name_at(server)
    assert found(name, server, START) == "10.0.0.1"
    name.doubt()
    assert asked_and_lost(name, server, START) == "10.0.0.1"
    server.names[HOST] = "10.0.0.2"
    assert found(name, server, START) == "10.0.0.2"
    del server.names[HOST]
    name.doubt()
    assert found(name, server, START) == "10.0.0.2", "nor where there is no such name any more"


def test_stranger_s_answers_do_not_count(server: NameServer):
    name = name_at(server)
    assert name.find(START) is None
    select.select([server.socket], [], [], DEADLINE_S)
    query, asker = server.socket.recvfrom(512)
    answer = query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:] + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(answer + b"\x06\x06\x06\x06", asker)
    for wrong in (b"", os.urandom(64), b"\0\0" + answer[2:] + b"\x06\x06\x06\x06", answer, bytes(600)):
        server.socket.sendto(wrong, asker)
    server.socket.sendto(answer + b"\x0a\x00\x00\x07", asker)
    assert wait_for(lambda: name.find(START), DEADLINE_S, "the address") == "10.0.0.7"


def test_without_a_name_server_nothing_is_found_until_there_is_one(server: NameServer):
    at: list[tuple[str, int]] = []
    name = Name(HOST, lambda: at[0] if at else None)
    assert name.find(START) is None
    at.append((LOOPBACK, server.port))
    assert name.find(ticks_add(START, TRY_MS)) is None
    assert found(name, server, ticks_add(START, TRY_MS)) == "10.0.0.1"


def test_name_server_s_port_closed_ends_like_one_that_is_silent():
    closed = free_port()
    name = Name(HOST, lambda: (LOOPBACK, closed))
    for turn in range(TRIES):
        assert name.find(ticks_add(START, turn * TRY_MS)) is None
    assert name.find(ticks_add(START, TRIES * TRY_MS)) == ""


def test_line_asks_anew_once_nobody_was_there(server: NameServer):
    """The bridge has moved, and its address was to count for a day."""
    with socket.create_server((LOOPBACK, 0)) as bridge:
        server.names[HOST] = "127.0.0.2"  # where nobody listens
        line = NamedDialler((HOST, bridge.getsockname()[1]), lambda: (LOOPBACK, server.port))
        line.dial()
        assert line.is_dialling
        wait_for(lambda: (serve(server) and False) or line.step(START) or not line.is_dialling, DEADLINE_S, "refusal")
        server.names[HOST] = LOOPBACK
        line.dial()
        wait_for(lambda: (serve(server) and False) or line.step(START) or line.is_open, DEADLINE_S, "the connection")
        queries = len(server.asked)
        line.close()
        line.dial()
        wait_for(lambda: line.step(START) or line.is_open, DEADLINE_S, "the second connection, by what is known")
        assert (line.generation, len(server.asked)) == (2, queries)
        line.close()
        assert (line.is_open, line.is_dialling) == (False, False)


def test_name_that_is_not_found_is_no_connection(server: NameServer):
    server.names.clear()
    line = NamedDialler((HOST, 7000), lambda: (LOOPBACK, server.port))
    line.dial()
    wait_for(lambda: (serve(server) and False) or line.step(START) or not line.is_dialling, DEADLINE_S, "the end of it")
    assert (line.is_open, line.generation, line.write(b"x")) == (False, 0, False)


def test_simulated_board_finds_its_bridge_by_name(tmp_path: Path, interpreter: str, server: NameServer):
    server.names[HOST] = LOOPBACK
    with UnixBench(tmp_path, interpreter) as bench:
        places = {"central": f"{HOST}:{bench.server.port}", "name_server": f"{LOOPBACK}:{server.port}"}
        bench.board(**places, retry_first_ms=50, retry_slow_ms=500)
        bench.server.until(lambda: (serve(server) and False) or bench.bridge.registrations)
    assert bench.bridge.problems == []
