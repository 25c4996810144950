"""One's own contacts by the API: written down, shown by a code, and what is told there."""

import httpx
import pytest

from central.outbound.notify.events import DRIVER, OPERATORS, told_to
from central.people import roles
from central.people.checking import asked_for, new_code
from central.tests.site import Site, sign_up
from eventlog.clock import wall_ms
from tools.stack.tokens import people_at


def code_of(site: Site, client: httpx.Client) -> str:
    """As the process that tells people makes one when it sends it."""
    own_id = client.get("/v1/me").json()["id"]
    with people_at(site.people_file) as people, people.writer.begin() as connection:
        (asked,) = [each for each in asked_for(connection, wall_ms()) if each.person_id == own_id]
        return new_code(connection, asked)


def test_a_contact_is_written_down_shown_and_chosen_for(shared_site: Site) -> None:
    with shared_site.client() as client:
        sign_up(client)
        answer = client.post("/v1/me/contacts", json={"email": "ada-api@example.org", "ntfy": ""}).json()
        (contact,) = answer["contacts"]
        assert (contact["channel"], contact["address"]) == ("email", "ada-api@example.org")
        assert contact["verified_at"] is None
        assert contact["code_asked_at"]
        assert contact["events"] == answer["events"] == list(told_to(DRIVER))
        wrong = client.post("/v1/me/contacts/email/check", json={"code": "12"})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_code")
        code = code_of(shared_site, client)
        (shown,) = client.post("/v1/me/contacts/email/check", json={"code": f" {code} "}).json()["contacts"]
        assert shown["verified_at"]
        chosen = client.post("/v1/me/contacts/email/events", json={"events": ["charge_ended"]}).json()
        assert chosen["contacts"][0]["events"] == ["charge_ended"]
        assert client.get("/v1/me/contacts").json() == chosen
        # The same address again is the same contact.
        again = client.post("/v1/me/contacts", json={"email": "ada-api@example.org"}).json()
        assert again == chosen


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [("", {"email": "nobody"}, 400, "bad_field"), ("", {"fax": "1"}, 400, "unknown_field"),
     ("/email/ask", {}, 404, "unknown_contact"), ("/fax/ask", {}, 404, "unknown_contact"),
     ("/email/check", {"code": "123456"}, 404, "unknown_contact"), ("/email/check", {}, 400, "missing_field"),
     ("/email/events", {"events": ["fault_opened"]}, 400, "bad_field"),
     ("/fax/events", {"events": []}, 404, "unknown_contact")],
)  # fmt: skip
def test_what_is_none_is_refused(shared_site: Site, path: str, body: dict[str, object], status: int, code: str) -> None:
    with shared_site.client() as client:
        sign_up(client)
        answer = client.post(f"/v1/me/contacts{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert client.get("/v1/me/contacts").json()["contacts"] == []


def test_so_many_codes_a_day(shared_site: Site) -> None:
    with shared_site.client() as client:
        sign_up(client)
        client.post("/v1/me/contacts", json={"email": "flooded@example.org"})
        statuses = [client.post("/v1/me/contacts/email/ask", json={}).status_code for _ in range(4)]
        assert statuses == [200, 200, 429, 429]


@pytest.mark.parametrize(
    ("role", "events"), [(roles.OPERATOR, told_to(OPERATORS)), (roles.ADMIN, told_to(OPERATORS)), (roles.AUDITOR, ())]
)
def test_each_role_chooses_of_what_it_is_told(shared_site: Site, role: str, events: tuple[str, ...]) -> None:
    token = shared_site.token(f"chooser-{role}", role)
    with shared_site.client(token) as client:
        assert client.get("/v1/me/contacts").json()["events"] == list(events)
