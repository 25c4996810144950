"""Who may stay connected to the API: those who ask nothing make room, and never longer than a while."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from central.serving import connections
from central.serving.connections import LimitedConfig, Places
from central.tests.site import Site
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S


class Connection:
    """A connection of the rules alone."""

    def __init__(self, address: str, *, has_asked: bool = False, is_working: bool = False) -> None:
        self.address = address
        self.has_asked = has_asked
        self.is_working = is_working
        self.is_closed = False

    def give_way(self) -> None:
        self.is_closed = True


def test_silent_connection_makes_room_the_oldest_that_never_asked_first() -> None:
    places = Places(total=10, per_address=3)
    kept, silent, newer = Connection("a", has_asked=True), Connection("a"), Connection("a")
    assert all(places.take(each) for each in (kept, silent, newer))
    assert places.take(Connection("a"))
    assert [each.is_closed for each in (kept, silent, newer)] == [False, True, False]
    assert places.take(Connection("b"))


def test_connection_that_works_is_never_closed() -> None:
    places = Places(total=10, per_address=2)
    working = [Connection("a", is_working=True) for _ in range(2)]
    assert all(places.take(each) for each in working)
    assert not places.take(Connection("a"))
    assert places.take(Connection("b"))
    assert not any(each.is_closed for each in working)


def test_where_all_places_are_taken_the_address_that_has_most_gives() -> None:
    places = Places(total=6, per_address=4)
    crowd, few = [Connection("a") for _ in range(4)], [Connection("b") for _ in range(2)]
    assert all(places.take(each) for each in (*few, *crowd))
    newcomer = Connection("c")
    assert places.take(newcomer)
    assert [each.is_closed for each in (*few, *crowd)] == [False, False, True, False, False, False]


def test_who_left_has_left_a_place() -> None:
    places = Places(total=1, per_address=1)
    first = Connection("a", is_working=True)
    assert places.take(first)
    for _ in range(2):
        places.leave(first)
    assert places.take(Connection("b", is_working=True))
    assert not places.take(Connection("b"))


async def answers(scope: Any, receive: Any, send: Any) -> None:
    """/: "hello"; /big: more than a socket holds."""
    del receive
    body = b"hello" if scope["path"] == "/" else b"x" * 50_000_000
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serving(places: Places) -> Generator[tuple[str, int]]:
    config = LimitedConfig(answers, places, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started, DEADLINE_S, "the server")
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join(DEADLINE_S)


@pytest.fixture
def connect() -> Iterator[Callable[[tuple[str, int]], socket.socket]]:
    with ExitStack() as opened:
        yield lambda address: opened.enter_context(socket.create_connection(address, DEADLINE_S))


def is_closed(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX: "], ids=["nothing", "half a request"])
def test_connection_without_a_request_is_closed(
    monkeypatch: pytest.MonkeyPatch, connect: Callable[[tuple[str, int]], socket.socket], sent: bytes
) -> None:
    monkeypatch.setattr(connections, "REQUEST_WITHIN_S", 0.2)
    with serving(Places()) as address:
        client = connect(address)
        client.sendall(sent)
        assert is_closed(client)


NO_HTTP = [b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n"]


@pytest.mark.parametrize("sent", NO_HTTP)
def test_bytes_that_are_no_http_are_answered_with_a_problem(
    connect: Callable[[tuple[str, int]], socket.socket], sent: bytes
) -> None:
    with serving(Places()) as address:
        client = connect(address)
        client.sendall(sent)
        answer = b""
        while more := client.recv(65_536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    assert (json.loads(body)["code"], json.loads(body)["status"]) == ("refused", 400)


def test_request_that_comes_byte_by_byte_gains_no_time(
    monkeypatch: pytest.MonkeyPatch, connect: Callable[[tuple[str, int]], socket.socket]
) -> None:
    monkeypatch.setattr(connections, "REQUEST_WITHIN_S", 0.3)
    with serving(Places()) as address:
        client = connect(address)
        # After a whole request too.
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200")
        client.settimeout(0.02)
        ends_at = time.monotonic() + DEADLINE_S
        with contextlib.suppress(ConnectionError):
            client.sendall(b"GET / HTTP/1.1\r\nX: ")
            while time.monotonic() < ends_at:
                with contextlib.suppress(TimeoutError):
                    if not client.recv(65_536):
                        break
                client.sendall(b"x")
        assert time.monotonic() < ends_at


def test_answer_that_nobody_reads_ends(
    monkeypatch: pytest.MonkeyPatch, connect: Callable[[tuple[str, int]], socket.socket]
) -> None:
    monkeypatch.setattr(connections, "STALLED_AFTER_S", 0.2)
    places = Places(total=1)
    with serving(places) as address:
        stalled = connect(address)
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        stalled.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        url = f"http://{address[0]}:{address[1]}/"
        wait_for(lambda: is_answered(url), DEADLINE_S, "the only place")


def is_answered(url: str) -> bool:
    try:
        return httpx.get(url, timeout=DEADLINE_S).status_code == 200
    except httpx.TransportError:
        return False


def test_where_all_work_one_more_is_told_so(connect: Callable[[tuple[str, int]], socket.socket]) -> None:
    with serving(Places(total=1)) as address:
        busy = connect(address)
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        busy.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        assert busy.recv(10)
        refused = httpx.get(f"http://{address[0]}:{address[1]}/", timeout=DEADLINE_S)
        assert refused.status_code == 503
        assert refused.json()["code"] == "too_many_connections"
        assert refused.headers["retry-after"]


def test_two_thousand_silent_connections_keep_nobody_out(site: Site) -> None:
    site.start()
    port = int(site.api_url.rpartition(":")[2])
    with ExitStack() as opened:
        silent = [opened.enter_context(socket.create_connection(("127.0.0.1", port), DEADLINE_S)) for _ in range(2_000)]
        with site.client() as client:
            for _ in range(20):
                assert client.get("/health").json()["status"] == "ok"
            assert client.get("/v1/charge-points").status_code == 200
        del silent
