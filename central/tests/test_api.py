"""The API's routes against bad input of every sort: a clear answer, never a mistake of ours, nothing changed."""

import contextlib
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.tests.site import Site, sign_up
from runtime.tokens import new_token
from tools.testing.deadlines import DEADLINE_S

REQUEST = {"message_id": "m", "cp_id": "cp_001", "driver_id": "drv_1"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def api(shared_site: Site) -> Iterator[httpx.Client]:
    """Of the driver `drv_1`."""
    with shared_site.client(shared_site.token("drv_1")) as client:
        yield client


@pytest.fixture
def stranger(shared_site: Site) -> Iterator[httpx.Client]:
    """Of somebody who is to sign up."""
    with shared_site.client() as client:
        yield client


def error_of(response: httpx.Response) -> tuple[int, str, str | None]:
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "detail", "code", "field"}
    assert problem["type"] == f"urn:wattline:problem:{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["status"] == response.status_code
    return response.status_code, problem["code"], problem["field"]


BODIES: list[tuple[str, dict[str, Any], tuple[int, str, str | None]]] = [
    ("/v1/drivers", {}, (400, "missing_field", "username")),
    ("/v1/drivers", {"username": "Ada"}, (400, "missing_field", "message_id")),
    ("/v1/drivers", {"username": "Ada", "message_id": 7}, (400, "bad_field", "message_id")),
    ("/v1/drivers", {"username": "Ada", "message_id": ["m"]}, (400, "bad_field", "message_id")),
    ("/v1/drivers", {"username": "Ada", "message_id": "b.0123456789abcdef.9"}, (400, "bad_field", "message_id")),
    ("/v1/drivers", {"username": "", "message_id": "m"}, (400, "bad_field", "username")),
    ("/v1/drivers", {"username": "A\nB", "message_id": "m"}, (400, "bad_field", "username")),
    ("/v1/drivers", {"username": "x" * 256, "message_id": "m"}, (400, "bad_field", "username")),
    ("/v1/drivers", {"username": "Ada", "message_id": "m", "admin": True}, (400, "unknown_field", "admin")),
    ("/v1/charges", {}, (400, "missing_field", "message_id")),
    ("/v1/charges", {**REQUEST, "cp_id": None}, (400, "missing_field", "cp_id")),
    ("/v1/charges", {**REQUEST, "cp_id": "../x"}, (400, "bad_field", "cp_id")),
    ("/v1/charges", {**REQUEST, "driver_id": "x" * 65}, (404, "unknown_driver", "driver_id")),
    ("/v1/charges", {**REQUEST, "max_energy_wh": 0}, (400, "out_of_bounds", "max_energy_wh")),
    ("/v1/charges", {**REQUEST, "max_energy_wh": -1}, (400, "out_of_bounds", "max_energy_wh")),
    ("/v1/charges", {**REQUEST, "max_energy_wh": 1.5}, (400, "bad_field", "max_energy_wh")),
    ("/v1/charges", {**REQUEST, "max_duration_s": 10**9 * 9}, (400, "out_of_bounds", "max_duration_s")),
    ("/v1/charges", {**REQUEST, "max_cost_minor": "5"}, (400, "bad_field", "max_cost_minor")),
    ("/v1/charges", {**REQUEST, "price_per_kwh": -0.2}, (400, "out_of_bounds", "price_per_kwh")),
    ("/v1/charges", {**REQUEST, "price_per_kwh": "-0.2"}, (400, "bad_field", "price_per_kwh")),
    ("/v1/charges", {**REQUEST, "price_per_kwh": "0.20001"}, (400, "bad_field", "price_per_kwh")),
    ("/v1/charges", {**REQUEST, "price_per_kwh": 0.20001}, (400, "bad_field", "price_per_kwh")),
    ("/v1/charges", {**REQUEST, "price_per_kwh": "nan"}, (400, "bad_field", "price_per_kwh")),
    ("/v1/charges", {**REQUEST, "type": "operator_request"}, (400, "unknown_field", "type")),
    ("/v1/charges", {**REQUEST, "v": 2}, (400, "unknown_field", "v")),
    ("/v1/drivers", {"username": "Ada", "message_id": "m", "token": "wl_short"}, (400, "bad_field", "token")),
    ("/v1/sign-in", {"password": "p"}, (400, "missing_field", "name")),
    ("/v1/sign-in", {"name": "ada", "password": 7}, (400, "bad_field", "password")),
    ("/v1/sign-in", {"name": "ada", "password": "x" * 300}, (400, "bad_field", "password")),
    ("/v1/charges/m/stop", {"message_id": "s"}, (404, "unknown_charge", None)),
    ("/v1/charges/m/stop", {"driver_id": "drv_1"}, (400, "missing_field", "message_id")),
    ("/v1/charges/m/stop", {"message_id": "s", "driver_id": "drv_1"}, (404, "unknown_charge", None)),
    ("/v1/charges/m/stop", {"message_id": "s", "driver_id": "drv 1"}, (404, "unknown_driver", "driver_id")),
    ("/v1/charges/m/stop", {"message_id": "s", "driver_id": 7}, (404, "unknown_driver", "driver_id")),
    ("/v1/charges/m/stop", {"message_id": "s s", "driver_id": "drv_1"}, (400, "bad_field", "message_id")),
    ("/v1/charges/m/stop", {"message_id": "s", "driver_id": "drv_1", "reason": "x"}, (400, "unknown_field", "reason")),
]


@pytest.mark.parametrize(("path", "body", "expected"), BODIES)
def test_a_bad_body_is_told_which_field(
    api: httpx.Client, path: str, body: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    assert error_of(api.post(path, json=body)) == expected


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"[]", b'"x"', b"{", b'{"message_id":NaN}', b'{"message_id":-Infinity}', b'{"x":1e999}',
             b"\xff\xfe", b'{"message_id":"\\ud800"}', b'{"a":' * 3_000, b'{"n":' + b"9" * 3_000 + b"}"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/drivers", "/v1/charges", "/v1/charges/m/stop"])
def test_a_body_that_is_not_json(api: httpx.Client, path: str, body: bytes) -> None:
    assert error_of(api.post(path, content=body, headers=JSON))[:2] == (400, "not_json")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_that_is_not_declared_json(api: httpx.Client, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = api.post("/v1/charges", content=json.dumps(REQUEST).encode(), headers=headers)
    assert error_of(response)[:2] == (415, "not_json")


def test_a_body_too_large_is_refused_declared_or_not(api: httpx.Client) -> None:
    large = json.dumps({**REQUEST, "message_id": "x" * 1_000_000}).encode()
    assert error_of(api.post("/v1/charges", content=large, headers=JSON))[:2] == (413, "too_large")

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(large), 4_096):
            yield large[start : start + 4_096]

    with contextlib.suppress(httpx.WriteError):  # it may also be cut off before it has said everything
        assert error_of(api.post("/v1/charges", content=pieces(), headers=JSON))[:2] == (413, "too_large")


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:{port}", 200), ("localhost:{port}", 200), ("[::1]:{port}", 200), ("LOCALHOST:{port}", 200),
     ("127.0.0.1", 421), ("127.0.0.1:1", 421), ("evil.example", 421), ("evil.example:{port}", 421),
     ("127.0.0.1.evil.example:{port}", 421), ("localhost:{port}@evil.example", 421), ("evil@localhost:{port}", 421),
     ("", 421), ("localhost:{port}/x", 421), ("localhost:99999999", 421), ("[::1", 421)],
)  # fmt: skip
def test_only_its_own_host_is_answered(api: httpx.Client, host: str, status: int) -> None:
    response = api.get("/v1/charge-points", headers={"Host": host.format(port=api.base_url.port)})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:{port}", 200), ("http://localhost:{port}", 200), ("http://evil.example", 403), ("null", 403),
     ("http://localhost:1", 403), ("https://localhost:{port}", 403), ("http://localhost:{port}.evil.example", 403),
     ("", 403), ("http://evil.example/http://localhost:{port}", 403)],
)  # fmt: skip
def test_foreign_origins_are_refused(api: httpx.Client, origin: str, status: int) -> None:
    headers = {"Origin": origin.format(port=api.base_url.port)}
    assert api.get("/v1/charge-points", headers=headers).status_code == status


def test_two_hosts_or_none_are_refused(api: httpx.Client) -> None:
    assert api.base_url.port is not None
    for hosts in (b"", b"Host: localhost\r\nHost: evil\r\n"):
        with socket.create_connection(("127.0.0.1", api.base_url.port), 5) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
            assert connection.recv(100).split(b" ")[1] in (b"400", b"421")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nothing", (404, "not_found")), ("DELETE", "/v1/charges", (405, "method_not_allowed")),
        ("GET", "/v1/charge-points/zz", (404, "unknown_charge_point")),
        ("GET", "/v1/charge-points/%00", (404, "unknown_charge_point")),
        ("GET", "/v1/charges/m", (404, "unknown_charge")), ("GET", "/v1/charges/m?driver_id=%0a", (400, "bad_field")),
        ("GET", "/v1/charges/m?driver_id=drv_1", (404, "unknown_charge")),
        ("GET", "/v1/charges/m/events?driver_id=drv_1", (404, "unknown_charge")),
        ("GET", "/v1/charges/m/receipt?driver_id=drv_1", (404, "unknown_charge")),
        ("GET", "/v1/drivers/drv_1/charges?limit=0", (400, "out_of_bounds")),
        ("GET", "/v1/drivers/drv_1/charges?limit=1e3", (400, "bad_field")),
        ("GET", "/v1/drivers/drv_1/charges?open=yes", (400, "bad_field")),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(api: httpx.Client, method: str, path: str, expected: tuple[int, str]) -> None:
    assert error_of(api.request(method, path))[:2] == expected


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=80)
anything = st.recursive(
    plain | st.just("x" * 5_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(
    ["message_id", "username", "cp_id", "driver_id", "max_energy_wh", "max_duration_s", "max_cost_minor",
     "price_per_kwh"]
)  # fmt: skip
paths = st.sampled_from(["/v1/drivers", "/v1/charges", "/v1/charges/{id}/stop"])
ids = st.text(st.characters(codec="utf-8"), max_size=70)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=paths, name=ids, body=st.dictionaries(fields, anything, max_size=6) | anything)
def test_no_body_is_a_mistake_of_ours(api: httpx.Client, path: str, name: str, body: Any) -> None:
    content = json.dumps(body).encode(errors="replace")
    target = path.format(id=quote(name, safe=""))
    response = api.post(target, content=content, headers=JSON)
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        error_of(response)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ["/v1/charge-points/{id}", "/v1/charges/{id}", "/v1/charges/{id}/receipt", "/v1/charges/{id}/events",
         "/v1/drivers/{id}/charges", "/{id}", "/v1/{id}"]),
    name=ids, query=st.dictionaries(st.sampled_from(["driver_id", "limit", "open"]), ids),
)  # fmt: skip
def test_no_question_is_a_mistake_of_ours(api: httpx.Client, path: str, name: str, query: dict[str, str]) -> None:
    target = path.format(id=quote(name, safe=""))
    response = api.get(target, params=query)
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        error_of(response)


def test_a_request_made_again_is_the_same_charge(stranger: httpx.Client, shared_site: Site) -> None:
    shared_site.connect("cp_again", "again")
    driver_id = sign_up(stranger)
    body = {"message_id": "again", "cp_id": "cp_again"}
    answers = [stranger.post("/v1/charges", json=body) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["session_id"] for answer in answers}) == 1
    taken = stranger.post("/v1/charges", json={**body, "cp_id": "cp_other"})
    assert error_of(taken) == (409, "message_id_taken", "message_id")
    path = f"/v1/charges/again?driver_id={driver_id}"
    shared_site.wait_for(lambda: stranger.get(path).json()["state"] == "authorized", "authorized")
    # Another driver may use the same id, sees nothing of this charge and stops nothing of it.
    with shared_site.client() as other:
        sign_up(other, "Bob")
        assert error_of(other.get("/v1/charges/again"))[:2] == (404, "unknown_charge")
        assert error_of(other.get(path))[:2] == (404, "unknown_driver")
        assert error_of(other.post("/v1/charges/again/stop", json={"message_id": "s"}))[:2] == (404, "unknown_charge")
        own = other.post("/v1/charges", json=body).json()
        assert own["session_id"] != answers[0].json()["session_id"]
        shared_site.wait_for(lambda: other.get("/v1/charges/again").json()["reason"] == "busy", "the other is refused")


def test_two_posts_under_one_id_at_the_same_instant_get_each_its_own_answer(
    stranger: httpx.Client, shared_site: Site
) -> None:
    for cp_id in ("cp_twin1", "cp_twin2"):
        shared_site.connect(cp_id, cp_id)
    wishes = [{"cp_id": "cp_twin1"}, {"cp_id": "cp_twin2"}, {"cp_id": "cp_twin1", "max_energy_wh": 5_000}]
    with ThreadPoolExecutor(len(wishes)) as threads:
        for number in range(20):
            body = {"message_id": f"twin{number}", "driver_id": sign_up(stranger)}
            together = Barrier(len(wishes))

            def post(wish: dict[str, Any], body: dict[str, Any] = body, together: Barrier = together) -> httpx.Response:
                together.wait(DEADLINE_S)
                return stranger.post("/v1/charges", json={**body, **wish})

            answers = list(threads.map(post, wishes))
            assert sorted(answer.status_code for answer in answers) == [202, 409, 409]
            taken, wish = next(pair for pair in zip(answers, wishes, strict=True) if pair[0].status_code == 202)
            assert taken.json()["cp_id"] == wish["cp_id"]
            # What the fold takes is what was answered.
            path = f"/v1/charges/{body['message_id']}?driver_id={body['driver_id']}"
            shared_site.wait_for(lambda path=path: stranger.get(path).json()["state"] != "pending", "the fold")
            assert stranger.get(path).json()["cp_id"] == wish["cp_id"]
            again = [stranger.post("/v1/charges", json={**body, **each}).status_code for each in wishes]
            assert again == [answer.status_code for answer in answers]


def test_client_that_hangs_up_while_it_sends_its_body_is_no_mistake_of_ours(site: Site) -> None:
    site.start()
    host, _, port = site.api_url.removeprefix("http://").rpartition(":")
    head = (
        f"POST /v1/drivers HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        "Content-Length: 900\r\n\r\n"
    )
    for body in ("", '{"message_id": "m", '):
        with socket.create_connection((host, int(port)), DEADLINE_S) as client:
            client.sendall((head + body).encode())
            client.shutdown(socket.SHUT_WR)
    site.api.wait_said("(?s)hung up.*hung up", DEADLINE_S)
    assert "Traceback" not in site.api.said()
    assert " ERROR " not in site.api.said()


def test_the_first_name_stands(stranger: httpx.Client) -> None:
    asked = {"message_id": "name-1", "username": "Ada", "token": new_token()}
    first = stranger.post("/v1/drivers", json=asked).json()
    again = stranger.post("/v1/drivers", json={**asked, "username": "Bob"})
    assert (again.status_code, again.json()) == (201, first)
    assert first["username"] == "Ada"
    for token in (new_token(), None):
        taken = stranger.post("/v1/drivers", json={**asked, "token": token})
        assert error_of(taken)[:2] == (409, "already_registered")


def test_a_price_that_rose_is_refused(stranger: httpx.Client, shared_site: Site) -> None:
    shared_site.connect("cp_price", "price", price_per_kwh=0.25)
    sign_up(stranger)
    body = {"message_id": "p", "cp_id": "cp_price", "price_per_kwh": "0.2000"}
    stranger.post("/v1/charges", json=body).raise_for_status()
    shared_site.wait_for(lambda: stranger.get("/v1/charges/p").json()["state"] == "failed", "refused")
    assert stranger.get("/v1/charges/p").json()["reason"] == "price_changed"
    assert error_of(stranger.get("/v1/charges/p/receipt"))[:2] == (409, "nothing_charged")
