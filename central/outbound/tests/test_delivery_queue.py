"""The rows of deliveries, in both kinds of database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from central.outbound.notify import queue
from central.outbound.notify.audience import Hearer
from central.outbound.notify.events import CHARGE_ENDED
from central.outbound.notify.happening import Happening
from central.outbound.notify.version import MIGRATIONS
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.notice_tables import metadata
from central.views.deliveries import Wanted, list_deliveries

ADA = Hearer("ada", "email", "email")
NOW_MS = 1_774_696_200_000


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    opened = open_database(empty_database_url)
    migrate(opened.writer, folder=MIGRATIONS)
    yield opened
    opened.dispose()


def add(connection: Connection, number: int, *heard_by: Hearer) -> None:
    happening = Happening(CHARGE_ENDED, f"ticket/s{number}/1", NOW_MS + number, "cp_001", "ada")
    queue.add_deliveries(connection, happening, "UTC", heard_by or (ADA,))


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    with database.reader.connect() as connection:
        for table in metadata.sorted_tables:
            assert connection.execute(table.select()).all() == []


def test_one_is_due_until_it_was_sent_and_is_never_added_again(database: Database) -> None:
    with database.writer.begin() as connection:
        add(connection, 1)
        add(connection, 1)
        due = queue.next_due(connection, "email", NOW_MS)
        assert due is not None
        queue.note_failed(connection, due, NOW_MS, "away", NOW_MS + 5_000)
        assert queue.lanes_due(connection, NOW_MS + 4_999) == set()
        again = queue.next_due(connection, "email", NOW_MS + 5_000)
        assert again is not None
        assert again.tries == 1
        queue.note_sent(connection, again, NOW_MS + 5_000)
        add(connection, 1)
        assert queue.next_due(connection, "email", NOW_MS + 60_000) is None
        assert queue.count_states(connection) == {"sent": 1}


def test_a_lane_is_bounded_and_the_others_go_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_DUE", 2)
    with database.writer.begin() as connection:
        for number in range(4):
            add(connection, number, ADA)
        add(connection, 1, Hearer("ada", "ntfy", "ntfy"))
        assert queue.count_states(connection) == {"due": 3, "dropped": 2}
        dropped = list_deliveries(connection, Wanted("dropped"), 10).rows
    assert {row["why"] for row in dropped} == {queue.TOO_MANY}


def test_what_is_done_is_forgotten_and_what_is_due_is_not(database: Database) -> None:
    with database.writer.begin() as connection:
        add(connection, 1)
        due = queue.next_due(connection, "email", NOW_MS)
        assert due is not None
        queue.note_dropped(connection, due, NOW_MS, queue.STALE)
        add(connection, 2)
        queue.forget_done(connection, NOW_MS + queue.KEPT_MS + 60_000)
        assert queue.count_states(connection) == {"due": 1}
