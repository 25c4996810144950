"""From a record of the log to what somebody reads: over real receivers on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.outbound.notify import events
from central.outbound.notify.queue import Delivery
from central.outbound.notify.wording import words_of
from central.outbound.tests.notified import Notified
from central.outbound.tests.receivers import MailServer, http_receiver, mail_server
from central.people.register import erase
from central.people.roles import ADMIN, OPERATOR
from central.people.sites import set_sites
from central.people.wishes import Wishes, minute_of, set_wishes
from central.words.languages import LANGUAGES

MIN_MS = 60_000


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def system(tmp_path: Path, mails: MailServer) -> Iterator[Notified]:
    own = Notified(tmp_path / "system", NOTICES_MAIL=mails.setting)
    own.person("ada", {"email": "ada@example.org"})
    own.read()
    yield own
    own.close()


def states(system: Notified) -> list[tuple[str, str, str]]:
    return sorted((row["event"], row["person_id"], row["state"]) for row in system.rows())


def test_the_end_of_a_charge_is_told_its_driver_by_mail(system: Notified, mails: MailServer) -> None:
    system.ticket("s1", "ada")
    system.read()
    system.send()
    (mail,) = mails.mails
    assert mail["To"] == "ada@example.org"
    assert mail["Subject"].replace("\N{NO-BREAK SPACE}", " ") == "Charged 12.9 kWh for 2.58 €"
    assert "https://w.example/c/s1" in mail.get_content()
    assert mail["X-Wattline-Delivery"] == system.rows()[0]["delivery_id"]
    assert states(system) == [("charge_ended", "ada", "sent")]


def test_the_same_record_twice_is_one_delivery(system: Notified, mails: MailServer) -> None:
    system.ticket("s1", "ada")
    system.ticket("s1", "ada")
    system.read()
    system.send()
    system.send()
    assert len(mails.mails) == 1


def test_what_is_older_than_the_first_start_is_nobody_s_news(system: Notified, mails: MailServer) -> None:
    system.ticket("s1", "ada")
    system.notices.dispose()
    system.notices = system.open_notices(system.site.folder / "anew.db")  # deleted, and made anew
    system.read()
    system.send()
    assert system.rows() == []
    system.ticket("s2", "ada")
    system.read()
    system.send()
    assert len(mails.mails) == 1


def test_a_charge_has_started_once_energy_flows(system: Notified) -> None:
    system.session("s1", "ada")
    told = {"cp_id": "cp_001", "session_id": "s1", "meter_id": "m"}
    system.site.board_says("charge_started", register_wh=1_000, **told)
    system.site.board_says("meter_checkpoint", register_wh=1_000, **told)
    system.read()
    assert system.rows() == []
    system.site.board_says("meter_checkpoint", register_wh=1_010, **told)
    system.site.board_says("meter_checkpoint", register_wh=1_200, **told)
    system.read()
    assert states(system) == [("charge_started", "ada", "due")]


@pytest.mark.parametrize(
    ("number", "reason", "event"),
    [(1, "limit", "charge_ended"), (1, "fault", "charge_failed"), (1, "lost", "charge_failed"),
     (2, "driver", "receipt_corrected")],
)  # fmt: skip
def test_how_a_charge_ended_is_told_apart(system: Notified, number: int, reason: str, event: str) -> None:
    system.ticket("s1", "ada", number=number, reason=reason)
    system.read()
    assert states(system) == [(event, "ada", "due")]


def test_a_charge_refused_later_is_told_but_not_what_its_driver_did(system: Notified) -> None:
    told = {"driver_id": "ada", "cp_id": "cp_001"}
    system.site.says("claim_released", "worker", session_id="s1", outcome="refused", reason="no_answer", **told)
    system.site.says("claim_released", "worker", session_id="s2", outcome="refused", reason="already_charging", **told)
    system.site.says("claim_released", "worker", session_id="s3", outcome="completed", reason="driver", **told)
    system.read()
    assert states(system) == [("charge_refused", "ada", "due")]


def test_another_s_charge_and_one_who_was_erased_are_told_nothing(system: Notified) -> None:
    system.person("lin", {"email": "lin@example.org"})
    with system.people.writer.begin() as connection:
        erase(connection, "lin", system.now_ms)
    system.ticket("s1", "kim")
    system.ticket("s2", "lin")
    system.read()
    assert system.rows() == []


def test_a_fault_is_told_operators_of_that_site_and_admins(system: Notified, mails: MailServer) -> None:
    for person, role in (("ops", OPERATOR), ("there", OPERATOR), ("root", ADMIN)):
        system.person(person, {"email": f"{person}@example.org"}, role)
    with system.people.writer.begin() as connection:
        set_sites(connection, "there", frozenset({"elsewhere"}))
    system.site.board_says("fault_notification", id="cp_001", failure_info="weld", fault="weld")
    system.read()
    assert system.rows() == []
    system.now_ms += 21_000
    system.ripen()
    system.ripen()
    assert states(system) == [("fault_opened", "ops", "due"), ("fault_opened", "root", "due")]
    system.send()
    assert {mail["To"] for mail in mails.mails} == {"ops@example.org", "root@example.org"}
    assert "weld" in mails.mails[0]["Subject"]
    system.site.board_says("recovery_notification", id="cp_001", fault="weld")
    system.read()
    system.now_ms += 21_000
    system.ripen()
    assert [each[0] for each in states(system)] == ["fault_cleared", "fault_cleared", "fault_opened", "fault_opened"]


def test_a_mail_server_that_is_away_is_tried_again_later(system: Notified, mails: MailServer) -> None:
    mails.refuses = "451 come back later"
    system.ticket("s1", "ada")
    system.read()
    system.send()
    (row,) = system.rows()
    assert (row["state"], row["tries"], row["next_try_ms"]) == ("due", 1, system.now_ms + 5_000)
    assert row["last_error"]
    mails.refuses = None
    system.send()
    assert mails.mails == []
    system.now_ms += 5_000
    system.send()
    (row,) = system.rows()
    assert (row["state"], row["tries"], row["last_error"]) == ("sent", 2, None)


def test_one_that_never_comes_back_has_failed(system: Notified, mails: MailServer) -> None:
    mails.refuses = "550 no such mailbox"
    system.ticket("s1", "ada")
    system.read()
    for _ in range(20):
        system.send()
        system.now_ms += 3_600_000
    (row,) = system.rows()
    assert row["state"] == "failed"
    assert row["last_error"]


def test_what_is_no_news_any_more_is_dropped_and_counted(system: Notified, mails: MailServer) -> None:
    system.ticket("s1", "ada")
    system.read()
    system.now_ms += events.EVENTS[events.CHARGE_ENDED].news_for_s * 1_000 + 1
    system.send()
    (row,) = system.rows()
    assert (row["state"], row["why"]) == ("dropped", "stale")
    assert mails.mails == []


def test_a_clock_set_back_loses_nothing(system: Notified, mails: MailServer) -> None:
    system.ticket("s1", "ada")
    system.read()
    system.now_ms -= 600_000
    system.send()
    system.now_ms += 600_000
    system.send()
    assert len(mails.mails) == 1


def test_a_contact_taken_away_meanwhile_is_not_told(system: Notified, mails: MailServer) -> None:
    system.ticket("s1", "ada")
    system.read()
    with system.people.writer.begin() as connection:
        erase(connection, "ada", system.now_ms)
    system.send()
    (row,) = system.rows()
    assert (row["state"], row["why"]) == ("dropped", "no_address")
    assert mails.mails == []


def test_a_name_with_line_ends_and_markup_stays_one_line_of_a_mail(system: Notified, mails: MailServer) -> None:
    details = {"fault": "x\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script>\u2028", "zone": "UTC"}
    fault = Delivery("d1", events.FAULT_OPENED, "cp_001", "ops", "email", "email", system.now_ms, details, 0)
    system.ways["email"]("ops@example.org", words_of(fault, "en", "", "EUR"), "d1")
    (mail,) = mails.mails
    assert mail["Bcc"] is None
    assert mail.get_content_type() == "text/plain"
    assert "<script>alert(1)</script>" in mail.get_content()
    assert mail["Subject"].startswith("cp_001 is faulty: x")


def test_in_one_s_own_language_and_not_at_quiet_hours(system: Notified, mails: MailServer) -> None:
    quiet = Wishes("de", "Europe/Berlin", minute_of("12:00"), minute_of("14:30"))
    with system.people.writer.begin() as connection:
        set_wishes(connection, "ada", quiet)
    system.ticket("s1", "ada")  # at 12:10 in Berlin
    system.read()
    system.send()
    (row,) = system.rows()
    assert (row["state"], row["tries"], row["next_try_ms"]) == ("due", 0, system.now_ms + 140 * MIN_MS)
    system.now_ms += 140 * MIN_MS
    system.send()
    (mail,) = mails.mails
    assert "geladen" in mail["Subject"]
    assert "11:10" in mail.get_content()  # by the clock of the charge point, as its pages show it


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", events.EVENTS)
def test_each_event_can_be_said_in_each_language(event: str, language: str) -> None:
    details = {"session_id": "s1", "energy_wh": 1_000, "cost_minor": 25, "zone": "Europe/Berlin"}
    told = Delivery("d", event, "cp_001", "ada", "email", "email", 0, details, 0)
    words = words_of(told, language, "https://w.example", "EUR")
    assert words.title
    assert "%" not in words.title + words.body
    assert "\n" not in words.title
    assert words.link.startswith("https://w.example/")


def test_a_topic_of_ntfy_gets_the_same(tmp_path: Path) -> None:
    with http_receiver() as receiver:
        system = Notified(tmp_path / "system", NOTICES_NTFY=receiver.url)
        try:
            system.person("ada", {"ntfy": "ada-topic"})
            system.read()
            system.ticket("s1", "ada")
            system.read()
            system.send()
        finally:
            system.close()
        (got,) = receiver.got
    assert b"ada-topic" in got.body or got.path == "/ada-topic"
    assert "12.9" in got.body.decode()


def test_a_channel_without_a_server_is_dropped_and_says_so(tmp_path: Path) -> None:
    system = Notified(tmp_path / "system")
    try:
        system.person("ada", {"email": "ada@example.org"})
        system.read()
        system.ticket("s1", "ada")
        system.read()
        system.send()
        (row,) = system.rows()
        assert (row["state"], row["why"]) == ("dropped", "no_channel")
    finally:
        system.close()
