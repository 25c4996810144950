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
