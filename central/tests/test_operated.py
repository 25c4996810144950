"""What operators do by the API: the same as at the command line, with who and why on the log, once for one key."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from central.people.roles import AUDITOR, OPERATOR
from central.tests.commands import Run, runner
from central.tests.site import Site
from runtime.tokens import id_of, sha256_of

WHY = {"reason": "cable cut"}


@pytest.fixture
def run(shared_site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capsys, monkeypatch, shared_site.environment)


@pytest.fixture(scope="module")
def token(shared_site: Site) -> str:
    return shared_site.token("grace", OPERATOR)


@pytest.fixture(scope="module")
def operator(shared_site: Site, token: str) -> Iterator[httpx.Client]:
    with shared_site.client(token) as client:
        yield client


@pytest.fixture
def cp_id(shared_site: Site, operator: httpx.Client) -> str:
    """A charge point of the test's own, on line."""
    name = f"cp_{uuid.uuid4().hex[:10]}"
    shared_site.connect(name, name.replace("cp_", "b"), rated_current_ma=16_000)
    shared_site.wait_for(lambda: operator.get(f"/v1/charge-points/{name}").status_code == 200, name)
    return name


def requests_of(site: Site, cp_id: str) -> list[dict[str, Any]]:
    """What was asked of a charge point, as the log has it."""
    messages = [json.loads(record.value) for record in site.read("ev.cp") if record.key == cp_id]
    return [message for message in messages if message["type"] == "operator_request"]


def code_of(response: httpx.Response) -> tuple[int, str, str | None]:
    problem = response.json()
    return response.status_code, problem["code"], problem["field"]


def test_what_is_asked_is_done_and_the_log_says_by_whom_and_why(
    shared_site: Site, operator: httpx.Client, token: str, cp_id: str
) -> None:
    stopped = operator.post(f"/v1/charge-points/{cp_id}/stop", json=WHY)
    assert stopped.status_code == 200, stopped.text
    assert stopped.json()["state"] == "done"
    assert stopped.json()["charge_point"]["status"] == "STOPPED"
    (asked,) = requests_of(shared_site, cp_id)
    assert (asked["action"], asked["reason"], asked["by"]) == ("stop", "cable cut", id_of(sha256_of(token)))
    assert "grace" not in json.dumps(asked)
    assert asked["message_id"] == stopped.json()["request_id"]


def test_command_line_and_api_do_and_refuse_the_same(operator: httpx.Client, run: Run, cp_id: str) -> None:
    path = f"/v1/charge-points/{cp_id}"
    assert "STOPPED" in run("stop", cp_id, "--reason", "cable cut").stdout
    assert operator.post(f"{path}/resume", json={}).json()["charge_point"]["status"] == "ACTIVE"
    assert operator.post(f"{path}/price", json={"price_per_kwh": "0.3255"}).status_code == 200
    assert "0.3255 EUR/kWh" in run("resume", cp_id).stdout
    assert operator.post(f"{path}/limit", json={"limit_ma": 10_000}).json()["charge_point"]["limit_ma"] == 10_000
    assert operator.post(f"{path}/limit", json={}).json()["charge_point"]["limit_ma"] is None
    for words, where, body, expected in (
        (("limit", cp_id, "--current-a", "17"), f"{path}/limit", {"limit_ma": 17_000}, (409, "above_rated")),
        (("clear-fault", cp_id, "weld"), f"{path}/clear-fault", {"fault": "weld", **WHY}, (409, "unknown_fault")),
        (("keep", cp_id), f"{path}/keep", {}, (409, "not_replaceable")),
        (("stop", "cp_none"), "/v1/charge-points/cp_none/stop", WHY, (404, "unknown_charge_point")),
        (("end-session", "none"), "/v1/sessions/none/end", WHY, (404, "unknown_session")),
        (("held", "accept", "none"), "/v1/sessions/none/accept-held", WHY, (404, "unknown_session")),
        (("unpark", "none"), "/v1/parked/none/unpark", {}, (404, "nothing_parked")),
    ):
        told, refused = run(*words), operator.post(where, json=body)
        assert code_of(refused)[:2] == expected, refused.text
        assert told.exit_code == 1
        assert refused.json()["detail"] in told.stderr


@pytest.mark.parametrize(
    ("word", "body", "expected"),
    [
        ("stop", {}, (400, "missing_field", "reason")),
        ("stop", {"reason": ""}, (400, "bad_field", "reason")),
        ("stop", {"reason": "x" * 256}, (400, "bad_field", "reason")),
        ("stop", {"reason": "a\nb"}, (400, "bad_field", "reason")),
        ("stop", {**WHY, "by": "me"}, (400, "unknown_field", "by")),
        ("price", {}, (400, "missing_field", "price_per_kwh")),
        ("price", {"price_per_kwh": 0.00001}, (400, "bad_field", "price_per_kwh")),
        ("price", {"price_per_kwh": 1e9}, (400, "out_of_bounds", "price_per_kwh")),
        ("limit", {"limit_ma": 999}, (400, "out_of_bounds", "limit_ma")),
        ("limit", {"limit_ma": True}, (400, "bad_field", "limit_ma")),
        ("clear-fault", WHY, (400, "missing_field", "fault")),
        ("clear-fault", {**WHY, "fault": "no fault"}, (400, "bad_field", "fault")),
    ],
)
def test_a_bad_body_is_told_which_field_and_nothing_is_asked(
    shared_site: Site, operator: httpx.Client, cp_id: str, word: str, body: dict[str, Any],
    expected: tuple[int, str, str | None],
) -> None:  # fmt: skip
    assert code_of(operator.post(f"/v1/charge-points/{cp_id}/{word}", json=body)) == expected
    assert not requests_of(shared_site, cp_id)


def test_one_key_is_one_request(shared_site: Site, operator: httpx.Client, cp_id: str) -> None:
    path, key = f"/v1/charge-points/{cp_id}", {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first = operator.post(f"{path}/stop", json=WHY, headers=key)
    assert operator.post(f"{path}/resume", json={}).status_code == 200
    again = operator.post(f"{path}/stop", json=WHY, headers=key)
    assert (again.status_code, again.json()["request_id"]) == (200, first.json()["request_id"])
    assert again.json()["charge_point"]["status"] == "ACTIVE", "it was not stopped a second time"
    assert [asked["action"] for asked in requests_of(shared_site, cp_id)] == ["stop", "resume"]
    for where, body in (("stop", {"reason": "another"}), ("remove", WHY), ("price", {"price_per_kwh": 1})):
        other = operator.post(f"{path}/{where}", json=body, headers=key)
        assert code_of(other) == (422, "key_reused", "Idempotency-Key")


def test_a_key_is_known_after_a_new_start_and_is_its_persons_own(site: Site) -> None:
    site.start()
    site.connect("cp_key")
    key, path = {"Idempotency-Key": "first"}, "/v1/charge-points/cp_key"
    grace, eve = (site.token(name, OPERATOR) for name in ("grace", "eve"))
    with site.client(grace) as client:
        site.wait_for(lambda: client.get(path).status_code == 200, "cp_key")
        first = client.post(f"{path}/stop", json=WHY, headers=key).json()
    site.api.stop()
    site.start(site.api)
    with site.client(grace) as client:
        assert client.post(f"{path}/stop", json=WHY, headers=key).json()["request_id"] == first["request_id"]
        assert code_of(client.post(f"{path}/resume", json={}, headers=key))[:2] == (422, "key_reused")
    with site.client(eve) as client:
        assert client.post(f"{path}/resume", json={}, headers=key).status_code == 200


def test_what_the_worker_has_not_done_yet_says_so(site: Site) -> None:
    site.start()
    site.connect("cp_later")
    with site.client(site.token("grace", OPERATOR)) as client:
        site.wait_for(lambda: client.get("/v1/charge-points/cp_later").status_code == 200, "cp_later")
        site.worker.stop()
        logged = client.post("/v1/charge-points/cp_later/stop", json=WHY)
        assert (logged.status_code, logged.json()["state"]) == (202, "logged")
        assert "not carried out" in logged.json()["detail"]


@pytest.mark.parametrize("key", ["", "x" * 256, "é".encode(), '"', '"a'])
def test_what_is_no_key_is_refused(operator: httpx.Client, cp_id: str, key: str | bytes) -> None:
    headers = [(b"Idempotency-Key", key if isinstance(key, bytes) else key.encode())]
    refused = operator.post(f"/v1/charge-points/{cp_id}/stop", json=WHY, headers=headers)
    if key in ('"', '"a'):
        assert refused.status_code == 200
    else:
        assert code_of(refused) == (400, "bad_field", "Idempotency-Key")


def test_who_only_looks_does_nothing(shared_site: Site, cp_id: str) -> None:
    with shared_site.client(shared_site.token("audit", AUDITOR)) as client:
        assert code_of(client.post(f"/v1/charge-points/{cp_id}/stop", json=WHY))[:2] == (403, "not_allowed")
