"""From nothing to the newest tables, one migration at a time, and killed at any moment in between."""

import signal
import subprocess
import sys
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Boolean, Connection, inspect

from central.model.rows import ChargingPoint, Session
from central.money.price_per_kwh import PricePerKwh
from central.money.readings import from_text, to_text
from central.money.tariff import text_of
from central.store import migrate as migrations
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.sql_rows import SqlRows
from central.store.tables import TABLES, metadata
from central.store.version import OtherVersion, is_current, newest_version, version_of
from central.tests.site import ROOT

# A column or an index (of a table) that each version brings.
BROUGHT = {
    "0001": ("ChargingSessions", "status"),
    "0002": ("Positions", "next"),
    "0003": ("SeenIds", "kind"),
    "0004": ("ChargeRequests", "ix_ChargeRequests_session_id"),
    "0005": ("Positions", "mark_ms"),
    "0006": ("ChargingSessions", "tariff"),
    "0007": ("LiveCharges", "register_wh"),
    "0008": ("LastSeen", "logged_at_ms"),
    "0009": ("LogIdentity", "clock_ahead_ms"),
    "0010": ("Meters", "unassigned_wh"),
    "0011": ("Positions", "topic_id"),
    "0012": ("Meters", "earliest_ms"),
    "0013": ("Positions", "terms"),
    "0014": ("ChargingPoints", "limit_ma"),
    "0015": ("OperatorWords", "reason"),
    "0016": ("Sites", "time_zone"),
    "0017": ("ChargingSessions", "ix_ChargingSessions_requested_at_ms"),
    "0018": ("PowerCurves", "spacing_ms"),
    "0019": ("ProblemReports", "text"),
    "0020": ("ChargingSessions", "ix_ChargingSessions_open"),
}

# Upgrades, and dies by SIGKILL just before the statement whose number it is given.
KILLED = """
import os, signal, sys
from sqlalchemy import event
from central.store.database import open_database
from central.store.migrate import migrate

url, fatal = sys.argv[1], int(sys.argv[2])
database = open_database(url)
count = 0

def before(connection, cursor, statement, parameters, context, many):
    global count
    count += 1
    if count == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(database.writer, "before_cursor_execute", before)
migrate(database.writer)
print(count)
"""

AT_ONCE = """
import sys
from central.store.database import open_database
from central.store.migrate import migrate
from central.store.version import version_of

database = open_database(sys.argv[1])
print("here", flush=True)
sys.stdin.readline()
migrate(database.writer)
with database.reader.connect() as connection:
    print(version_of(connection))
"""
ENVIRONMENT = {"PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}", "PATH": ""}


def differences(connection: Connection) -> list[Any]:
    """Between the tables there and those that the program works with."""
    options = {"compare_type": True, "compare_server_default": True}
    found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    if connection.dialect.name == "postgresql":  # which does not declare this key; central/store/tables.py says why
        found = [each for each in found if each[0] != "add_fk" or each[1].name != "fk_ChargingSessions_driver_id"]
    return [each for each in found if not _is_empty_default(each)]


def _is_empty_default(difference: Any) -> bool:
    """SQLite's own way to write an empty text as the default, which alembic takes for another."""
    change = difference[0]
    if change[0] != "modify_default":
        return False
    return ((default_text(change[5]) or "").strip("()"), default_text(change[6])) == ("''", "")


def default_text(default: Any) -> str | None:
    return None if default is None else str(default.arg)


def version(database: Database) -> str | None:
    with database.writer.connect() as connection:
        return version_of(connection)


def brought(database: Database) -> set[str]:
    """The versions whose columns and indexes are there."""
    with database.writer.connect() as connection:
        told = inspect(connection)
        parts = {
            (table, part["name"])
            for table in told.get_table_names()
            for part in (*told.get_columns(table), *told.get_indexes(table))
        }
    return {of for of, part in BROUGHT.items() if part in parts}


def test_each_migration_follows_the_one_before(empty_database_url: str) -> None:
    scripts = ScriptDirectory(str(migrations.MIGRATIONS))
    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == tuple(BROUGHT)
    database = open_database(empty_database_url)
    for target in BROUGHT:
        assert target not in brought(database)
        migrate(database.writer, target)
        assert version(database) == target
        assert target in brought(database)
    assert is_current(database.reader)
    with database.reader.connect() as connection:
        assert not differences(connection)
    migrate(database.writer)  # there is nothing left to do
    assert version(database) == newest_version()
    database.dispose()


def test_programs_that_start_at_once_make_the_tables_once(empty_database_url: str) -> None:
    """Each says that it is there, and then waits for a line."""
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE, empty_database_url], env=ENVIRONMENT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]  # fmt: skip
    for each in starting:
        assert each.stdout is not None
        assert each.stdout.readline() == "here\n"
    for each in starting:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    told = [each.communicate(timeout=60) for each in starting]
    assert [out for out, _ in told] == [f"{newest_version()}\n"] * 3, told


def upgrade_killed_at(url: str, statement: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", KILLED, url, str(statement)]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_killed_in_the_middle_a_migration_never_happened(empty_database_url: str) -> None:
    database = open_database(empty_database_url)
    fatal = 6
    while True:
        before = version(database)
        done = upgrade_killed_at(empty_database_url, fatal)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        # What the record says is there is there, and nothing else.
        reached = version(database)
        assert brought(database) == {of for of in BROUGHT if reached is not None and of <= reached}
        assert (reached or "") >= (before or "")
        fatal += 13
    assert fatal > 3 * 13
    with database.reader.connect() as connection:
        assert not differences(connection)
    database.dispose()


def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    with database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert not is_current(database.reader)
    with pytest.raises(OtherVersion, match="another version"):
        migrate(database.writer)
    assert version(database) == "9999"


def test_a_row_class_makes_its_columns() -> None:
    """What a field may hold, whether it may be null, and its default, all from the class."""
    columns = {column.name: column for column in TABLES[ChargingPoint].columns}
    assert isinstance(columns["seq"].type, BigInteger)
    assert isinstance(columns["silent"].type, Boolean)
    assert (columns["seq"].nullable, columns["service_seq"].nullable) == (False, True)
    told = {name: default_text(columns[name].server_default) for name in ("status", "seq", "silent", "board")}
    assert told == {"status": "DISCONNECTED", "seq": "0", "silent": "false", "board": None}
    for row, table in TABLES.items():
        assert tuple(column.name for column in table.primary_key) == row.primary_key  # type: ignore[attr-defined] -- every row class has it


OLD_SESSION = """
INSERT INTO "ChargingSessions" (session_id, cp_id, driver_id, request_id, currency, tariff_version, price_e4, status,
start_register_wh, last_register_wh, end_register_wh, started_at_ms, last_checkpoint_at_ms, ended_at_ms, energy_wh)
VALUES ('{}', 'cp_001', 'ada', 'r', 'SEK', 1, 2505, '{}', {}, {}, {}, {}, {}, {}, {})
"""
OLD_SESSIONS = {
    "refused": ("failed", "NULL", "NULL", "NULL", "NULL", "NULL", 5_000, "NULL"),
    "begun": ("in_progress", 1_000, "NULL", "NULL", 4_000, "NULL", "NULL", "NULL"),
    "running": ("in_progress", 1_000, 1_500, "NULL", 4_000, 5_000, "NULL", "NULL"),
    "overtaken": ("in_progress", "NULL", 1_500, "NULL", "NULL", 5_000, "NULL", "NULL"),
    "ended": ("completed", 1_000, 1_500, 1_700, 4_000, 5_000, 6_000, 700),
}
READINGS = {
    "refused": "[]", "begun": "[[4000,1000]]", "running": "[[4000,1000],[5000,1500]]", "overtaken": "[[5000,1500]]",
    "ended": "[[4000,1000],[6000,1700]]",
}  # fmt: skip


def test_sessions_of_old_keep_their_terms_and_readings(empty_database_url: str) -> None:
    database = open_database(empty_database_url)
    migrate(database.writer, "0005")
    with database.writer.begin() as connection:
        connection.exec_driver_sql("""INSERT INTO "ChargingPoints" (cp_id) VALUES ('cp_001')""")
        for name, values in OLD_SESSIONS.items():
            connection.exec_driver_sql(OLD_SESSION.format(name, *values))
    migrate(database.writer)
    with database.writer.connect() as connection:
        sessions = {name: SqlRows(connection).of("cp_001").get(Session, name) for name in OLD_SESSIONS}
    assert {session.tariff for session in sessions.values() if session} == {text_of(PricePerKwh("SEK", 2_505))}
    assert {name: session.readings for name, session in sessions.items() if session} == READINGS
    for session in sessions.values():
        assert session is not None
        assert to_text(from_text(session.readings)) == session.readings
    database.dispose()
