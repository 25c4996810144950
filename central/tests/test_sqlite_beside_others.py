"""An SQLite file is opened while another process makes it, changes it or closes it."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from central.store.database import open_writer
from tools.testing.deadlines import DEADLINE_S

TRIES = 3


def test_a_file_that_another_is_making_is_waited_for(tmp_path: Path) -> None:
    """Until the file is in WAL mode once, SQLite's own busy timeout does not count."""
    place = tmp_path / "central.db"
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("CREATE TABLE already (there)")
    other.execute("BEGIN IMMEDIATE")
    tried: list[str] = []
    enough = threading.Event()

    def on_statement(statement: str) -> None:
        tried.append(statement)
        if len(tried) == TRIES:
            enough.set()

    def on_connect(connection: sqlite3.Connection, record: object) -> None:
        del record
        connection.set_trace_callback(on_statement)

    engine = open_writer(f"sqlite:///{place}", busy_timeout_s=DEADLINE_S)
    event.listen(engine, "connect", on_connect, insert=True)
    told: list[object] = []

    def write() -> None:
        with engine.begin() as connection:
            told.append(connection.exec_driver_sql("SELECT count(*) FROM already").scalar())

    thread = threading.Thread(target=write)
    thread.start()
    assert enough.wait(DEADLINE_S), tried
    other.execute("COMMIT")
    thread.join(DEADLINE_S)
    assert told == [0]
    engine.dispose()


def test_a_file_that_stays_locked_is_refused_in_the_end(tmp_path: Path) -> None:
    place = tmp_path / "central.db"
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("CREATE TABLE already (there)")
    other.execute("BEGIN IMMEDIATE")
    engine = open_writer(f"sqlite:///{place}", busy_timeout_s=0.05)
    with pytest.raises(OperationalError, match="locked"):
        engine.connect()
    engine.dispose()
