"""The specification's tables in a new SQLite file: columns, checks, keys, defaults."""

import sqlite3
from pathlib import Path

import pytest

from central.store.database import open_database
from central.store.migrate import migrate

EXPECTED = {
    "ChargingPoints": {
        "cp_id": "TEXT",
        "location": "VARCHAR(255)",
        "price_per_kwh": "DECIMAL(10, 4)",
        "status": "TEXT",
        "last_connection_time": "DATETIME",
    },
    "Drivers": {"driver_id": "TEXT", "username": "VARCHAR(255)", "created_at": "DATETIME"},
    "ChargingSessions": {
        "session_id": "TEXT",
        "cp_id": "TEXT",
        "driver_id": "TEXT",
        "start_time": "DATETIME",
        "end_time": "DATETIME",
        "energy_consumed_kwh": "DECIMAL(12, 2)",
        "total_cost": "DECIMAL(12, 2)",
        "status": "TEXT",
    },
}
PRIMARY_KEYS = {"ChargingPoints": "cp_id", "Drivers": "driver_id", "ChargingSessions": "session_id"}
POINT_STATUSES = ("ACTIVE", "STOPPED", "DISCONNECTED", "FAULTY", "CHARGING")
SESSION_STATUSES = ("requested", "authorized", "in_progress", "completed", "cancelled", "failed")
ADD_SESSION = """
INSERT INTO "ChargingSessions" (session_id, cp_id, driver_id, request_id, tariff)
VALUES ('s', 'cp_001', 'ada', 'r', '{}')
"""


def made(path: Path) -> sqlite3.Connection:
    database = open_database(f"sqlite:///{path}")
    migrate(database.writer)
    database.dispose()
    return sqlite3.connect(path)


def test_create_sqlite(tmp_path: Path) -> None:
    connection = made(tmp_path / "central.db")
    for table, columns in EXPECTED.items():
        told = {row[1]: row for row in connection.execute(f'PRAGMA table_info("{table}")')}
        assert {name: told[name][2] for name in columns} == columns
        assert [name for name, row in told.items() if row[5]] == [PRIMARY_KEYS[table]]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    keys = {(row[3], row[2], row[4]) for row in connection.execute('PRAGMA foreign_key_list("ChargingSessions")')}
    assert keys == {("cp_id", "ChargingPoints", "cp_id"), ("driver_id", "Drivers", "driver_id")}

    connection.execute("""INSERT INTO "ChargingPoints" (cp_id) VALUES ('cp_001')""")
    assert connection.execute('SELECT status FROM "ChargingPoints"').fetchone() == ("DISCONNECTED",)
    for status in POINT_STATUSES:
        connection.execute('UPDATE "ChargingPoints" SET status = ?', (status,))
    for wrong in ("unknown", "active", "", None):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute('UPDATE "ChargingPoints" SET status = ?', (wrong,))
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("""INSERT INTO "ChargingPoints" (cp_id) VALUES ('cp_001')""")

    connection.execute(ADD_SESSION)
    assert connection.execute('SELECT status FROM "ChargingSessions"').fetchone() == ("requested",)
    for status in SESSION_STATUSES:
        connection.execute('UPDATE "ChargingSessions" SET status = ?', (status,))
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("""UPDATE "ChargingSessions" SET status = 'paid'""")
    connection.commit()

    # The keys hold for whoever asks SQLite to enforce them; the worker does not (central/store/tables.py).
    assert [row[0] for row in connection.execute("PRAGMA foreign_key_check")] == ["ChargingSessions"]
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("""INSERT INTO "Drivers" (driver_id) VALUES ('ada')""")
    connection.commit()
    assert not connection.execute("PRAGMA foreign_key_check").fetchall()
    connection.execute("""DELETE FROM "Drivers" WHERE driver_id = 'ada'""")
    with pytest.raises(sqlite3.IntegrityError):
        connection.commit()
    connection.close()
