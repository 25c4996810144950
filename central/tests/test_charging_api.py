"""Charging at a charge point on or off, however often it is said, by drivers and their programs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import httpx
import pytest

from central.tests.site import Site, sign_up
from central.tests.web.visits import Post


class Switch(NamedTuple):
    client: httpx.Client
    post: Post
    driver_id: str

    def asks(self, on: bool) -> httpx.Response:
        return self.client.put(f"/v1/charge-points/{self.post.cp_id}/charging", json={"on": on})

    def now(self) -> dict[str, Any]:
        answer = self.client.get(f"/v1/charge-points/{self.post.cp_id}/charging")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def charges(self) -> list[dict[str, Any]]:
        return self.client.get(f"/v1/drivers/{self.driver_id}/charges").json()["charges"]

    def wait_until(self, state: str) -> None:
        self.post.site.wait_for(lambda: [each["state"] for each in self.charges()][:1] == [state], f"it is {state}")


@pytest.fixture
def switch(shared_site: Site) -> Iterator[Switch]:
    with shared_site.client() as client:
        yield Switch(client, Post.at(shared_site), sign_up(client))


def test_on_is_one_charge_however_often_it_is_said_and_off_ends_it(switch: Switch) -> None:
    assert switch.now() == {"cp_id": switch.post.cp_id, "on": False, "charge": None}
    first = switch.asks(on=True)
    assert (first.status_code, first.json()["on"]) == (202, True)
    session = first.json()["charge"]["session_id"]
    assert switch.asks(on=True).json()["charge"]["session_id"] == session
    switch.post.begin(session)
    switch.wait_until("in_progress")
    assert switch.asks(on=True).json()["charge"]["session_id"] == session
    assert (switch.now()["on"], switch.now()["charge"]["session_id"]) == (True, session)
    for _ in range(2):
        off = switch.asks(on=False)
        assert (off.status_code, off.json()["on"], off.json()["charge"]["session_id"]) == (202, False, session)
    assert switch.now()["on"] is False
    switch.post.end(session)
    switch.wait_until("completed")
    assert switch.now() == {"cp_id": switch.post.cp_id, "on": False, "charge": None}
    assert switch.asks(on=False).json() == {"cp_id": switch.post.cp_id, "on": False, "charge": None}
    again = switch.asks(on=True).json()["charge"]["session_id"]
    assert again != session
    switch.post.site.wait_for(lambda: len(switch.charges()) == 2, "both are there")


def test_many_at_once_are_one_charge(switch: Switch) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(switch.asks, [True] * 16))
    assert {each.status_code for each in answers} == {202}
    assert len({each.json()["charge"]["message_id"] for each in answers}) == 1
    switch.wait_until("authorized")
    assert len(switch.charges()) == 1


def test_on_waits_until_the_charge_before_has_ended(switch: Switch) -> None:
    """Else it would be lost, or take back a stop that a board has heard already."""
    session = switch.asks(on=True).json()["charge"]["session_id"]
    switch.post.begin(session)
    switch.wait_until("in_progress")
    switch.asks(on=False)
    refused = switch.asks(on=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "stopping")
    assert refused.headers["retry-after"]
    switch.post.end(session)
    switch.wait_until("completed")
    assert switch.asks(on=True).json()["charge"]["session_id"] != session


def test_a_charge_that_was_asked_for_and_stopped_elsewhere_is_the_same(switch: Switch) -> None:
    asked = switch.client.post("/v1/charges", json={"message_id": "by-hand", "cp_id": switch.post.cp_id}).json()
    switch.wait_until("authorized")
    assert switch.asks(on=True).json()["charge"]["message_id"] == "by-hand"
    switch.post.begin(asked["session_id"])
    switch.wait_until("in_progress")
    switch.client.post("/v1/charges/by-hand/stop", json={"message_id": "enough"}).raise_for_status()
    assert (switch.now()["on"], switch.now()["charge"]["message_id"]) == (False, "by-hand")


def test_at_a_charge_point_that_nobody_knows_nothing_is_asked(switch: Switch) -> None:
    for answer in (
        switch.client.put("/v1/charge-points/none/charging", json={"on": True}),
        switch.client.get("/v1/charge-points/none/charging"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_charge_point")
    assert switch.charges() == []
