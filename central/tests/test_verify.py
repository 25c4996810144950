"""What `verify` finds: books that folds kept agree, and each row that somebody edits is named."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, insert, text
from sqlalchemy.pool import StaticPool

from central.model.rows import Ticket
from central.operate.verify import verify
from central.store.tables import TABLES, metadata
from central.tests.charging import ask, charge, complete, connected
from central.tests.line_in_memory import LineInMemory

HOUR_MS = 3_600_000


def kept(line: LineInMemory) -> Connection:
    """A database with the rows of the line."""
    connection = create_engine("sqlite://", poolclass=StaticPool).connect()
    metadata.create_all(connection)
    for (table, _), row in line.rows.table.items():
        connection.execute(insert(TABLES[table]).values(**asdict(row)))
    return connection


@pytest.fixture
def line() -> LineInMemory:
    """Two charges, of 2,000 and 1,000 Wh; the first has 500 Wh held, and 100 Wh unbilled; 50 Wh are unassigned."""
    line = connected()
    first = charge(line, energy_wh=2_000)
    row = line.session(first)
    row.held_wh, row.unbilled_wh = 500, 100
    meter = next(each for (table, _), each in line.rows.table.items() if table.__name__ == "Meter")
    meter.register_wh = meter.sound_wh = meter.claimed_to_wh = 3_650
    meter.unassigned_wh = 50
    line.rows.of("cp_001").put(row)
    line.tick(HOUR_MS)
    point = line.point()
    point.register_wh = 3_650
    line.rows.of("cp_001").put(point)
    charge(line, "r2", energy_wh=1_000)
    return line


@pytest.fixture
def books(line: LineInMemory) -> Iterator[Connection]:
    with kept(line) as connection:
        yield connection


def test_books_that_folds_kept_agree(books: Connection):
    assert verify(books) == []


WHERE = "charge point cp_001, meter meter1"
EDITS = {
    "unassigned lost": ('UPDATE "Meters" SET unassigned_wh = 20', WHERE, "30 Wh have no place"),
    "unassigned made up": ('UPDATE "Meters" SET unassigned_wh = 57', WHERE, "7 Wh have two places"),
    "register raised": ('UPDATE "Meters" SET register_wh = register_wh + 3', WHERE, "3 Wh have no place"),
    "register lowered": ('UPDATE "Meters" SET register_wh = 4000', WHERE, "650 Wh have two places"),
    "earlier life forgotten": ('UPDATE "Meters" SET earlier_wh = 11', WHERE, "11 Wh have no place"),
    "held waived by hand": ('UPDATE "ChargingSessions" SET held_wh = 0', WHERE, "500 Wh have no place"),
    "unbilled forgotten": ('UPDATE "ChargingSessions" SET unbilled_wh = 0', WHERE, "100 Wh have no place"),
    "bill lowered": (
        'UPDATE "ChargingSessions" SET energy_wh = 600 WHERE energy_wh = 1000', WHERE, "400 Wh have no place",
    ),
    "session deleted": ('DELETE FROM "ChargingSessions" WHERE energy_wh = 1000', WHERE, "1000 Wh have no place"),
    "more taken than told": ('UPDATE "Meters" SET unassigned_wh = -5', WHERE, "5 Wh more than it told"),
    "two sessions with the same part": (
        'UPDATE "ChargingSessions" SET start_register_wh = 3000 WHERE energy_wh = 1000', "meter meter1",
        "both have 600 Wh",
    ),
    "part beyond the register": (
        'UPDATE "ChargingSessions" SET start_register_wh = 3700 WHERE energy_wh = 1000', "meter meter1", "told 4650 Wh",
    ),
    "register that boards are told": ('UPDATE "ChargingPoints" SET register_wh = 9', "meter meter1", "told 9 Wh"),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_a_gap_is_named_with_its_meter_its_wh_and_what_to_do(books: Connection, edit: str):
    statement, where, gap = EDITS[edit]
    books.execute(text(statement))
    (found,) = [each for each in verify(books) if gap in each]
    assert where in found
    assert "docs/operating.md" in found


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ('UPDATE "ChargingSessions" SET cost_minor = cost_minor + 1 WHERE energy_wh = 1000', "26, but its tariff"),
        ('UPDATE "ChargingSessions" SET energy_wh = 900 WHERE energy_wh = 1000', "its readings make 1000 Wh"),
        ('UPDATE "ChargingSessions" SET end_register_wh = 1 WHERE energy_wh = 1000', "registers differ by"),
        ('UPDATE "ChargingSessions" SET driver_id = \'nobody\'', "there is no driver nobody"),
        ('UPDATE "ChargingSessions" SET cp_id = \'cp_9\'', "there is no charge point cp_9"),
        ('DELETE FROM "Tickets" WHERE number = 1', "completed without a ticket"),
        ('UPDATE "ChargingPoints" SET site_id = \'north\'', "its stays say None"),
        ('UPDATE "ChargingPoints" SET site_id = \'north\'', "on the site north, which is not there"),
    ],
)
def test_what_else_does_not_agree_is_named(books: Connection, statement: str, found: str):
    books.execute(text("PRAGMA foreign_keys = OFF"))
    books.execute(text(statement))
    assert any(found in each for each in verify(books))


def test_books_agree_over_falls_other_meters_and_words_that_come_late(line: LineInMemory):
    session = ask(line, "r3")
    fields: dict[str, Any] = {"session_id": session, "occurred_at_ms": line.now_ms}
    line.board_says("charge_started", board="eng1", meter_id="meter1", register_wh=4_650, **fields)
    line.tick(HOUR_MS)
    complete(line, session, 700, start_register_wh=4_650)  # it fell
    session = ask(line, "r4")
    complete(line, session, 100_300, start_register_wh=100_000, meter_id="meter2")
    complete(line, session, 100_400, start_register_wh=100_000, meter_id="meter2")
    with kept(line) as connection:
        assert verify(connection) == []
    assert len(line.rows.all(Ticket)) == 4
