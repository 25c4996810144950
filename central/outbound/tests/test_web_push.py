"""Web push: over a real receiver on loopback, which decrypts and checks the signature as RFC 8291 and 8292 say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.errors import JoseError

from central.outbound.notify import events
from central.outbound.notify.posting import Reach
from central.outbound.notify.push import Pushed, new_push_key, payload_of, send_push
from central.outbound.notify.ways import NotSent
from central.outbound.tests.notified import Notified
from central.outbound.tests.receivers import HttpReceiver, http_receiver
from central.outbound.tests.subscribed import SubscribedBrowser, sender_of, subscribe
from central.people.devices import MAX_DEVICES, Device, list_devices, wrong_in
from central.people.push_key import push_key_of
from central.people.register import erase, revoke


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as own:
        yield own


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Notified]:
    own = Notified(tmp_path / "system")
    own.person("ada", {})
    own.read()
    yield own
    own.close()


def devices(system: Notified, person_id: str = "ada") -> list[dict[str, Any]]:
    with system.people.reader.connect() as connection:
        return list_devices(connection, person_id)


def states(system: Notified) -> list[tuple[str, str, str | None]]:
    return [(row["channel"], row["state"], row["why"]) for row in system.rows()]


def test_the_browser_alone_can_read_it_and_its_service_sees_who_sent(system: Notified, receiver: HttpReceiver) -> None:
    browser = SubscribedBrowser(f"{receiver.url}/push/1")
    subscribe(system, browser.subscription)
    system.ticket("s1", "ada")
    system.read()
    system.now_ms += 60_000
    system.send()
    (got,) = receiver.got
    (row,) = system.rows()
    told = browser.read(got)
    assert told["title"].replace("\N{NO-BREAK SPACE}", " ") == "Charged 12.9 kWh for 2.58 €"
    assert (told["path"], told["tag"], told["lang"]) == ("/c/s1", row["delivery_id"], "en")
    assert "12.9" not in got.body.decode("latin-1")
    left_s = events.EVENTS[events.CHARGE_ENDED].news_for_s - 60
    assert (got.path, got.headers["ttl"], got.headers["urgency"]) == ("/push/1", str(left_s), "normal")
    assert got.headers["topic"] == row["delivery_id"].replace("-", "")
    claims = sender_of(got, system.key.public)
    assert (claims["aud"], claims["sub"]) == (receiver.url, "https://w.example")
    assert 0 < claims["exp"] - system.now_ms // 1_000 <= 24 * 3_600
    assert states(system) == [("webpush", "sent", None)]


def test_another_browser_reads_nothing_and_another_key_is_not_ours(system: Notified, receiver: HttpReceiver) -> None:
    subscribe(system, SubscribedBrowser(receiver.url).subscription)
    system.ticket("s1", "ada")
    system.read()
    system.send()
    (got,) = receiver.got
    with pytest.raises(Exception, match=r"(?i)decrypt|tag"):
        SubscribedBrowser(receiver.url).read(got)
    stranger = new_push_key().public
    forged = {**got.headers, "authorization": got.headers["authorization"].replace(system.key.public, stranger)}
    with pytest.raises(JoseError):
        sender_of(type(got)(got.path, forged, got.body), stranger)


def test_the_key_is_made_once(system: Notified) -> None:
    assert push_key_of(system.people, new_push_key, system.now_ms + 1) == system.key


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_subscribed_no_more_is_forgotten(
    system: Notified, receiver: HttpReceiver, status: int
) -> None:
    subscribe(system, SubscribedBrowser(f"{receiver.url}/gone").subscription)
    subscribe(system, SubscribedBrowser(f"{receiver.url}/here").subscription)
    receiver.answer = lambda got: (status if got.path == "/gone" else 201, {})
    system.ticket("s1", "ada")
    system.ticket("s2", "ada")
    system.read()
    system.send()
    assert [got.path for got in receiver.got].count("/gone") == 1
    assert len(devices(system)) == 1
    assert sorted(states(system), key=str) == [
        ("webpush", "dropped", "no_address"), ("webpush", "failed", None), ("webpush", "sent", None),
        ("webpush", "sent", None),
    ]  # fmt: skip


def test_a_service_that_is_busy_is_asked_again_when_it_says(system: Notified, receiver: HttpReceiver) -> None:
    browser = SubscribedBrowser(receiver.url)
    subscribe(system, browser.subscription)
    receiver.answer = lambda _: (429, {"Retry-After": "120"})
    system.ticket("s1", "ada")
    system.read()
    system.send()
    (row,) = system.rows()
    assert (row["state"], row["next_try_ms"]) == ("due", system.now_ms + 120_000)
    receiver.answer = lambda _: (201, {})
    system.now_ms += 120_000
    system.send()
    first, second = receiver.got
    assert browser.read(first)["tag"] == browser.read(second)["tag"]


def test_a_lost_phone_is_told_nothing_once_it_is_signed_out(system: Notified, receiver: HttpReceiver) -> None:
    token_id = subscribe(system, SubscribedBrowser(receiver.url).subscription)
    system.ticket("s1", "ada")
    system.read()
    with system.people.writer.begin() as connection:
        revoke(connection, system.now_ms, token_id=token_id)
    system.send()
    system.ticket("s2", "ada")
    system.read()
    assert receiver.got == []
    assert devices(system) == []
    assert states(system) == [("webpush", "dropped", "no_address")]


def test_who_signs_in_at_a_browser_takes_it_over(system: Notified) -> None:
    browser = SubscribedBrowser("https://push.example.org/1")
    system.person("bob", {})
    subscribe(system, browser.subscription)
    subscribe(system, browser.subscription, "bob")
    assert devices(system) == []
    assert len(devices(system, "bob")) == 1
    with system.people.writer.begin() as connection:
        erase(connection, "bob", system.now_ms)
    assert devices(system, "bob") == []


def test_one_person_has_so_many_and_the_eldest_gives_way(system: Notified) -> None:
    for number in range(MAX_DEVICES + 2):
        system.now_ms += 1_000
        subscribe(system, SubscribedBrowser(f"https://push.example.org/{number}").subscription)
    times = [each["set_at_ms"] for each in devices(system)]
    assert times == [system.now_ms - 1_000 * age for age in range(MAX_DEVICES)]


PUSHED = Pushed("Title", "Text", "/me", "en", "d-1", True, 60)


def as_it_is(host: str, port: int) -> list[str]:
    del port
    return [host]


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1:1/", "https://10.0.0.1/", "http://a.example/"])
def test_this_machine_and_its_network_are_no_push_services(endpoint: str) -> None:
    device = Device("d", *SubscribedBrowser(endpoint).subscription)
    with pytest.raises(NotSent, match=r"NOTICES_PRIVATE_ADDRESSES|https alone"):
        send_push(device, new_push_key(), PUSHED, "", 0, Reach(resolve=as_it_is))


def test_a_long_text_is_cut_to_what_a_service_takes() -> None:
    written = payload_of(PUSHED._replace(text="\N{GRINNING FACE}" * 4_000))
    assert len(written) <= 3_000
    assert written.decode().count("\N{GRINNING FACE}") > 100


GOOD = SubscribedBrowser("https://push.example.org/a?b").subscription


@pytest.mark.parametrize(
    "endpoint",
    ["http://push.example.org/a", "https://127.0.0.1/a", "https://localhost/a", "https://10.1.2.3:99/a",
     "https://user@push.example.org/a", "https://[::1]/a", "https://push.example.org/a b", "https://push.example.org",
     "https://push.example.org/" + "a" * 1_000, "https://push.example.org:99999/", "javascript:alert(1)", ""],
)  # fmt: skip
def test_what_is_no_endpoint_of_a_push_service_is_refused(endpoint: str) -> None:
    assert wrong_in(GOOD._replace(endpoint=endpoint)) == "endpoint"


@pytest.mark.parametrize("key", ["", "AAAA", "A" * 87, "=" * 87, "B" + "A" * 85, "B" + "A" * 91])
def test_what_is_no_key_of_a_browser_is_refused(key: str) -> None:
    assert wrong_in(GOOD) is None
    assert wrong_in(GOOD._replace(p256dh=key)) == "p256dh"
    assert wrong_in(GOOD._replace(auth=key)) == "auth"
