"""Tokens: what is none, or holds no more, opens nothing; and none lies where others look."""

import time
from pathlib import Path

import pytest

from central.people.tables import TOKENS
from central.tests.site import Site
from runtime.tokens import new_token, sha256_of
from tools.stack.tokens import people_at


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer x", "Basic {token}", "Bearer  {token}", "Bearer {token}x", "{token}", "Bearer {unknown}"],
)
def test_what_is_no_token_opens_nothing(shared_site: Site, header: str) -> None:
    given = header.format(token=shared_site.token("header"), unknown=new_token())
    with shared_site.client() as client:
        response = client.get("/v1/me", headers={"Authorization": given})
        assert (response.status_code, response.json()["code"]) == (401, "bad_token")
        assert response.headers["WWW-Authenticate"] == "Bearer"
        twice = client.get("/v1/me", headers=[("Authorization", f"Bearer {new_token()}")] * 2)
        assert twice.status_code == 401


def test_a_token_that_expired_opens_nothing(shared_site: Site) -> None:
    token = shared_site.token("late")
    with people_at(shared_site.people_file) as people, people.writer.begin() as connection:
        past_ms = time.time_ns() // 1_000_000 - 1
        this = TOKENS.update().where(TOKENS.c.sha256 == sha256_of(token))
        connection.execute(this.values(expires_at_ms=past_ms))
    with shared_site.client(token) as client:
        assert client.get("/v1/me").json()["code"] == "bad_token"


def test_no_token_lies_anywhere(site: Site) -> None:
    """Not in the logs, even where all is logged; not in the databases, the event log, the list of processes."""
    site.worker, site.api = site.process("worker", DEBUG_MODE="1"), site.process("api", DEBUG_MODE="1")
    site.start()
    token = new_token()
    with site.client(token) as client:
        asked = {"message_id": "d", "username": "Ada", "token": token}
        client.post("/v1/drivers", json=asked).raise_for_status()
        client.get("/v1/me").raise_for_status()
        client.post("/v1/charges", json={"message_id": "m", "cp_id": "none"}).raise_for_status()
        refused = [client.get("/v1/sessions"), client.get("/v1/me", headers={"Authorization": f"Basic {token}"})]
        assert [each.status_code for each in refused] == [403, 401]
        client.cookies.set("wattline", token)
        client.get("/me").raise_for_status()
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            assert token.encode() not in _read(file), file
    for file in site.folder.rglob("*"):
        assert not file.is_file() or token.encode() not in file.read_bytes(), file


def _read(file: Path) -> bytes:
    """b"" of a process that is gone, or another's."""
    try:
        return file.read_bytes()
    except OSError:
        return b""
