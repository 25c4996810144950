"""A copy of database, people and log that folds on when it is put back, made while everything runs.

The database first, then the log: so the log holds all that the database has folded, and what it holds beyond is folded
again. The other way round the database would stand at offsets that its log does not have. Each copy is one consistent
state: SQLite's backup, which writers do not wait for, or pg_dump. All of it appears at once, under its name, when it is
complete and checked.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, inspect, make_url, select

from central import settings
from central.actions.refusal import NotDone
from central.operate.program import PROGRAM
from central.store.database import open_reader
from central.store.opening import database_of
from central.store.tables import LOG_IDENTITY, POSITIONS
from eventlog.embedded import file as embedded_file
from eventlog.settings import BROKER_ADDRESS, LOG_PATH, brokers_of
from runtime.config import ConfigManager
from runtime.program import version

# Under the names that the settings have by default: a program started in this folder works on them.
DATABASE_FILE = settings.DB_PATH.default
LOG_FILE = LOG_PATH.default
PEOPLE_FILE = settings.PEOPLE_DB_PATH.default
DUMP_FILE, PEOPLE_DUMP_FILE = "wattline.dump", "people.dump"
CONTENTS_FILE = "backup.json"
NOT_ASKED_FOR = "not copied, since --log-only was asked for"
NOBODY = "there is none yet: the API makes it at its first start"
LOCK_WAIT_S = 10.0
KAFKA_LOG = (
    "Kafka's, and not copied: mirror the topics ev.* to another cluster, or stop the broker after this backup and copy "
    "its log.dirs"
)


@dataclass(frozen=True)
class Contents:
    """What a backup holds. `database`, `people`, `log`: the name of a file in it, or in words why there is none."""

    made_at: str
    version: str
    database: str
    people: str
    log: str
    bytes: int


def back_up(config: ConfigManager, folder: Path, made_at: str, *, log_only: bool = False) -> Contents:
    """Makes `folder`, which must not exist, or be empty. Raises NotDone, and BadPlace for a database that is none."""
    folder = folder.absolute()
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise NotDone(f"{folder} is there already, and nothing is overwritten; name a new folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.unfinished-", dir=folder.parent))
    except OSError as error:
        raise NotDone(f"{folder} cannot be made ({error.strerror}); name a folder on a disk with room") from error
    try:
        contents = _fill(config, unfinished, made_at, log_only)
        _sync(unfinished)
        unfinished.rename(folder)
        _sync_folder(folder.parent)
        return contents
    except (OSError, sqlite3.Error) as error:
        raise NotDone(f"the backup to {folder} failed: {getattr(error, 'strerror', None) or error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _fill(config: ConfigManager, folder: Path, made_at: str, log_only: bool) -> Contents:
    database = NOT_ASKED_FOR if log_only else _copy_database(config, folder)
    people = NOT_ASKED_FOR if log_only else _copy_people(config, folder)
    log = KAFKA_LOG + f" ({brokers_of(config)})" if config[BROKER_ADDRESS] else _copy_log(config, folder)
    if {database, log} == {DATABASE_FILE, LOG_FILE}:
        _check_that_they_fit(folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    contents = Contents(made_at, version(), database, people, log, size)
    (folder / CONTENTS_FILE).write_text(json.dumps(vars(contents), indent=2) + "\n", encoding="utf-8")
    return contents


# --- the databases ---


def _copy_database(config: ConfigManager, folder: Path) -> str:
    database_of(config).dispose()  # says where the file cannot be
    file = settings.BOOKS.file(config)
    if file is None:
        _dump(settings.BOOKS.url(config), folder / DUMP_FILE)
        return DUMP_FILE
    _copy_sqlite(file, folder / DATABASE_FILE, "DB_PATH or DATABASE_URL")
    return DATABASE_FILE


def _copy_people(config: ConfigManager, folder: Path) -> str:
    file = settings.PEOPLE.file(config)
    if file is None:
        _dump(settings.PEOPLE.url(config), folder / PEOPLE_DUMP_FILE)
        return PEOPLE_DUMP_FILE
    if not file.exists():
        return NOBODY
    _copy_sqlite(file, folder / PEOPLE_FILE, "PEOPLE_DB_PATH or PEOPLE_DATABASE_URL")
    return PEOPLE_FILE


def _dump(address: str, to: Path) -> None:
    url = make_url(address)
    without = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    shown = without.render_as_string()
    # In the environment: everybody on this machine sees a program's arguments.
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    command = ["pg_dump", "--format=custom", "--no-password"]
    if shutil.which(command[0]) is None:
        raise NotDone(
            "pg_dump is not installed here (Debian: apt install postgresql-client), and no other program copies a "
            f"PostgreSQL that runs. Or run where it is: {' '.join(command)} --file={DUMP_FILE} '{shown}'; and then "
            f"here: {PROGRAM} backup DIR --log-only"
        )
    done = subprocess.run(
        [*command, f"--file={to}", f"--dbname={shown}"], env={**os.environ, **secret}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotDone(f"pg_dump failed: {' '.join(done.stderr.split()) or f'exit code {done.returncode}'}")


# --- the log ---


def _copy_log(config: ConfigManager, folder: Path) -> str:
    _copy_sqlite(Path(config[LOG_PATH]).absolute(), folder / LOG_FILE, "LOG_PATH")
    return LOG_FILE


def _check_that_they_fit(folder: Path) -> None:
    """The log must be the one that the database was folded from, and reach as far."""
    reader = open_reader(f"sqlite:///{folder / DATABASE_FILE}")
    try:
        with reader.connect() as connection:
            if not inspect(connection).has_table(POSITIONS.name):
                return  # nothing was ever folded
            known = connection.execute(select(LOG_IDENTITY.c.cluster_id)).scalar_one_or_none()
            stored = POSITIONS.c
            positions = connection.execute(select(stored.topic, stored.partition, stored.next)).all()
    finally:
        reader.dispose()
    with closing(embedded_file.connect(folder / LOG_FILE, LOCK_WAIT_S)) as log:
        own = embedded_file.cluster_id(log)
        beyond = [
            (topic, partition) for topic, partition, at in positions
            if known == own and at > embedded_file.ends(log, topic, partition).next
        ]  # fmt: skip
    if known not in (None, own) or beyond:
        raise NotDone(
            f"the database was folded from another log ({known}) than the one at LOG_PATH ({own}), or that log has "
            "lost records: a copy of the two could not fold on; do DB_PATH and LOG_PATH name those of the worker?"
        )


# --- files ---


def _copy_sqlite(file: Path, to: Path, named_by: str) -> None:
    if not file.exists():
        raise NotDone(f"there is no file {file}; does {named_by} name it?")
    # `mode=rw`: it must not be made. The copy is taken in one step, so it is one state, and nobody waits for it.
    with (
        closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=LOCK_WAIT_S)) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
        found = target.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise NotDone(f"{file} is damaged ({found[0]}); the backup was not kept")


def _sync(folder: Path) -> None:
    for file in folder.iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
