"""Whose a contact is: a code goes there, and before it was shown nothing else does; nobody is flooded by codes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.outbound.notify import events
from central.outbound.tests.notified import Notified
from central.outbound.tests.receivers import MailServer, mail_server
from central.people.checking import (
    DAY_MS,
    MOST_FOR_A_PERSON,
    MOST_FOR_AN_ADDRESS,
    MOST_TRIES,
    VALID_MS,
    TooManyCodes,
    ask,
    check,
)
from central.people.contacts import read_contacts, set_contacts, set_unwanted
from central.people.roles import OPERATOR
from central.people.wishes import Wishes, set_wishes


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def system(tmp_path: Path, mails: MailServer) -> Iterator[Notified]:
    own = Notified(tmp_path / "system", NOTICES_MAIL=mails.setting)
    own.person("ada", {"email": "ada@example.org"}, is_shown=False)
    own.read()
    yield own
    own.close()


def code_in(mails: MailServer) -> str:
    found = re.search(r"Your code: ([0-9]{6})$", mails.mails[-1]["Subject"])
    assert found is not None
    return found[1]


def shows(system: Notified, code: str, person_id: str = "ada") -> bool:
    with system.people.writer.begin() as connection:
        return check(connection, person_id, "email", code, system.now_ms)


def asks(system: Notified, person_id: str = "ada") -> None:
    system.now_ms += 1
    with system.people.writer.begin() as connection:
        ask(connection, person_id, "email", system.now_ms)


def told(system: Notified) -> list[str]:
    return [row["event"] for row in system.rows() if row["state"] == "sent"]


def test_nothing_but_the_code_goes_there_before_it_was_shown(system: Notified, mails: MailServer) -> None:
    system.ticket("s1", "ada")
    system.read()
    system.check_contacts()
    assert told(system) == [events.CONTACT_CHECK]
    assert not shows(system, "000000" if code_in(mails) != "000000" else "000001")
    assert shows(system, code_in(mails))
    system.ticket("s2", "ada")
    system.read()
    system.check_contacts()
    assert len(mails.mails) == 2
    assert sorted(told(system)) == [events.CHARGE_ENDED, events.CONTACT_CHECK]
    assert not shows(system, code_in_first(mails))  # it counts once


def code_in_first(mails: MailServer) -> str:
    return mails.mails[0]["Subject"].rpartition(" ")[2]


def test_the_code_is_kept_nowhere_and_comes_at_quiet_hours(system: Notified, mails: MailServer) -> None:
    with system.people.writer.begin() as connection:
        set_wishes(connection, "ada", Wishes("de", "UTC", 0, 24 * 60 - 1))
    system.check_contacts()
    (mail,) = mails.mails
    code = mail["Subject"].rpartition(" ")[2]
    assert "/me" in mail.get_content()
    for file in system.site.folder.glob("*.db*"):
        assert code.encode() not in file.read_bytes(), file


def test_a_mail_server_that_is_away_gets_a_new_code_later(system: Notified, mails: MailServer) -> None:
    mails.refuses = "451 come back later"
    system.check_contacts()
    mails.refuses = None
    system.now_ms += 5_000
    system.check_contacts()
    assert shows(system, code_in(mails))


def test_the_newest_code_counts_for_an_hour_and_for_a_few_tries(system: Notified, mails: MailServer) -> None:
    system.check_contacts()
    first = code_in(mails)
    asks(system)
    assert not shows(system, first)
    system.check_contacts()
    second = code_in(mails)
    system.now_ms += VALID_MS + 1
    assert not shows(system, second)
    asks(system)
    system.check_contacts()
    third = code_in(mails)
    for number in range(MOST_TRIES):
        assert not shows(system, f"x{number}")
    assert not shows(system, third)


def test_one_address_gets_few_codes_whoever_asks(system: Notified, mails: MailServer) -> None:
    asked = 1  # ada has
    for number, address in enumerate(["ADA@example.org", "ada+1@example.org", "ada+2@Example.org", "ada@example.org"]):
        try:
            system.person(f"eve{number}", {"email": address}, is_shown=False)
            asked += 1
        except TooManyCodes:
            pass
    system.check_contacts()
    assert asked == len(mails.mails) == MOST_FOR_AN_ADDRESS
    system.now_ms += DAY_MS + 1
    asks(system)


def test_one_person_asks_for_few_codes_whatever_he_writes_down(system: Notified) -> None:
    def write_down(number: int) -> None:
        with system.people.writer.begin() as connection:
            set_contacts(connection, "ada", {"email": f"victim{number}@example.org"}, system.now_ms)

    for number in range(MOST_FOR_A_PERSON - 1):
        write_down(number)
    with pytest.raises(TooManyCodes):
        write_down(100)
    with system.people.reader.connect() as connection:
        # One was her own; what was refused changed nothing.
        assert read_contacts(connection, "ada") == {"email": f"victim{MOST_FOR_A_PERSON - 2}@example.org"}


def test_a_contact_that_is_changed_must_be_shown_anew(system: Notified, mails: MailServer) -> None:
    system.check_contacts()
    assert shows(system, code_in(mails))
    with system.people.writer.begin() as connection:
        set_contacts(connection, "ada", {"email": "ada@example.org", "ntfy": "ada"}, system.now_ms)
    system.ticket("s1", "ada")
    system.read()
    with system.people.writer.begin() as connection:
        set_contacts(connection, "ada", {"email": "other@example.org"}, system.now_ms)
    system.ticket("s2", "ada")
    system.read()
    system.send()
    states = [(row["event"], row["state"], row["why"]) for row in system.rows()]
    assert states[1:] == [("charge_ended", "dropped", "no_address")]


def test_what_somebody_does_not_want_by_a_channel_is_not_told_by_it(system: Notified, mails: MailServer) -> None:
    system.person("olga", {"email": "olga@example.org"}, OPERATOR)
    with system.people.writer.begin() as connection:
        set_unwanted(connection, "olga", "email", ["problem_reported"])
    system.session("s1", "ada")
    system.site.says("problem_report", "api", cp_id="cp_001", session_id="s1", driver_id="ada", text="Stuck")
    system.site.board_says("fault_notification", id="cp_001", failure_info="weld", fault="weld")
    system.read()
    system.now_ms += 21_000
    system.ripen()
    system.send()
    assert [(mail["To"], "weld" in mail["Subject"]) for mail in mails.mails] == [("olga@example.org", True)]
