"""`wattline-central backup`: what is put back folds on, whatever was going on when the copy was made."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from central.model.terms import Terms
from central.operate import backup
from central.operate.verify import verify
from central.people.register import person_of
from central.store.database import open_database
from central.store.migrate import migrate
from central.store.tables import CHARGING_SESSIONS, TABLES
from central.tests.commands import Run, runner
from central.tests.engines import CHARGE_WH, Fleet, completed
from central.tests.site import Site
from central.tests.working import content, is_folded, rows_of, working
from eventlog.clock import wall_ms
from runtime.tokens import sha256_of
from tools.services.postgres import Postgres
from tools.services.process import wait_for
from tools.stack.tokens import people_at
from tools.testing.deadlines import DEADLINE_S

SPEED = 10_000  # charges of two kWh in no time are believed
SETTINGS = {"OUTAGE_GRACE_S": "3600", "PLANT_SPEED": str(SPEED)}
NAMES = {"people.db", "wattline.db", "wattline-log.db", "backup.json"}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[Site], Run]:
    return lambda site: runner(capsys, monkeypatch, {**site.environment, **SETTINGS})


@pytest.mark.timeout(150)
def test_what_was_copied_in_mid_work_folds_on_to_the_same_rows(
    site: Site, tmp_path: Path, run: Callable[[Site], Run]
) -> None:
    copies = [tmp_path / "copies" / name for name in ("first", "second")]
    fleet = Fleet(site, points=3, charges=10, checkpoints=40)
    worker = site.process("worker", **SETTINGS)
    worker.start()
    try:
        fleet.begin()
        for copy, ended in zip(copies, (5, 20), strict=True):
            wait_for(lambda ended=ended: fleet.step(0.05) or fleet.ended >= ended, DEADLINE_S, "charges")
            # What the worker folds and boards append goes on: nothing of it is waited for.
            assert not fleet.is_done
            assert run(site)("backup", str(copy)).exit_code == 0
        wait_for(lambda: fleet.step(0.05) or fleet.is_done, DEADLINE_S, "all charges")
    finally:
        worker.stop()
        fleet.close()
    for copy in copies:
        assert {each.name for each in copy.iterdir()} == NAMES
        put_back_and_fold_on(copy, tmp_path / f"new-{copy.name}", fleet.sessions)


def put_back_and_fold_on(copy: Path, folder: Path, sessions: set[str]) -> None:
    folder.mkdir()
    shutil.copy(copy / "wattline.db", folder / "central.db")
    shutil.copy(copy / "wattline-log.db", folder / "log.db")
    restored = Site(folder, SETTINGS)
    database, fresh = open_database(f"sqlite:///{folder / 'central.db'}"), open_database(f"sqlite:///{folder / 'f.db'}")
    try:
        restored.start(restored.worker)
        restored.wait_for(lambda: is_folded(database, restored.log), "all that lies in the log folded")
        restored.worker.stop()
        migrate(fresh.writer)
        with working(fresh, restored.log, terms=Terms(plant_speed=SPEED)) as one:
            one.catch_up()
        for table in TABLES.values():
            assert content(database, table) == content(fresh, table), table.name
        ended = completed(rows_of(database, CHARGING_SESSIONS))
        assert 0 < len(ended) <= len(sessions)
        assert set(ended) <= sessions
        assert {wh for wh, _ in ended.values()} == {CHARGE_WH}
        with database.reader.connect() as connection:
            assert not verify(connection)
    finally:
        restored.close()
        database.dispose()
        fresh.dispose()


def test_json_tells_what_the_folder_holds(site: Site, tmp_path: Path, run: Callable[[Site], Run]) -> None:
    site.start(site.worker)
    told = json.loads(run(site)("backup", str(tmp_path / "copy"), "--json").stdout)
    assert told.pop("folder") == str(tmp_path / "copy")
    assert told == json.loads((tmp_path / "copy" / "backup.json").read_text())
    assert (told["database"], told["log"]) == ("wattline.db", "wattline-log.db")
    assert told["bytes"] > 10_000


def test_nothing_is_overwritten_and_nothing_half_done_is_left(
    site: Site, tmp_path: Path, run: Callable[[Site], Run]
) -> None:
    site.start(site.worker)
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("kept")
    (tmp_path / "file").write_text("kept")
    for there in (full, tmp_path / "file"):
        refused = run(site)("backup", str(there))
        assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
        assert f"{there} is there already" in refused.stderr
    assert [each.name for each in full.iterdir()] == ["mine"]
    below_a_file = run(site)("backup", str(tmp_path / "file" / "copy"))
    assert (below_a_file.exit_code, str(tmp_path / "file" / "copy") in below_a_file.stderr) == (1, True)
    missing = run(site)("backup", str(tmp_path / "copy"), LOG_PATH=str(tmp_path / "no.db"))
    assert (missing.exit_code, "LOG_PATH" in missing.stderr) == (1, True)
    assert not [each for each in tmp_path.iterdir() if "copy" in each.name]
    assert run(site)("backup", str(full), "--json").exit_code == 1


def test_copy_that_could_not_fold_on_is_refused(
    site: Site, tmp_path: Path, run: Callable[[Site], Run]
) -> None:
    older = tmp_path / "older.db"
    with sqlite3.connect(tmp_path / "log.db") as log, sqlite3.connect(older) as copy:
        log.backup(copy)
    site.start(site.worker)
    site.connect("cp_1", "b1")
    site.wait_for(lambda: "cp_1" in run(site)("list").stdout, "cp_1")
    other = Site(tmp_path / "other")
    other.close()
    for wrong in (older, tmp_path / "other" / "log.db"):
        refused = run(site)("backup", str(tmp_path / "copy"), LOG_PATH=str(wrong))
        assert (refused.exit_code, "could not fold on" in refused.stderr) == (1, True)
        assert not (tmp_path / "copy").exists()
    assert run(site)("backup", str(tmp_path / "copy")).exit_code == 0


def test_damaged_database_makes_no_backup(site: Site, tmp_path: Path, run: Callable[[Site], Run]) -> None:
    site.start(site.worker)
    site.worker.stop()
    with sqlite3.connect(tmp_path / "central.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (tmp_path / "central.db").open("r+b") as file:
        file.seek(4_096 * 3)
        file.write(b"\xaa" * 4_096)
    refused = run(site)("backup", str(tmp_path / "copy"))
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "copy").exists()


def test_postgresql_is_dumped_and_the_dump_can_be_put_back(
    site: Site, tmp_path: Path, postgres_server: Postgres, run: Callable[[Site], Run]
) -> None:
    address = postgres_server.new_database()
    worker = site.process("worker", DATABASE_URL=address, **SETTINGS)
    site.start(worker)
    try:
        site.connect("cp_1", "b1")
        site.wait_for(lambda: "cp_1" in run(site)("list", DATABASE_URL=address).stdout, "cp_1")
        told = json.loads(run(site)("backup", str(tmp_path / "copy"), "--json", DATABASE_URL=address).stdout)
    finally:
        worker.stop()
    assert told["database"] == "wattline.dump"
    empty = postgres_server.new_database()
    url = empty.replace("+psycopg", "")
    subprocess.run(["pg_restore", f"--dbname={url}", str(tmp_path / "copy" / "wattline.dump")], check=True)
    assert "cp_1" in run(site)("list", DATABASE_URL=empty).stdout


def test_without_pg_dump_it_is_told_what_to_run(
    site: Site, tmp_path: Path, run: Callable[[Site], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, "PATH": str(tmp_path)})
    settings = {"DATABASE_URL": "postgresql://w:hunter2@127.0.0.1:1/wattline", "PATH": str(tmp_path)}
    told = run(site)("backup", str(tmp_path / "copy"), **settings)
    assert told.exit_code == 1
    assert "pg_dump --format=custom" in told.stderr
    assert "'postgresql://w@127.0.0.1:1/wattline'" in told.stderr
    assert "hunter2" not in told.stderr
    assert run(site)("backup", str(tmp_path / "copy"), "--log-only", **settings).exit_code == 0
    assert {each.name for each in (tmp_path / "copy").iterdir()} == NAMES - {"wattline.db", "people.db"}


def test_of_kafka_s_log_it_is_told_what_to_copy(site: Site, tmp_path: Path, run: Callable[[Site], Run]) -> None:
    site.start(site.worker)
    site.people_file.unlink()
    ended = run(site)("backup", str(tmp_path / "copy"), BROKER_ADDRESS="127.0.0.1:1")
    assert ended.exit_code == 0
    assert "log.dirs" in ended.stdout
    assert {each.name for each in (tmp_path / "copy").iterdir()} == NAMES - {"wattline-log.db", "people.db"}
    assert backup.KAFKA_LOG in json.loads((tmp_path / "copy" / "backup.json").read_text())["log"]


def test_people_are_copied_where_there_are_any(site: Site, tmp_path: Path, run: Callable[[Site], Run]) -> None:
    token = site.token("driver_001")
    migrate(open_database(f"sqlite:///{site.folder / 'central.db'}").writer)
    assert run(site)("backup", str(tmp_path / "copy")).exit_code == 0
    assert json.loads((tmp_path / "copy" / "backup.json").read_text())["people"] == "people.db"
    with people_at(tmp_path / "copy" / "people.db") as people, people.reader.connect() as connection:
        person = person_of(connection, sha256_of(token), wall_ms())
    assert person is not None
    assert person.person_id == "driver_001"
