"""`wattline-central notify` as a process: killed, ended, and started again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from central.outbound.tests.notified import Notified
from central.outbound.tests.receivers import HttpReceiver, MailServer, http_receiver, mail_server
from central.outbound.tests.subscribed import SubscribedBrowser, sender_of, subscribe
from tools.services.process import ChildProcess
from tools.testing.deadlines import DEADLINE_S


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as own:
        yield own


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Notified]:
    own = Notified(tmp_path / "system", own_clock=False)
    own.person("ada", {"email": "ada@example.org"})
    own.person("bob", {})
    yield own
    own.close()


def started(system: Notified, mails: MailServer, **settings: str) -> ChildProcess:
    process = system.site.process("notify", NOTICES_MAIL=mails.setting, **settings)
    system.site.start(process)
    return process


def deliveries(system: Notified) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "central.operate.main", "deliveries", "--json"]
    environment = {**system.site.environment, "PATH": ""}
    done = subprocess.run(command, env=environment, cwd=system.site.folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_killed_between_sending_and_noting_each_is_told_at_least_once(system: Notified, mails: MailServer) -> None:
    process = started(system, mails)
    sessions = [f"s{number}" for number in range(30)]
    for session in sessions:
        system.ticket(session, "ada")
    for count in (1, 8, 16, 24):
        system.site.wait_for(lambda count=count: len(mails.mails) >= count, f"{count} mails")
        process.kill()
        process = started(system, mails)
    system.site.wait_for(lambda: all(row["state"] == "sent" for row in system.rows()), "all sent")
    process.stop()
    told = [mail["X-Wattline-Delivery"] for mail in mails.mails]
    rows = {row["delivery_id"]: row for row in system.rows()}
    assert set(told) == set(rows)
    assert len(rows) == len(sessions)
    assert len(told) <= len(sessions) + 4  # one more for each time that it was killed, at most
    assert {row["state"] for row in deliveries(system)} == {"sent"}


def test_killed_while_it_pushes_each_is_told_at_least_once(
    system: Notified, mails: MailServer, receiver: HttpReceiver
) -> None:
    browser = SubscribedBrowser(receiver.url)
    subscribe(system, browser.subscription, "bob")
    here = {"NOTICES_PRIVATE_ADDRESSES": "true"}
    process = started(system, mails, **here)
    for number in range(30):
        system.ticket(f"s{number}", "bob")
    for count in (1, 8, 16, 24):
        system.site.wait_for(lambda count=count: len(receiver.got) >= count, f"{count} pushed")
        process.kill()
        process = started(system, mails, **here)
    system.site.wait_for(lambda: all(row["state"] == "sent" for row in system.rows()), "all sent")
    process.stop()
    told = [browser.read(got)["tag"] for got in receiver.got]
    assert set(told) == {row["delivery_id"] for row in system.rows()}
    assert len(set(told)) == 30
    assert len(told) <= 34  # a browser shows one tag once
    for got in receiver.got:
        sender_of(got, system.key.public)  # the key outlives its process


def test_asked_to_end_it_ends_and_goes_on_where_it_stopped(system: Notified, mails: MailServer) -> None:
    process = started(system, mails)
    system.ticket("s1", "ada")
    system.site.wait_for(lambda: len(mails.mails) == 1, "the first mail")
    process.stop()
    assert process.exit_code == 0
    system.ticket("s2", "ada")
    process = started(system, mails)
    system.site.wait_for(lambda: len(mails.mails) == 2, "the one that came meanwhile")
    process.stop()


def test_rebuilt_it_tells_nothing_of_what_is_older(system: Notified, mails: MailServer) -> None:
    process = started(system, mails)
    system.ticket("s1", "ada")
    system.site.wait_for(lambda: len(mails.mails) == 1, "the first mail")
    process.stop()
    again = ChildProcess(
        "central notify anew", [sys.executable, "-m", "central.operate.main", "notify", "--rebuild"],
        system.site.folder / "anew.log", {**system.site.environment, "NOTICES_MAIL": mails.setting}, system.site.folder,
    )  # fmt: skip
    again.start()
    again.wait_said(" ready ", DEADLINE_S)
    system.ticket("s2", "ada")
    system.site.wait_for(lambda: len(mails.mails) == 2, "the new one")
    again.stop()
    (row,) = system.rows()
    assert "s2" in row["details"]
