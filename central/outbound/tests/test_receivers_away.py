"""Receivers that are away for a while, that show a wrong certificate, that name an address in what they refuse."""

import json
import logging
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from apprise.plugins.telegram import NotifyTelegram
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from central.outbound.notify import events, posting
from central.outbound.notify.posting import Reach, post
from central.outbound.notify.queue import count_states
from central.outbound.notify.ways import NotSent
from central.outbound.tests.notified import Notified
from central.outbound.tests.receivers import http_receiver, mail_server
from central.people.webhooks import add_webhook, new_secret
from tools.services.ports import LOOPBACK, free_port


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Notified]:
    own = Notified(tmp_path / "system")
    own.read()
    yield own
    own.close()


def test_one_that_was_away_is_told_once_it_is_back_and_what_is_stale_is_counted(system: Notified) -> None:
    port = free_port()
    with system.people.writer.begin() as connection:
        add_webhook(connection, f"http://{LOOPBACK}:{port}", new_secret(), [], system.now_ms)
    system.ticket("old", "ada")
    system.read()
    pauses: list[int] = []
    for _ in range(3):
        system.send()
        (row,) = system.rows()
        pauses.append(row["next_try_ms"] - system.now_ms)
        system.now_ms = row["next_try_ms"]
    assert pauses == [5_000, 15_000, 60_000]
    system.now_ms += events.EVENTS[events.CHARGE_ENDED].news_for_s * 1_000
    system.ticket("new", "ada")
    system.read()
    with http_receiver(port) as receiver:
        system.send()
        (got,) = receiver.got
    assert json.loads(got.body)["data"]["session_id"] == "new"
    with system.notices.reader.connect() as connection:
        assert count_states(connection) == {"dropped": 1, "sent": 1}
    assert {row["why"] for row in system.rows()} == {"stale", None}


def shown(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate of this name, which vouches for itself; and what shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, private = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*form))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return certificate, context


def to_loopback(host: str, port: int) -> list[str]:
    del host, port
    return [LOOPBACK]


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    posting.trusted.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    posting.trusted.cache_clear()


@pytest.mark.parametrize(
    ("name", "is_trusted", "is_taken"),
    [("hooks.example.org", True, True), ("other.example.org", True, False), ("hooks.example.org", False, False)],
)
def test_a_wrong_certificate_is_refused(
    tmp_path: Path, trusting: pytest.MonkeyPatch, name: str, is_trusted: bool, is_taken: bool
) -> None:
    certificate, tls = shown(tmp_path, name)
    if is_trusted:
        trusting.setenv("SSL_CERT_FILE", str(certificate))
    with http_receiver(tls=tls) as receiver:
        url = receiver.url.replace(f"http://{LOOPBACK}", "https://hooks.example.org")
        reach = Reach(private_ok=True, resolve=to_loopback)
        if is_taken:
            post(url, b"{}", {}, 0, reach, ())
        else:
            with pytest.raises(NotSent, match=r"(?i)certificate"):
                post(url, b"{}", {}, 0, reach, ())
        assert len(receiver.got) == is_taken


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """All that reaches this program's own log, as with DEBUG_MODE; not what the test's own mail server says."""
    root, said = logging.getLogger(), StringIO()
    handler = logging.StreamHandler(said)
    handler.addFilter(lambda record: record.name != "mail.log")
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield said
    root.setLevel(level)
    root.removeHandler(handler)


def test_an_address_is_in_no_error_and_no_log(tmp_path: Path, logged: StringIO) -> None:
    with mail_server() as mails:
        mails.refuses = "550 <ADA@Example.ORG>: no such mailbox, ada@example.org"
        own = Notified(tmp_path / "system", NOTICES_MAIL=mails.setting)
        try:
            own.person("ada", {"email": "ada@example.org"})
            own.read()
            own.ticket("s1", "ada")
            own.read()
            own.send()
            (row,) = own.rows()
        finally:
            own.close()
    assert row["state"] == "due"
    assert "ada@example.org" not in str(row).lower()
    assert "not sent" in logged.getvalue()
    assert "ada@example.org" not in logged.getvalue().lower()


def test_telegram_is_asked_as_its_bots_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged: StringIO
) -> None:
    """Its own server's name stands in Apprise, so a test says another; all else is as it would be."""
    token = "123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI"
    (tmp_path / "token").write_text(token)
    with http_receiver() as receiver:
        monkeypatch.setattr(NotifyTelegram, "notify_url", f"{receiver.url}/bot")
        own = Notified(tmp_path / "system", NOTICES_TELEGRAM_TOKEN_FILE=str(tmp_path / "token"))
        try:
            own.person("ada", {"telegram": "42"})
            own.read()
            own.ticket("s1", "ada")
            own.read()
            own.send()
            (row,) = own.rows()
        finally:
            own.close()
        (got,) = receiver.got
    assert (row["state"], got.path) == ("sent", f"/bot{token}/sendMessage")
    told = json.loads(got.body)
    assert str(told["chat_id"]) == "42"
    assert "12.9" in told["text"]
    assert "sent event=charge_ended channel=telegram" in logged.getvalue()
    assert token not in logged.getvalue()
