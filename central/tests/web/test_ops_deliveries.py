"""What was told to whom: by the API and on the operator's page."""

import csv
import io

import httpx
import pytest

from central.outbound.notify import queue
from central.outbound.notify.events import CHANNELS, EVENTS
from central.people.roles import AUDITOR, OPERATOR
from central.store.notice_tables import STATES
from central.tests.notices import AT_MS, notices_at, tell
from central.tests.site import Site, sign_up
from central.tests.web.test_ops_lists import client_of
from central.views.deliveries import WEBHOOK
from central.web.ops import words
from tools.stack.tokens import bearer

MARKUP = "=<b>1+1</b>"


def asking(site: Site, role: str, sites: frozenset[str] | None = None) -> httpx.Client:
    """For pages and for the API."""
    client = client_of(site, role, sites)
    client.headers.update(bearer(client.cookies["wattline"]))
    return client


def test_every_event_channel_state_and_reason_has_its_words() -> None:
    assert set(words.EVENTS) == set(EVENTS)
    assert set(words.CHANNELS) == {*CHANNELS, WEBHOOK}
    assert set(words.DELIVERY_STATES) == set(STATES)
    assert set(words.DROPPED_WHY) == {queue.TOO_MANY, queue.STALE, queue.NO_ADDRESS, queue.NO_CHANNEL}


@pytest.fixture
def told(site: Site) -> Site:
    """One was told at a site, one at none, one program was not."""
    site.start()
    site.connect("cp_north")
    site.says("site_request", "operator", site_id="north", action="add", name="North", time_zone="UTC")
    site.says("operator_request", "operator", cp_id="cp_north", action="site", site_id="north")
    with site.client() as client:
        driver_id = sign_up(client, MARKUP)
        site.wait_for(lambda: client.get("/v1/charge-points/cp_north").json().get("site"), "it is on its site")
    with notices_at(site.folder / "notices.db") as notices:
        tell(notices, "d-1", cp_id="cp_north", at_ms=AT_MS + 1)
        tell(notices, "d-2", cp_id="cp_south", person_id=driver_id, event="charge_ended", state="due", tries=2,
             next_try_ms=AT_MS + 60_000, last_error=MARKUP, done_at_ms=None)
        tell(notices, "d-3", cp_id="", person_id="", channel=WEBHOOK, lane=f"{WEBHOOK}/wh_1", state="dropped",
             why=queue.STALE, tries=0, at_ms=AT_MS - 1)
    return site


def test_a_list_of_rows_a_page_at_a_time(told: Site) -> None:
    with asking(told, OPERATOR) as client:
        first = client.get("/v1/deliveries?limit=2").json()
        assert [each["delivery_id"] for each in first["deliveries"]] == ["d-1", "d-2"]
        assert first["deliveries"][1] | {"person_id": "x"} == {
            "delivery_id": "d-2", "at": "2026-03-28T11:10:00.000Z", "event": "charge_ended", "cp_id": "cp_south",
            "person_id": "x", "person_name": MARKUP, "channel": "email", "webhook_id": None, "state": "due", "tries": 2,
            "error": MARKUP, "why": None, "next_try_at": "2026-03-28T11:11:00.000Z", "done_at": None,
        }  # fmt: skip
        (last,) = client.get(f"/v1/deliveries?cursor={first['next']}").json()["deliveries"]
        assert (last["person_name"], last["webhook_id"], last["cp_id"]) == (None, "wh_1", None)
        (due,) = client.get("/v1/deliveries?state=due").json()["deliveries"]
        assert due["delivery_id"] == "d-2"
        assert client.get("/v1/deliveries?state=lost").status_code == 400


def test_whoever_serves_a_site_sees_what_was_told_of_it_alone(told: Site) -> None:
    with asking(told, OPERATOR, frozenset({"north"})) as client:
        (one,) = client.get("/v1/deliveries").json()["deliveries"]
        assert one["delivery_id"] == "d-1"
        assert MARKUP.strip("=") not in client.get("/ops/deliveries.csv").text


def test_the_page_filters_and_is_taken_along(told: Site) -> None:
    with asking(told, AUDITOR) as client:
        page = client.get("/ops/deliveries").text
        assert page.count("<tr>") == 4
        assert "&lt;b&gt;1+1" in page
        assert "<b>1+1" not in page
        assert "it was no news any more" in page
        assert "cp_north" not in client.get("/ops/deliveries?state=due").text
        assert "Nobody was told anything of this kind." in client.get("/ops/deliveries?state=failed").text
        rows = list(csv.DictReader(io.StringIO(client.get("/ops/deliveries.csv?state=due").text)))
    assert [(row["error"], row["person_name"]) for row in rows] == [(f"'{MARKUP}", f"'{MARKUP}")]


def test_where_nobody_was_ever_told_it_is_said_and_what_to_run(site: Site) -> None:
    site.start()
    with asking(site, AUDITOR) as client:
        answer = client.get("/v1/deliveries")
        assert (answer.status_code, answer.json()["code"]) == (503, "no_notices")
        page = client.get("/ops/deliveries")
        assert page.status_code == 200
        assert "wattline-central notify" in page.text
        assert client.get("/ops/deliveries.csv").status_code == 503
