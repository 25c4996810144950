"""What operators hear beside faults and silence: a driver's report, and energy that is held."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from central.outbound.tests.notified import Notified
from central.outbound.tests.receivers import MailServer, mail_server
from central.people.roles import OPERATOR
from central.store.tables import CHARGING_SESSIONS


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def system(tmp_path: Path, mails: MailServer) -> Iterator[Notified]:
    own = Notified(tmp_path / "system", NOTICES_MAIL=mails.setting)
    own.person("olga", {"email": "olga@example.org"}, OPERATOR)
    own.session("s1", "ada")
    own.read()
    yield own
    own.close()


def report(system: Notified, text: str, driver_id: str = "ada") -> None:
    told = {"cp_id": "cp_001", "session_id": "s1", "driver_id": driver_id, "text": text}
    system.site.says("problem_report", "api", **told)


def test_the_first_report_of_a_charge_is_told(system: Notified, mails: MailServer) -> None:
    report(system, "The cable is stuck")
    report(system, "It is still stuck")
    system.read()
    system.send()
    (mail,) = mails.mails
    assert mail["Subject"] == "A driver reports a problem at cp_001"
    assert "The cable is stuck" in mail.get_content()
    assert "https://w.example/ops/posts/cp_001" in mail.get_content()


def test_what_somebody_says_of_another_s_charge_is_not_told(system: Notified) -> None:
    report(system, "Mine is stuck", driver_id="eve")
    report(system, "Mine is")
    system.read()
    (row,) = system.rows()
    assert "Mine is stuck" not in row["details"]


def test_held_energy_is_told_once(system: Notified, mails: MailServer) -> None:
    with system.books.writer.begin() as connection:
        connection.execute(update(CHARGING_SESSIONS).values(held_wh=9_000))
    system.ticket("s1", "ada")
    system.ticket("s1", "ada", number=2)
    system.read()
    system.send()
    (mail,) = mails.mails
    assert mail["Subject"].replace("\N{NO-BREAK SPACE}", " ") == "9.0 kWh of a charge at cp_001 are held"
    assert "https://w.example/ops/held" in mail.get_content()


def test_a_charge_of_which_nothing_is_held_is_no_operator_s_news(system: Notified) -> None:
    system.ticket("s1", "ada")
    system.read()
    assert system.rows() == []


def test_a_flood_of_dead_letters_is_one_notice_and_one_more_an_hour_later(
    system: Notified, mails: MailServer
) -> None:
    system.person("north", {"email": "north@example.org"}, OPERATOR, frozenset({"north"}))
    system.dead_letters(700)
    system.read()
    assert system.rows() == []  # others may follow
    system.now_ms += 61_000
    system.ripen()
    for _ in range(5):
        system.now_ms += 600_000
        system.dead_letters(100)
        system.read()
        system.ripen()
    system.send()
    (mail,) = mails.mails  # none to who serves one site alone: of which a letter is, nobody can tell
    assert (mail["To"], mail["Subject"]) == ("olga@example.org", "Messages that could not be understood: 700")
    assert "https://w.example/ops/dead" in mail.get_content()
    system.now_ms += 600_000
    system.ripen()
    system.send()
    assert mails.mails[1]["Subject"].endswith(": 500")
    system.now_ms += 3_600_000
    system.ripen()
    system.dead_letters(1)
    system.read()
    system.now_ms += 61_000
    system.ripen()
    system.send()
    assert [mail["Subject"].rpartition(" ")[2] for mail in mails.mails] == ["700", "500", "1"]


def test_dead_letters_of_before_the_first_start_are_no_news(tmp_path: Path) -> None:
    own = Notified(tmp_path / "old")
    try:
        own.person("olga", {"email": "olga@example.org"}, OPERATOR)
        own.dead_letters(3)
        own.read()
        own.now_ms += 61_000
        own.ripen()
        assert own.rows() == []
    finally:
        own.close()
