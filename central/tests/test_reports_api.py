"""What a driver says went wrong with a charge, by the API; and the lists in which operators find it, and him."""

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from central.api.reports import MOST_CHARACTERS
from central.fold.reports import MOST_OF_A_SESSION
from central.people.roles import AUDITOR
from central.tests.site import Site, sign_up
from central.tests.web.visits import Post


class Ada(NamedTuple):
    """Whose charge `smells` goes on at a charge point of its own."""

    client: httpx.Client
    driver_id: str
    session_id: str
    cp_id: str

    def reports(self, text: object, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        return self.client.post("/v1/charges/smells/reports", json={"text": text, **more}, headers=headers)


@pytest.fixture
def ada(shared_site: Site) -> Iterator[Ada]:
    post = Post.at(shared_site)
    with shared_site.client() as client:
        driver_id = sign_up(client)
        asked = client.post("/v1/charges", json={"message_id": "smells", "cp_id": post.cp_id}).json()
        post.begin(asked["session_id"])
        shared_site.wait_for(lambda: client.get("/v1/charges/smells").json()["state"] == "in_progress", "it charges")
        yield Ada(client, driver_id, asked["session_id"], post.cp_id)


def listed(site: Site, ada: Ada, count: int = 1) -> list[dict[str, Any]]:
    """As an auditor has them, once there are so many."""
    with site.client(site.token("reads-reports", AUDITOR)) as auditor:
        def found() -> list[dict[str, Any]]:
            rows = auditor.get("/v1/reports", params={"cp_id": ada.cp_id}).json()["reports"]
            return rows if len(rows) >= count else []

        return site.wait_for(found, f"{count} reports")


def test_a_report_reaches_whoever_operates_the_charge_point_and_is_the_drivers_own(shared_site: Site, ada: Ada) -> None:
    said = ada.reports("The cable is stuck.", message_id="r1")
    assert (said.status_code, said.json()) == (202, {"message_id": "r1", "session_id": ada.session_id})
    (report,) = listed(shared_site, ada)
    told = {name: report[name] for name in ("session_id", "driver_id", "number", "text")}
    expected = {"session_id": ada.session_id, "driver_id": ada.driver_id, "number": 1, "text": "The cable is stuck."}
    assert told == expected
    assert ada.client.get("/v1/me/data").json()["reports"] == [report]


def test_a_report_that_is_said_again_counts_once(shared_site: Site, ada: Ada) -> None:
    key = {"Idempotency-Key": "lost answer"}
    first, again = ada.reports("It smells.", key), ada.reports("It smells.", key)
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (202, first.json())
    other = ada.reports("It burns.", key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert ada.reports("It is dark here.", message_id="r2").status_code == 202
    assert [each["text"] for each in listed(shared_site, ada, 2)] == ["It is dark here.", "It smells."]


def test_of_a_charge_so_many_reports_are_kept_and_the_next_is_told_so(shared_site: Site, ada: Ada) -> None:
    for number in range(MOST_OF_A_SESSION):
        assert ada.reports(f"again {number}", message_id=str(uuid.uuid4())).status_code == 202
    listed(shared_site, ada, MOST_OF_A_SESSION)
    refused = ada.reports("once more", message_id="r6")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_reports")


@pytest.mark.parametrize("text", ["", "   ", "x" * (MOST_CHARACTERS + 1), 7, None, "a\nb"])
def test_a_text_that_is_none_is_refused(ada: Ada, text: object) -> None:
    refused = ada.reports(text, message_id="r1")
    assert (refused.status_code, refused.json()["field"]) == (400, "text")


def test_of_a_charge_that_never_was_and_of_anothers_nothing_is_reported(shared_site: Site, ada: Ada) -> None:
    with shared_site.client() as bob:
        sign_up(bob, "Bob")
        for path in ("smells", "none"):
            refused = bob.post(f"/v1/charges/{path}/reports", json={"message_id": "r1", "text": "not mine"})
            assert (refused.status_code, refused.json()["code"]) == (404, "unknown_charge")
        bob.post("/v1/charges", json={"message_id": "busy", "cp_id": ada.cp_id}).raise_for_status()
        over = ("refused", "failed")
        shared_site.wait_for(lambda: bob.get("/v1/charges/busy").json()["state"] in over, "it is refused")
        refused = bob.post("/v1/charges/busy/reports", json={"message_id": "r1", "text": "busy"})
        assert (refused.status_code, refused.json()["code"]) == (409, "no_session")


def test_the_list_of_drivers_is_paged_and_finds_one(shared_site: Site, ada: Ada) -> None:
    with shared_site.client() as client:
        sign_up(client, "Somebody Else")
    with shared_site.client(shared_site.token("reads-drivers", AUDITOR)) as auditor:
        found = auditor.get("/v1/drivers", params={"driver_id": ada.driver_id}).json()
        assert [(each["driver_id"], each["username"]) for each in found["drivers"]] == [(ada.driver_id, "Ada")]
        pages: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = auditor.get("/v1/drivers", params={"limit": "1", **cursor}).json()
            pages += [each["driver_id"] for each in page["drivers"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
    assert len(pages) == len(set(pages))
    assert ada.driver_id in pages
