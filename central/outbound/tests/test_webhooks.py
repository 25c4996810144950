"""Signed webhooks: over a real receiver on loopback, which verifies them as Standard Webhooks says."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from central.outbound.notify import events
from central.outbound.notify.posting import retry_after_s
from central.outbound.notify.target import BadTarget, Resolve, target_of
from central.outbound.tests.notified import Notified
from central.outbound.tests.receivers import HttpReceiver, http_receiver, mail_server
from central.people.roles import ADMIN
from central.people.webhooks import add_webhook, list_webhooks, new_secret
from eventlog.clock import wall_ms
from tools.testing.deadlines import DEADLINE_S

SECRET = new_secret()


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as own:
        yield own


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Notified]:
    with mail_server() as mails:
        own = Notified(tmp_path / "system", NOTICES_MAIL=mails.setting)
        own.now_ms = wall_ms()  # a verifier looks at the real clock
        own.read()
        yield own
        own.close()


def hook(system: Notified, url: str, *wanted: str) -> str:
    with system.people.writer.begin() as connection:
        return add_webhook(connection, url, SECRET, wanted, system.now_ms)


def test_it_is_signed_and_says_what_happened(system: Notified, receiver: HttpReceiver) -> None:
    hook(system, f"{receiver.url}/in?a=b")
    system.ticket("s1", "ada")
    system.read()
    system.send()
    (got,) = receiver.got
    told = Verifier(SECRET).verify(got.body, dict(got.headers))
    assert (got.path, told["type"]) == ("/in?a=b", events.CHARGE_ENDED)
    assert told["data"] == {
        "cp_id": "cp_001", "session_id": "s1", "energy_wh": 12_900, "cost_minor": 258, "currency": "EUR",
        "reason": "vehicle",
    }  # fmt: skip
    (row,) = system.rows()
    assert (row["state"], row["delivery_id"]) == ("sent", got.headers["webhook-id"])


def test_a_forged_one_and_an_old_one_are_refused_by_who_verifies(system: Notified, receiver: HttpReceiver) -> None:
    hook(system, receiver.url)
    system.ticket("s1", "ada")
    system.read()
    system.send()
    (got,) = receiver.got
    headers = dict(got.headers)
    forged = json.dumps({**json.loads(got.body), "type": "charge_failed"})
    old = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3_600)}
    body = got.body.decode()
    for told, shown in ((forged, headers), (body, old), (body, {**headers, "webhook-id": "another"})):
        with pytest.raises(WebhookVerificationError):
            Verifier(SECRET).verify(told, shown)
    with pytest.raises(WebhookVerificationError):
        Verifier(new_secret()).verify(got.body, headers)


def test_it_is_told_of_what_it_wants_alone(system: Notified, receiver: HttpReceiver) -> None:
    hook(system, receiver.url, events.FAULT_OPENED)
    system.ticket("s1", "ada")
    system.read()
    assert system.rows() == []


def test_one_that_is_busy_is_asked_again_when_it_says(system: Notified, receiver: HttpReceiver) -> None:
    hook(system, receiver.url)
    receiver.answer = lambda _: (429, {"Retry-After": "120"})
    system.ticket("s1", "ada")
    system.read()
    system.send()
    (row,) = system.rows()
    assert (row["state"], row["next_try_ms"]) == ("due", system.now_ms + 120_000)
    receiver.answer = lambda _: (204, {"Content-Length": "0"})
    system.now_ms += 120_000
    system.send()
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert system.rows()[0]["state"] == "sent"


def test_one_that_wants_no_more_is_disabled_and_operators_hear_of_it(
    system: Notified, receiver: HttpReceiver
) -> None:
    system.person("root", {"email": "root@example.org"}, ADMIN)
    webhook_id = hook(system, receiver.url)
    receiver.answer = lambda _: (410, {})
    for session in ("s1", "s2"):
        system.ticket(session, "ada")
    system.read()
    system.send()
    system.send()
    with system.people.reader.connect() as connection:
        (row,) = list_webhooks(connection)
    assert row["disabled_at_ms"] == system.now_ms
    assert len(receiver.got) == 1
    found = sorted((row["event"], row["channel"], row["state"]) for row in system.rows())
    assert found == [
        ("charge_ended", "webhook", "dropped"), ("charge_ended", "webhook", "failed"),
        ("webhook_disabled", "email", "sent"),
    ]  # fmt: skip
    assert webhook_id in {json.loads(row["details"]).get("webhook") for row in system.rows()}


def test_a_redirect_is_not_followed(system: Notified, receiver: HttpReceiver) -> None:
    hook(system, receiver.url)
    receiver.answer = lambda _: (307, {"Location": f"{receiver.url}/elsewhere"})
    system.ticket("s1", "ada")
    system.read()
    system.send()
    assert [got.path for got in receiver.got] == ["/"]
    assert system.rows()[0]["last_error"] == "it answered 307"


def test_one_that_hangs_holds_up_no_other(system: Notified, receiver: HttpReceiver) -> None:
    released, stop = threading.Event(), threading.Event()

    def hang(_: object) -> tuple[int, dict[str, str]]:
        released.wait(DEADLINE_S)
        return 200, {}

    with http_receiver() as slow:
        slow.answer = hang
        hook(system, slow.url)
        hook(system, receiver.url)
        for number in range(5):
            system.ticket(f"s{number}", "ada")
        system.read()
        running = threading.Thread(target=lambda: system.sender().run(stop, lambda: None), daemon=True)
        running.start()
        try:
            system.site.wait_for(lambda: len(receiver.got) == 5, "all of the quick one's")
            assert len(slow.got) == 0
        finally:
            released.set()
            stop.set()
            running.join(DEADLINE_S)


def resolving(*addresses: str) -> Resolve:
    return lambda host, port: addresses


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.7", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1"],
)  # fmt: skip
def test_this_machine_and_its_network_are_no_receivers(address: str) -> None:
    with pytest.raises(BadTarget, match="NOTICES_PRIVATE_ADDRESSES"):
        target_of("https://hooks.example.org/", private_ok=False, resolve=resolving(address))
    with pytest.raises(BadTarget, match="NOTICES_PRIVATE_ADDRESSES"):
        target_of("https://hooks.example.org/", private_ok=False, resolve=resolving("93.184.216.34", address))


def test_what_was_judged_is_what_is_asked() -> None:
    target = target_of("https://hooks.example.org/in?a=b", private_ok=False, resolve=resolving("93.184.216.34"))
    assert target == ("https://93.184.216.34:443/in?a=b", "hooks.example.org", "hooks.example.org")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://a.example/", "hooks.example.org", "https://", "https://user:pw@a.example/",
     "https://a.example/ b", "https://a.example/\r\nX: y", "https://a.example:99999/", "https://[::1", "gopher://a/"],
)  # fmt: skip
def test_what_is_no_url_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(BadTarget):
        target_of(url, private_ok=True, resolve=resolving("93.184.216.34"))


def test_retry_after_is_seconds_or_a_date() -> None:
    now_ms = 1_774_696_200_000
    at = datetime.fromtimestamp(now_ms / 1_000 + 90, UTC)
    assert retry_after_s("120", now_ms) == 120
    assert retry_after_s(format_datetime(at, usegmt=True), now_ms) == 90
    assert [retry_after_s(text, now_ms) for text in (None, "soon", "-5", "")] == [None] * 4
