"""How many requests may be made: bursts are taken, what is beyond is told to wait, and nobody pays for another."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from central.api import rates
from central.api.rates import BURST_S, Buckets, Rate, Rates
from central.people.roles import ADMIN
from central.tests.site import Site

ADDRESS = "203.0.113.7"


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


class Asked:
    """The middleware before an application that only answers 200. `now_s`: the clock."""

    def __init__(self, rate: Rate) -> None:
        self.now_s = 0.0
        self._rates = Rates(self._app, rate, lambda: self.now_s)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})

    def __call__(self, address: str = ADDRESS, token: str | None = None, path: str = "/v1/x") -> tuple[int, str | None]:
        """Status, and Retry-After."""
        headers = [] if token is None else [(b"authorization", token.encode())]
        scope: Any = {"type": "http", "path": path, "headers": headers, "client": (address, 1)}
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self._rates(scope, _nothing, send))
        told = dict(sent[0]["headers"]).get(b"retry-after")
        return sent[0]["status"], None if told is None else told.decode()


@given(st.integers(1, 50), st.lists(st.floats(0, 5), max_size=60))
def test_no_more_are_taken_than_the_rate_and_its_burst(per_s: int, pauses_s: list[float]) -> None:
    buckets, now_s, taken = Buckets(per_s), 0.0, 0
    for pause_s in pauses_s:
        now_s += pause_s
        for _ in range(per_s * BURST_S + 1):
            if buckets.wait_s("who", now_s) > 0:
                break
            buckets.take("who", now_s)
            taken += 1
        assert taken <= per_s * (BURST_S + now_s) + 1


def test_a_burst_is_taken_and_then_told_to_wait() -> None:
    asked = Asked(Rate(0, 2))
    assert {asked()[0] for _ in range(2 * BURST_S)} == {200}
    assert asked() == (429, "1")
    assert asked("203.0.113.8")[0] == 200, "another address pays nothing for it"
    asked.now_s = 0.6
    assert asked()[0] == 200
    assert asked()[0] == 429


def test_a_token_has_a_bucket_wherever_it_is_shown() -> None:
    asked = Asked(Rate(1, 1_000))
    shown = [asked(f"203.0.113.{number}", "Bearer one")[0] for number in range(BURST_S + 2)]
    assert shown == [200] * BURST_S + [429] * 2
    assert asked(token="Bearer two")[0] == 200
    assert asked()[0] == 200


def test_a_whole_ipv6_network_is_one_address() -> None:
    asked = Asked(Rate(0, 1))
    assert [asked(f"2001:db8::{number}")[0] for number in range(1, BURST_S + 2)] == [200] * BURST_S + [429]
    assert asked("2001:db8:0:1::1")[0] == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", ""])
def test_this_machine_is_not_counted_and_health_never(address: str) -> None:
    asked = Asked(Rate(0, 1))
    assert {asked(address)[0] for _ in range(5 * BURST_S)} == {200}
    assert {asked(path="/health/live")[0] for _ in range(5 * BURST_S)} == {200}


def test_no_more_buckets_are_kept_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MAX_KEPT", 3)
    buckets = Buckets(1)
    for number in range(100):
        buckets.take(str(number), 0.0)
    kept: Any = vars(buckets)["_left"]
    assert len(kept) == 3


def test_the_api_tells_it(site: Site) -> None:
    api = site.process("api", RATE_PER_TOKEN="1")
    site.api = api
    site.start()
    with site.client(site.token("many", ADMIN)) as client:
        answers = [client.get("/v1/me") for _ in range(BURST_S * 10)]
        refused = next(each for each in answers if each.status_code == 429)
        assert (refused.json()["code"], refused.headers["retry-after"]) == ("too_many_requests", "1")
        assert answers[0].status_code == 200
    with site.client() as client:
        assert client.get("/v1/charge-points").status_code == 200
