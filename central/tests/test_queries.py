"""What the API asks again and again finds its rows by an index, however long the history is."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from central.model.ids import session_id
from central.model.rows import ChargeRequest
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.sql_rows import SqlRows
from central.views import held, overview, queries
from central.views.events import list_commands
from central.views.sessions import Wanted, list_sessions
from central.views.words import find_word, list_words
from central.web.ops import facts

KEYS = [("ada", "r1"), ("bob", "r1"), ("bob", "r2")]


def add_requests(database: Database) -> None:
    with database.writer.begin() as connection:
        rows = SqlRows(connection)
        for driver, request in KEYS:
            of_driver = rows.of(driver)
            session = session_id(driver, request)
            of_driver.put(ChargeRequest(request, driver, "cp_001", session, "refused", "busy", 7))
            of_driver.accept()
        rows.write()


def test_charges_that_are_followed_are_read_by_their_own_keys(database: Database) -> None:
    add_requests(database)
    asked = [("ada", "r1"), ("bob", "r2"), ("ada", "r2"), ("eve", "r1")]
    with database.reader.connect() as connection:
        found = queries.read_followed(connection, asked)
    assert {key: (row.driver_id, row.message_id) for key, row in found.items()} == {key: key for key in asked[:2]}


def asked_of(database: Database) -> list[tuple[str, Any]]:
    """Each question from now on, with its values."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Connection, cursor: object, text: str, values: Any, *more: object) -> None:
        asked.append((text, values))

    event.listen(database.reader, "before_cursor_execute", note)
    return asked


def test_no_question_of_the_api_reads_a_whole_history(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'central.db'}")
    migrate(database.writer)
    asked = asked_of(database)
    with database.reader.connect() as connection:
        queries.read_followed(connection, KEYS)
        queries.list_charges(connection, "ada", only_open=True, limit=50)
        queries.read_tickets(connection, "s")
        queries.read_driver(connection, "ada")
        queries.page_charges(connection, "ada", only_open=False, limit=50, after=(7, "r1"))
        list_sessions(connection, Wanted(), 50, (7, "s"))
        list_sessions(connection, Wanted(cp_id="cp_001"), 50, (7, "s"))
        list_words(connection, "cp_001", 50, (7, "w"))
        find_word(connection, "w")
        list_commands(connection, "cp_001", 50, (7,))
        for text, values in asked:
            if text.startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
                assert not [step[3] for step in plan if str(step[3]).startswith("SCAN")], text
    assert len(asked) >= 10
    database.dispose()


def test_no_look_at_the_charge_points_reads_all_sessions(tmp_path: Path) -> None:
    """But through the index of the few that are open, or have something held."""
    database = open_database(f"sqlite:///{tmp_path / 'central.db'}")
    migrate(database.writer)
    asked = asked_of(database)
    with database.reader.connect() as connection:
        facts.read_posts(connection, None)
        facts.read_day(connection, None, 1)
        overview.list_points(connection, "EUR")
        overview.open_sessions(connection)
        held.list_held(connection, 1, 50)
        questions = [each for each in asked if "ChargingSessions" in each[0]]
        for text, values in questions:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
            steps = [str(step[3]) for step in plan if str(step[3]).startswith("SCAN ChargingSessions")]
            assert all(step.endswith(("_open", "_held", "_held_by_point")) for step in steps), (text, steps)
    assert len(questions) >= 5
    database.dispose()
