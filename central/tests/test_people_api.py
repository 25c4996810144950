"""People and tokens by the API: made, used, revoked, and what is refused; and keys that stand for a message_id."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from central.people.roles import ADMIN
from central.tests.commands import runner
from central.tests.site import Site, sign_up

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def admin(shared_site: Site) -> Iterator[httpx.Client]:
    with shared_site.client(shared_site.token("people-admin", ADMIN)) as client:
        yield client


def code_of(response: httpx.Response) -> tuple[int, str, str | None]:
    problem = response.json()
    return response.status_code, problem["code"], problem["field"]


def test_who_is_added_signs_in(shared_site: Site, admin: httpx.Client) -> None:
    person = {"name": f"p{uuid.uuid4().hex[:8]}", "role": "auditor", "password": PASSWORD}
    assert admin.post("/v1/people", json=person).status_code == 201
    assert code_of(admin.post("/v1/people", json=person))[:2] == (409, "already_known")
    with shared_site.client() as client:
        signed_in = client.post("/v1/sign-in", json={"name": person["name"], "password": PASSWORD})
        assert signed_in.json()["role"] == "auditor"
        changed = admin.post(f"/v1/people/{person['name']}/password", json={"password": f"another {PASSWORD}"})
        assert changed.status_code == 200
        refused = client.post("/v1/sign-in", json={"name": person["name"], "password": PASSWORD})
        assert code_of(refused)[:2] == (401, "wrong_password")
    listed = admin.get("/v1/people", params={"limit": 500}).json()["people"]
    assert person["name"] in [each["name"] for each in listed]


def test_a_token_is_made_listed_and_revoked(
    shared_site: Site, admin: httpx.Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of = f"p{uuid.uuid4().hex[:8]}"
    made = admin.post("/v1/tokens", json={"of": of, "role": "auditor", "scope": "read", "label": "x", "days": 1})
    assert made.status_code == 201
    with shared_site.client(made.json()["token"]) as client:
        assert client.get("/v1/me").json()["scope"] == "read"
        (listed,) = admin.get("/v1/tokens", params={"of": of}).json()["tokens"]
        run = runner(capsys, monkeypatch, shared_site.environment)
        assert made.json()["token_id"] in run("token", "--of", of, "--json").stdout
        assert (listed["state"], listed["label"]) == ("holds", "x")
        path = f"/v1/tokens/{made.json()['token_id']}/revoke"
        assert admin.post(path, json={}).status_code == 200
        assert code_of(client.get("/v1/me"))[:2] == (401, "bad_token")
        assert code_of(admin.post(path, json={}))[:2] == (404, "unknown_token")
    assert admin.get("/v1/tokens", params={"of": of}).json()["tokens"][0]["state"] == "revoked"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/v1/people", {"role": "admin", "password": PASSWORD}, (400, "missing_field", "name")),
        ("/v1/people", {"name": "a b", "role": "admin", "password": PASSWORD}, (400, "bad_field", "name")),
        ("/v1/people", {"name": "a", "role": "driver", "password": PASSWORD}, (400, "bad_field", "role")),
        ("/v1/people", {"name": "a", "role": "admin", "password": "short"}, (400, "bad_field", "password")),
        ("/v1/people/none/password", {"password": PASSWORD}, (404, "unknown_person", None)),
        ("/v1/tokens", {"of": "a", "role": "king"}, (400, "bad_field", "role")),
        ("/v1/tokens", {"of": "a", "role": "admin", "scope": "most"}, (400, "bad_field", "scope")),
        ("/v1/tokens", {"of": "a", "role": "admin", "days": 0}, (400, "out_of_bounds", "days")),
        ("/v1/tokens", {"of": "a", "role": "admin", "label": "x" * 101}, (400, "bad_field", "label")),
        ("/v1/tokens", {"of": "people-admin", "role": "driver"}, (409, "already_known", None)),
        ("/v1/tokens/none/revoke", {}, (404, "unknown_token", None)),
        ("/v1/tokens/none/revoke", {"why": "x"}, (400, "unknown_field", "why")),
    ],
)
def test_what_is_wrong_is_told(
    admin: httpx.Client, path: str, body: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    assert code_of(admin.post(path, json=body)) == expected


def test_a_key_stands_for_the_id_of_a_charge(shared_site: Site) -> None:
    key = {"Idempotency-Key": "mine"}
    with shared_site.client() as ada, shared_site.client() as bob:
        first_id, second_id = sign_up(ada), sign_up(bob, "Bob")
        first = ada.post("/v1/charges", json={"cp_id": "cp_key_1"}, headers=key)
        assert first.status_code == 202, first.text
        again = ada.post("/v1/charges", json={"cp_id": "cp_key_1"}, headers=key)
        assert again.json()["message_id"] == first.json()["message_id"]
        other = ada.post("/v1/charges", json={"cp_id": "cp_key_2"}, headers=key)
        assert code_of(other) == (422, "key_reused", "Idempotency-Key")
        assert bob.post("/v1/charges", json={"cp_id": "cp_key_2"}, headers=key).json()["cp_id"] == "cp_key_2"
        stop = f"/v1/charges/{first.json()['message_id']}/stop"
        assert ada.post(stop, json={}, headers=key).status_code == 202
        assert code_of(ada.post(stop, json={}))[:3] == (400, "missing_field", "message_id")
        shown = f"/v1/drivers/{first_id}/charges"
        shared_site.wait_for(lambda: ada.get(shown).json()["charges"], "the charge")
        assert len(ada.get(shown).json()["charges"]) == 1
        assert first_id != second_id


def test_ready_while_database_and_log_are_there(site: Site) -> None:
    site.start()
    with site.client() as client:
        assert client.get("/health/live").json() == {"status": "ok"}
        site.wait_for(lambda: client.get("/health/ready").status_code == 200, "ready")
        assert client.get("/health/ready").json() == {"status": "ok", "database": "open", "log": "open"}
