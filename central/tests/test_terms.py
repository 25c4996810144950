"""Terms are told in the log: what was folded under them is folded under them again, whatever is set by then."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from wire.kinds import COMMANDS, CP, DRIVER, SITE

from central.fold.apply import apply
from central.model.terms import Terms, from_text, to_text
from central.store.database import Database, open_database
from central.store.tables import CHARGING_SESSIONS, POSITIONS, metadata
from central.tests.commands import runner
from central.tests.mortal import Death, fold_mortally
from central.tests.parking import rows
from central.tests.site import ROOT, Site
from central.tests.working import rows_of, working
from eventlog import Record

SWEDISH = Terms(currency="SEK", plant_speed=10_000, command_ttl_ms=600_000, command_resend_ms=600_000)
FRENCH = replace(SWEDISH, currency="CHF", plant_speed=1, lost_after_ms=7_000)
CHARGE_WH = 5_000  # in no time: believed of a fast plant alone


@pytest.fixture
def lined(tmp_path: Path) -> Iterator[Site]:
    """A log and who speaks into it; no process."""
    site = Site(tmp_path)
    yield site
    site.close()


def sessions(database: Database) -> dict[tuple[str, str], int]:
    """(currency, status) of each, with what is held of it."""
    found = rows_of(database, CHARGING_SESSIONS)
    return {(json.loads(row["tariff"])["currency"], row["status"]): row["held_wh"] for row in found}


def ask(site: Site) -> None:
    site.connect()
    site.says("driver_register", "api", driver_id="ada")
    site.says("charge_request", "api", message_id="r1", driver_id="ada", cp_id="cp_001")


def charge(site: Site, nth: int) -> None:
    """The engine runs what it was told to, at once."""
    started = [json.loads(record.value) for record in site.read(COMMANDS) if b"start_charge" in record.value]
    session, start_wh = started[-1]["session_id"], 1_000 + (nth - 1) * CHARGE_WH
    told = {"cp_id": "cp_001", "session_id": session, "meter_id": "m-cp_001"}
    site.board_says("charge_started", register_wh=start_wh, **told)
    at_ms = site.log.append("ev.dead", "now", b"").result(10).timestamp_ms
    site.board_says(
        "charge_completion", start_register_wh=start_wh, end_register_wh=start_wh + CHARGE_WH, started_at_ms=at_ms,
        ended_at_ms=at_ms, reason="vehicle", relay_closed=True, **told,
    )  # fmt: skip


def told(site: Site) -> list[tuple[str, int, int, Terms]]:
    """Where terms lie in the log."""
    found = [record for topic in (CP, DRIVER, SITE) for record in site.read(topic) if b'"terms"' in record.value]
    return [(each.topic, each.partition, each.offset, _terms(each)) for each in found]


def _terms(record: Record) -> Terms:
    return from_text(record.value.decode())


def test_an_empty_log_gets_its_terms_before_all_else_and_once(database: Database, lined: Site) -> None:
    everywhere = {(topic, number) for topic in (CP, DRIVER, SITE) for number in range(8)}
    for _ in range(2):
        with working(database, lined.log, terms=SWEDISH) as one:
            one.catch_up()
        assert sorted(told(lined), key=str) == sorted(((*place, 0, SWEDISH) for place in everywhere), key=str)
    with working(database, lined.log, terms=FRENCH) as one:
        one.catch_up()
    assert {each[:2] for each in told(lined) if each[2:] == (1, FRENCH)} == everywhere
    in_force = {(row["topic"], row["partition"]): row["terms"] for row in rows_of(database, POSITIONS)}
    assert in_force == {**dict.fromkeys(in_force), **dict.fromkeys(everywhere, to_text(FRENCH))}


def test_other_settings_change_no_session_that_was(
    database: Database, lined: Site, rebuilt: Callable[..., Database]
) -> None:
    """Nor what boards said before the first worker ran."""
    ask(lined)
    with working(database, lined.log, terms=SWEDISH) as one:
        one.catch_up()
        charge(lined, 1)
        one.catch_up()
    before = rows(database)
    assert sessions(database) == {("SEK", "completed"): 0}
    assert rows(rebuilt(lined, FRENCH)) == before
    with working(database, lined.log, terms=FRENCH) as one:
        one.catch_up()
        lined.says("charge_request", "api", message_id="r2", driver_id="ada", cp_id="cp_001")
        one.catch_up()
        charge(lined, 2)
        one.catch_up()
    assert sessions(database) == {("SEK", "completed"): 0, ("CHF", "completed"): CHARGE_WH}
    for terms in (SWEDISH, Terms()):
        assert rows(rebuilt(lined, terms)) == rows(database)


def test_a_database_of_a_version_without_terms_goes_on_under_those_set(database: Database, lined: Site) -> None:
    ask(lined)
    with working(database, lined.log, terms=SWEDISH) as one:
        one.catch_up()
        charge(lined, 1)
        one.catch_up()
    with database.writer.begin() as connection:
        connection.execute(POSITIONS.update().values(terms=None))
    lined.says("charge_request", "api", message_id="r2", driver_id="ada", cp_id="cp_001")
    with working(database, lined.log, terms=FRENCH) as one:
        one.catch_up()
    assert set(sessions(database)) == {("SEK", "completed"), ("CHF", "authorized")}


@pytest.mark.timeout(300)
def test_a_worker_that_dies_while_it_tells_them(
    tmp_path: Path, rebuilt: Callable[..., Database]
) -> None:
    """At every third step of two starts under other settings, each time from the beginning."""
    at_step, has_come = 1, True
    while has_come:
        folder = tmp_path / str(at_step)
        folder.mkdir()
        site, death = Site(folder), Death(at_step)
        database = open_database(f"sqlite:///{folder / 'central.db'}")
        metadata.create_all(database.writer)
        ask(site)
        for number, terms in enumerate((SWEDISH, FRENCH)):
            site.says("operator_request", "operator", cp_id="cp_001", action=("reset", "stop")[number])
            fold_mortally(database, site.log, apply, death, terms)
        assert {row["terms"] for row in rows_of(database, POSITIONS) if row["terms"]} == {to_text(FRENCH)}
        assert rows(rebuilt(site, Terms())) == rows(database), at_step
        site.close()
        database.dispose()
        has_come = death.has_come
        at_step += 3


def test_what_is_set_is_shown_beside_what_is_in_force(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.start(site.worker)
    run = runner(capsys, monkeypatch, {**site.environment, "CURRENCY": "SEK"})
    shown = {row["term"]: (row["set"], row["in_force"]) for row in json.loads(run("terms", "--json").stdout)}
    assert shown.keys() == asdict(Terms()).keys()
    assert shown["currency"] == ("SEK", "EUR")
    assert shown["plant_speed"] == (1, 1)
    assert " SEK " in run("terms").stdout


FOLDED = """
import hashlib, logging
from random import Random
from central.tests.test_replay import history_of
logging.disable()
line = history_of(Random(4), 300).line
text = repr(sorted(line.rows.table.items(), key=str)) + repr([each.message for each in line.log])
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_folds_see_nothing_of_their_surroundings() -> None:
    """Neither the order of a set's texts, nor the zone, nor the language, nor any setting."""
    one = {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"}
    other = {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LC_ALL": "de_DE.UTF-8", "CURRENCY": "SEK",
             "PLANT_SPEED": "9", "COMMAND_TTL_S": "1", "PYTHONOPTIMIZE": "0"}  # fmt: skip
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}", "PATH": os.environ["PATH"]}
    made = [
        subprocess.run([sys.executable, "-c", FOLDED], env={**path, **each}, check=True, capture_output=True).stdout
        for each in (one, other)
    ]
    assert made[0] == made[1]
    assert len(made[0]) == 65
