"""A page of elsewhere, and a name that was bound to this address: at every route that changes something, also at those
of pages; and streams, which end with the token that they were opened by.
"""

import re
import time
from typing import Any

import httpx
import pytest

from central.api.revocation import LOOK_EACH_S
from central.people.register import revoke
from central.people.roles import ADMIN, DRIVER
from central.serving.routes import API_ROUTES
from central.tests.site import Site
from central.tests.web.visits import Post
from central.tests.who_may_what import TABLE
from central.web.routes import ROUTES as PAGE_ROUTES
from eventlog.clock import wall_ms
from runtime.tokens import sha256_of
from tools.stack.tokens import bearer, people_at
from tools.testing.deadlines import DEADLINE_S

SAFE = {"GET", "HEAD"}
ROUTES: list[Any] = [*API_ROUTES, *PAGE_ROUTES]
UNSAFE = sorted((method, route.path) for route in ROUTES for method in (route.methods or ()) if method not in SAFE)
# Every stream there is, and who may follow it.
STREAMS = {
    "/v1/charges/{message_id}/events": DRIVER,
    "/v1/charge-points/events": ADMIN,
    "/p/{cp_id}/live": DRIVER,
    "/c/{session}/live": DRIVER,
    "/ops/live": ADMIN,
    "/ops/posts/{cp_id}/live": ADMIN,
}


def filled(path: str, **names: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: names.get(name[1], "none"), path)


def test_no_unsafe_route_is_missing_here() -> None:
    assert {each for each in UNSAFE if each[1].startswith("/v1")} == {each for each in TABLE if each[0] not in SAFE}


@pytest.fixture(scope="module")
def admin(shared_site: Site) -> str:
    """Who may do most: what refuses him refuses him for where he asks from."""
    return shared_site.token("asks-from-elsewhere", ADMIN)


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_a_page_of_elsewhere_changes_nothing(shared_site: Site, admin: str, method: str, path: str) -> None:
    port = httpx.URL(shared_site.api_url).port
    with shared_site.client(admin) as client:
        client.cookies.set("wattline", admin)
        for headers, status, code in (
            ({"Origin": "https://evil.example"}, 403, "foreign_origin"),
            ({"Origin": "null"}, 403, "foreign_origin"),
            ({"Host": f"evil.example:{port}"}, 421, "wrong_host"),
            ({"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"}, 421, "wrong_host"),
        ):
            for media, body in (("application/json", "{}"), ("application/x-www-form-urlencoded", "a=b")):
                told = {**headers, "Content-Type": media}
                refused = client.request(method, filled(path), headers=told, content=body)
                assert (refused.status_code, refused.json()["code"]) == (status, code), headers


def test_no_stream_is_missing_here() -> None:
    told = {route.path for route in API_ROUTES if route.told is not None and route.told.is_stream}
    assert {*told, *(route.path for route in PAGE_ROUTES if route.path.endswith("/live"))} == set(STREAMS)


@pytest.fixture(scope="module")
def charge(shared_site: Site) -> dict[str, str]:
    """A charge that goes on, and what its addresses name."""
    post = Post.at(shared_site)
    with shared_site.client(shared_site.token("follows")) as client:
        shared_site.says("driver_register", "api", driver_id="follows")
        asked = client.post("/v1/charges", json={"message_id": "followed", "cp_id": post.cp_id}).json()
        post.begin(asked["session_id"])
        shared_site.wait_for(lambda: client.get("/v1/charges/followed").json()["state"] == "in_progress", "it charges")
    return {"cp_id": post.cp_id, "message_id": "followed", "session": asked["session_id"]}


@pytest.mark.parametrize("path", STREAMS)
def test_each_stream_ends_with_its_token(shared_site: Site, charge: dict[str, str], path: str) -> None:
    """How often tokens are looked at bounds it to a second."""
    role = STREAMS[path]
    token = shared_site.token("follows" if role == DRIVER else "follows-all", role)
    with (
        httpx.Client(base_url=shared_site.api_url, headers=bearer(token), cookies={"wattline": token}) as client,
        client.stream("GET", filled(path, **charge)) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream"), response.read()
        lines = response.iter_lines()
        assert next(lines)
        with people_at(shared_site.people_file) as people, people.writer.begin() as connection:
            assert revoke(connection, wall_ms(), sha256=sha256_of(token))
        deadline = time.monotonic() + DEADLINE_S
        for _ in lines:
            assert time.monotonic() < deadline, "it goes on"


def test_tokens_are_looked_at_often_enough() -> None:
    assert LOOK_EACH_S <= 0.5
