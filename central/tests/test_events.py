"""Streams of events: their ids, what is told to whoever comes back, and the charge points as they change."""

import json
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from central.people.roles import AUDITOR, OPERATOR
from central.people.sites import set_sites
from central.tests.site import Site, sign_up
from tools.stack.tokens import people_at


class Told(NamedTuple):
    event: str
    data: dict[str, Any]
    id: str | None


def events_of(response: httpx.Response) -> Iterator[Told]:
    event, data, state = "", "", None
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            data = value
        elif name == "id":
            state = value
        elif not line and data:
            yield Told(event, json.loads(data), state)
            event, data, state = "", "", None


def until(events: Iterator[Told], cp_id: str, **expected: Any) -> Told:
    """The event of this charge point that says so; the client's timeout bounds the wait."""
    return next(
        each for each in events
        if each.data.get("cp_id") == cp_id and all(each.data.get(name) == value for name, value in expected.items())
    )  # fmt: skip


@pytest.fixture
def operator(shared_site: Site) -> Iterator[httpx.Client]:
    with shared_site.client(shared_site.token("events-operator", OPERATOR)) as client:
        yield client


def connected(site: Site, operator: httpx.Client) -> str:
    cp_id = f"cp_{uuid.uuid4().hex[:10]}"
    site.connect(cp_id, cp_id.replace("cp_", "e"))
    site.wait_for(lambda: operator.get(f"/v1/charge-points/{cp_id}").status_code == 200, cp_id)
    return cp_id


def test_a_charge_is_not_told_again_to_who_knows_its_state(shared_site: Site, operator: httpx.Client) -> None:
    cp_id = connected(shared_site, operator)
    with shared_site.client() as ada:
        sign_up(ada)
        charge = ada.post("/v1/charges", json={"cp_id": cp_id, "message_id": "known"}).json()
        path = "/v1/charges/known/events"
        session = f"/v1/sessions/{charge['session_id']}"
        shared_site.wait_for(lambda: operator.get(session).status_code == 200, "the session")
        with ada.stream("GET", path) as response:
            first = next(events_of(response))
        assert first.id is not None
        with ada.stream("GET", path, headers={"Last-Event-ID": first.id}) as response:
            events = events_of(response)
            ada.post("/v1/charges/known/stop", json={"message_id": "s"}).raise_for_status()
            ended = operator.post(f"{session}/end", json={"reason": "test"})
            assert ended.status_code in (200, 202, 409), ended.text
            (*_, last) = events
        assert last.data["state"] in ("cancelled", "failed")
        assert last.data != first.data
        for known in (None, "", "odd", first.id):
            headers = {} if known is None else {"Last-Event-ID": known}
            with ada.stream("GET", path, headers=headers) as response:
                assert [each.id for each in events_of(response)] == [last.id]
        assert ada.get(path, headers={"Last-Event-ID": str(last.id)}).status_code == 204


def test_charge_points_are_told_as_they_change(shared_site: Site, operator: httpx.Client) -> None:
    cp_id = connected(shared_site, operator)
    with operator.stream("GET", "/v1/charge-points/events") as response:
        events = events_of(response)
        assert until(events, cp_id, stopped=False).event == "charge_point"
        operator.post(f"/v1/charge-points/{cp_id}/stop", json={"reason": "test"}).raise_for_status()
        assert until(events, cp_id, stopped=True).data["status"] == "STOPPED"
        operator.post(f"/v1/charge-points/{cp_id}/remove", json={"reason": "test"}).raise_for_status()
        assert next(each for each in events if each.event == "removed").data == {"cp_id": cp_id}


def test_who_comes_back_to_the_charge_points_is_told_what_is_news(site: Site) -> None:
    """Alone at its Central, so that nothing else changes."""
    site.start()
    with site.client(site.token("grace", AUDITOR)) as client, site.client(site.token("ops", OPERATOR)) as ops:
        site.connect("cp_a", "a")
        site.connect("cp_b", "b")
        site.wait_for(lambda: len(client.get("/v1/charge-points").json()["charge_points"]) == 2, "both")
        with client.stream("GET", "/v1/charge-points/events") as response:
            events = events_of(response)
            first, second = next(events), next(events)
        assert [first.data["cp_id"], second.data["cp_id"], first.id] == ["cp_a", "cp_b", None]
        assert second.id is not None
        with client.stream("GET", "/v1/charge-points/events", headers={"Last-Event-ID": second.id}) as response:
            events = events_of(response)
            ops.post("/v1/charge-points/cp_b/price", json={"price_per_kwh": 1}).raise_for_status()
            told = next(events)
            assert (told.data["cp_id"], told.data["price_per_kwh"]) == ("cp_b", "1.0000")
            assert told.id not in (None, second.id)
        with client.stream("GET", "/v1/charge-points/events", headers={"Last-Event-ID": second.id}) as response:
            assert next(events_of(response)).data["cp_id"] == "cp_a", "an older state: all is told"


def test_charge_points_of_other_sites_are_not_told(shared_site: Site, operator: httpx.Client) -> None:
    elsewhere, here = connected(shared_site, operator), connected(shared_site, operator)
    shared_site.says("site_request", "operator", site_id="eventful", action="add", name="Eventful", time_zone="UTC")
    shared_site.says("operator_request", "operator", cp_id=here, action="site", site_id="eventful")
    token = shared_site.token("eventful-operator", OPERATOR)
    with people_at(shared_site.people_file) as people, people.writer.begin() as connection:
        assert set_sites(connection, "eventful-operator", frozenset({"eventful"}))
    with shared_site.client(token) as client:
        shared_site.wait_for(lambda: client.get("/v1/overview").json()["charge_points"], "on its site")
        with client.stream("GET", "/v1/charge-points/events") as response:
            events = events_of(response)
            assert next(events).data["cp_id"] == here
            operator.post(f"/v1/charge-points/{elsewhere}/stop", json={"reason": "test"}).raise_for_status()
            operator.post(f"/v1/charge-points/{here}/stop", json={"reason": "test"}).raise_for_status()
            assert next(events).data["cp_id"] == here
