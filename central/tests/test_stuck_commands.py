"""What waits for the operator's decision, decided by the commands: on a running worker, a real log, a real database."""

import json
import os
import pty
import re
import subprocess
import sys
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from central.model.ids import session_id
from central.tests.commands import Ended, Run, runner
from central.tests.site import ROOT, Site
from eventlog.clock import wall_ms
from tools.testing.deadlines import DEADLINE_S

NOBODY = "0b6c2f1e-8a52-5d0c-9a53-3f1f4c1d2e77"
_numbers = count(1)


@pytest.fixture
def run(shared_site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capsys, monkeypatch, shared_site.environment)


class Charged:
    """A charge point of the test's own, with a driver whose charge runs there."""

    def __init__(self, site: Site, run: Run) -> None:
        number = next(_numbers)
        self.cp_id, self.driver_id, self.board = f"cp_stuck_{number}", f"driver_stuck_{number}", f"stuck{number}"
        self.site, self._run = site, run
        site.connect(self.cp_id, self.board)
        assert run("driver", "add", self.driver_id, "--name", f"Ada {number}").exit_code == 0
        self.name = f"Ada {number}"
        self.session_id = self.asks()
        site.wait_for(lambda: self.session_id in self.point()["sessions_shown"], "the session")

    def asks(self) -> str:
        request = str(uuid4())
        told = {"message_id": request, "driver_id": self.driver_id, "cp_id": self.cp_id}
        self.site.says("charge_request", "api", **told)
        return session_id(self.driver_id, request)

    def says(self, kind: str, **fields: Any) -> None:
        told = {"cp_id": self.cp_id, "session_id": self.session_id, **fields}
        self.site.board_says(kind, self.board, **told)

    def starts(self) -> None:
        self.says("command_response", seq=1, accepted=True)
        self.says("charge_started", meter_id=f"m-{self.cp_id}", register_wh=1_000, occurred_at_ms=wall_ms())
        self.site.wait_for(lambda: self.session()["status"] == "in_progress", "the start")

    def ends(self, end_wh: int) -> None:
        now_ms = wall_ms()
        self.says(
            "charge_completion", meter_id=f"m-{self.cp_id}", start_register_wh=1_000, end_register_wh=end_wh,
            started_at_ms=now_ms - 1_000, ended_at_ms=now_ms, reason="vehicle", relay_closed=True,
        )  # fmt: skip
        self.site.wait_for(lambda: not self.point()["sessions"], "the end")

    def point(self) -> dict[str, Any]:
        result = self._run("point", self.cp_id, "--json")
        if result.exit_code:  # not folded yet
            return {"sessions": [], "sessions_shown": []}
        point = json.loads(result.stdout)
        return {**point, "sessions_shown": [each["session_id"] for each in point["sessions"]]}

    def session(self) -> dict[str, Any]:
        return self.point()["sessions"][0]

    def held(self) -> dict[str, Any]:
        listed = json.loads(self._run("held", "--json").stdout)
        return next(each for each in listed if each["session_id"] == self.session_id)


@pytest.fixture
def charged(shared_site: Site, run: Run) -> Charged:
    return Charged(shared_site, run)


def assert_refused(ended: Ended, *told: str) -> None:
    assert ended.exit_code == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    for each in told:
        assert each in ended.stderr


def test_held_energy_is_shown_and_accepted(charged: Charged, run: Run) -> None:
    charged.starts()
    charged.ends(41_000)
    held = charged.held()
    assert (held["held_wh"], held["billed_wh"], held["cost_if_accepted"]) == (40_000, 0, "10.00")
    assert (held["driver_name"], held["cp_id"]) == (charged.name, charged.cp_id)
    assert re.search(r"^40,000 Wh in 0:00:0\d, when at most [0-9,]+ Wh can flow$", held["why"])
    table = run("held").stdout
    assert charged.session_id in table
    assert "10.00 EUR" in table
    assert f"{charged.cp_id}" in run("list").stdout
    assert charged.point()["held_wh"] == 40_000
    accepted = run("held", "accept", charged.session_id)
    assert accepted.stderr == ""
    assert "40,000 Wh accepted; 40,000 Wh billed for 10.00 in 2 ticket(s)" in accepted.stdout
    assert run("verify").stdout.strip() == "the books agree"
    assert_refused(run("held", "accept", charged.session_id), "nothing is held", "wattline-central held")


def test_held_energy_that_is_dropped_is_nobodys(charged: Charged, run: Run) -> None:
    charged.starts()
    charged.ends(41_000)
    dropped = json.loads(run("held", "drop", charged.session_id, "--json").stdout)
    assert (dropped["energy_wh"], dropped["held_wh"], dropped["unbilled_wh"]) == (0, 0, 40_000)
    assert run("verify").stdout.strip() == "the books agree"
    assert_refused(run("held", "drop", charged.session_id), "nothing is held")
    assert charged.point()["held_wh"] == 0


def test_session_that_nobody_ends_is_ended(charged: Charged, run: Run) -> None:
    charged.starts()
    charged.says("meter_checkpoint", meter_id=f"m-{charged.cp_id}", register_wh=1_002, occurred_at_ms=wall_ms())
    charged.site.wait_for(lambda: charged.session()["energy_wh"] == 2, "the checkpoint")
    assert charged.session_id in run("list").stdout
    assert charged.driver_id in run("driver").stdout
    ended = run("end-session", charged.session_id)
    assert ended.stderr == ""
    assert f"completed, 2 Wh billed for 0.00 in 1 ticket(s); {charged.driver_id} may charge again" in ended.stdout
    assert run("verify").stdout.strip() == "the books agree"
    assert (charged.point()["status"], charged.point()["sessions"]) == ("ACTIVE", [])
    assert_refused(run("end-session", charged.session_id), "is completed since 20", "nothing to end")
    second = charged.asks()
    charged.site.wait_for(lambda: second in charged.point()["sessions_shown"], "the next charge")
    ended = run("end-session", second, "--json")
    assert json.loads(ended.stdout)["status"] == "failed"


def test_fault_that_its_board_will_not_clear_is_cleared(charged: Charged, run: Run) -> None:
    for fault in ("weld", "over_current"):
        charged.says("fault_notification", id=charged.cp_id, fault=fault, failure_info="contacts")
    charged.site.wait_for(lambda: charged.point()["faults"] == ["over_current", "weld"], "the faults")
    assert charged.point()["open_faults"][0]["info"] == "contacts"
    shown = run("point", charged.cp_id).stdout
    assert "over_current" in shown
    assert charged.session_id in shown
    assert_refused(run("clear-fault", charged.cp_id, "sensor"), "open are: over_current, weld")
    assert "weld cleared; FAULTY" in run("clear-fault", charged.cp_id, "weld").stdout
    cleared = json.loads(run("clear-fault", charged.cp_id, "over_current", "--json").stdout)
    assert (cleared["status"], cleared["faults"]) == ("CHARGING", [])
    assert_refused(run("clear-fault", charged.cp_id, "weld"), "open are: none")


def test_replace_is_shown_and_taken_back(charged: Charged, run: Run) -> None:
    assert_refused(run("keep", charged.cp_id), "lets no other board in", charged.board)
    assert "another board may take its place until 20" in run("replace", charged.cp_id).stdout
    assert charged.point()["replaceable_until"] > "20"
    assert "may take its" in run("list").stdout
    kept = run("keep", charged.cp_id)
    assert (kept.exit_code, "keep done; CHARGING" in kept.stdout, "another board" in kept.stdout) == (0, True, False)
    assert charged.point()["replaceable_until"] is None


def test_charge_point_that_is_gone_is_removed(charged: Charged, run: Run) -> None:
    charged.starts()
    whom = f"ends the charge of {charged.name} (0.0 kWh so far)"
    assert_refused(run("remove", charged.cp_id), whom, "--yes")
    assert charged.point()["status"] == "CHARGING"
    assert "removed; it is back once a board registers it" in run("remove", charged.cp_id, "--yes").stdout
    assert charged.cp_id not in run("list").stdout
    for words in (("point",), ("stop",), ("keep",), ("remove", "--yes")):
        assert_refused(run(words[0], charged.cp_id, *words[1:]), "was removed at 20", "once a board registers")
    assert run("verify").stdout.strip() == "the books agree"
    charged.site.connect(charged.cp_id, f"{charged.board}new")
    charged.site.wait_for(lambda: charged.cp_id in run("list").stdout, "it being back")


@pytest.mark.parametrize(("answer", "code", "told"), [("n\n", 1, "nothing was asked"), ("y\n", 0, "removed; it is")])
def test_removing_asks_whoever_sits_at_a_terminal(charged: Charged, answer: str, code: int, told: str) -> None:
    near, far = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "central.operate.main", "remove", charged.cp_id],
            cwd=ROOT, env={**os.environ, **charged.site.environment}, stdin=far, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        os.write(near, answer.encode())
        said, _ = process.communicate(timeout=DEADLINE_S)
    finally:
        os.close(near)
        os.close(far)
    assert (process.returncode, told in said) == (code, True), said
    assert f"ends the charge of {charged.name}" in said


def test_driver_that_the_operator_adds_may_charge(charged: Charged, run: Run) -> None:
    again = run("driver", "add", charged.driver_id)
    assert (again.exit_code, again.stdout.strip()) == (0, f"{charged.driver_id}: known already")
    assert_refused(run("driver", "add", charged.driver_id, "--name", "Bob"), f"known already, as {charged.name}")
    added = json.loads(run("driver", "add", "driver_json", "--json").stdout)
    assert added == {"driver_id": "driver_json", "added": True}
    listed = json.loads(run("driver", "--json").stdout)
    shown = next(each for each in listed if each["driver_id"] == charged.driver_id)
    assert (shown["name"], shown["charges_at"], shown["session_id"]) == (
        charged.name, charged.cp_id, charged.session_id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("end-session", NOBODY), f"no session {NOBODY}"),
        (("held", "accept", NOBODY), "wattline-central list"),
        (("held", "drop", NOBODY), "no session"),
        (("clear-fault", "nowhere", "weld"), "no charge point nowhere"),
        (("keep", "nowhere"), "no charge point nowhere"),
        (("remove", "nowhere", "--yes"), "no charge point nowhere"),
        (("remove", "nowhere"), "no charge point nowhere"),
        (("point", "nowhere"), "no charge point nowhere"),
    ],
)
def test_what_is_not_known_is_named(run: Run, words: tuple[str, ...], told: str) -> None:
    assert_refused(run(*words), told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("held", "sell", NOBODY), "sell"),
        (("held", "accept"), "SESSION"),
        (("held", "accept", "a b"), "for example 0b6c2f1e"),
        (("driver", "add", "a b"), "for example driver_001"),
        (("driver", "add", "ada", "--name", "\x1b[31m"), "printable"),
        (("driver", "add", "ada", "--name", " "), "for example Ada"),
        (("clear-fault", "cp_001"), "FAULT"),
        (("remove", "--yes"), "CP"),
    ],
)
def test_what_is_mistyped_is_one_line(run: Run, words: tuple[str, ...], told: str) -> None:
    ended = run(*words)
    assert (ended.exit_code, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert told in ended.stderr


def test_without_worker_or_log_it_is_told_what_to_do(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runner(capsys, monkeypatch, site.environment)
    site.start(site.worker)
    charged = Charged(site, run)
    site.worker.stop()
    for words in (("end-session", charged.session_id), ("driver", "add", "driver_001")):
        assert_refused(run(*words), "it is logged, but was not carried out within 5 s", "wattline-central worker")
    other = run("remove", charged.cp_id, "--yes", LOG_PATH=str(site.folder / "other.db"))
    assert_refused(other, "the log in reach is", "BROKER_ADDRESS, LOG_PATH")
    assert_refused(run("replace", charged.cp_id, BROKER_ADDRESS="127.0.0.1:1"), "the log cannot be used")
    site.start(site.worker)  # and what was logged meanwhile is carried out
    site.wait_for(lambda: not charged.point()["sessions"], "the end of the session")
    assert run("driver", "add", "driver_001").stdout.strip() == "driver_001: known already"
