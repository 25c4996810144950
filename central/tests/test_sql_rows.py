"""The rows over a transaction behave as rows in memory, whatever is done to them and however often they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from central.model.rows import ChargeRequest, ChargingPoint, Command, Driver, Fault, LastSeen, SeenId, Session
from central.store.database import Database
from central.store.sql_rows import SqlRows
from central.store.tables import TABLES
from central.tests.memory_rows import MemoryRows

KEYS = ("k1", "k2")
NAMES = ("a", "b", "c")
NUMBERS = (0, 9, 10, None)


def make_fault(key: str, name: str, number: int | None) -> Fault:
    return Fault(key, name, "info", 5, number)


def make_request(key: str, name: str, number: int | None) -> ChargeRequest:
    return ChargeRequest(name, key, "cp", "s", "claimed" if number else "refused", None, number or 1)


def make_seen(key: str, name: str, number: int | None) -> SeenId:
    return SeenId("ev.cp", key, "heard", name, number or 2)


def make_driver(key: str, name: str, number: int | None) -> Driver:
    return Driver(key, number, name)


def make_command(key: str, name: str, number: int | None) -> Command:
    return Command(key, number or 1, name, None, "{}", 5, "sent")


MAKERS = (make_fault, make_request, make_seen, make_driver, make_command)
FINDS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (Fault, {}),
    (Fault, {"cleared_at_ms": None}),
    (Fault, {"cleared_at_ms": 9}),
    (ChargeRequest, {"state": "claimed"}),
    (ChargeRequest, {"driver_id": "k1", "state": "refused"}),
    (Driver, {"claim_session_id": "a"}),
    (SeenId, {"key": "k2"}),
    (Command, {"state": "sent"}),
)


@dataclass(frozen=True)
class Put:
    maker: Any
    key: str
    name: str
    number: int | None


@dataclass(frozen=True)
class Get:
    maker: Any
    key: str
    asked: str
    name: str


@dataclass(frozen=True)
class Find:
    key: str
    number: int


@dataclass(frozen=True)
class Load:
    wanted: dict[object, str]


key, name = st.sampled_from(KEYS), st.sampled_from(NAMES)
maker = st.sampled_from(MAKERS)
steps = st.one_of(
    st.builds(Put, maker, key, name, st.sampled_from(NUMBERS)),
    st.builds(Get, maker, key, key, name),
    st.builds(Find, key, st.integers(0, len(FINDS) - 1)),
    st.builds(Load, st.dictionaries(key, key)),
    st.sampled_from(["accept", "discard", "commit"]),
)


class Both:
    """The same done to the real rows and to rows in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._memory = MemoryRows()
        self._kept = self._memory.snapshot()
        self._connection = database.writer.connect()
        with self._connection.begin():
            for table in TABLES.values():
                self._connection.execute(table.delete())
        self._rows = SqlRows(self._connection)

    def put(self, row: Any) -> None:
        owner = getattr(row, row.owner)
        self._rows.of(owner).put(row)
        self._memory.of(owner).put(row)
        row.__dict__.update({row.owner: "changed afterwards"})  # what was put is a copy

    def get(self, of: str, table: Any, primary_key: Sequence[object]) -> None:
        found = self._rows.of(of).get(table, *primary_key)
        assert found == self._memory.of(of).get(table, *primary_key)

    def find(self, of: str, table: Any, equals: dict[str, Any]) -> None:
        found = self._rows.of(of).find(table, **equals)
        expected = self._memory.of(of).find(table, **equals)
        assert list(found) == list(expected)  # in one order: what a fold says of several rows follows it

    def load(self, wanted: dict[object, str]) -> None:
        """Changes nothing that is asked, whoever asks for whose row."""
        self._rows.load(Driver, wanted)

    def accept(self) -> None:
        for each in KEYS:
            self._rows.of(each).accept()
        self._kept = self._memory.snapshot()

    def discard(self) -> None:
        for each in KEYS:
            self._rows.of(each).discard()
        self._memory.restore(self._kept)

    def commit(self) -> None:
        self.discard()
        self._rows.write()
        self._connection.commit()
        self._rows = SqlRows(self._connection)

    def close(self) -> None:
        self.commit()
        for (table, primary_key), row in self._memory.table.items():
            assert self._rows.of(getattr(row, row.owner)).get(table, *primary_key) == row
        self._connection.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(todo=st.lists(steps, max_size=40))
def test_like_rows_in_memory(database: Database, todo: list[Any]) -> None:
    both = Both(database)
    for step in todo:
        if isinstance(step, Put):
            both.put(step.maker(step.key, step.name, step.number))
        elif isinstance(step, Get):
            row = step.maker(step.asked, step.name, None)
            both.get(step.key, type(row), [getattr(row, each) for each in row.primary_key])
        elif isinstance(step, Find):
            both.find(step.key, *FINDS[step.number])
        elif isinstance(step, Load):
            both.load(step.wanted)
        else:
            getattr(both, step)()
    both.close()


def test_a_key_writes_no_row_of_another(database: Database) -> None:
    with database.writer.connect() as connection, pytest.raises(ValueError, match="k1 put a row of k2"):
        SqlRows(connection).of("k1").put(Driver("k2"))


def test_classic_columns_follow_the_exact_ones(database: Database) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("""INSERT INTO "Drivers" (driver_id, username) VALUES ('ada', 'Ada')"""))
        rows = SqlRows(connection)
        session = Session("s", "cp", "ada", "r", "{}", energy_wh=12_345, cost_minor=307, reason=None)
        session.started_at_ms, session.ended_at_ms = 1_767_225_600_000, 1_767_229_200_500
        for key_of, row in (
            ("cp", ChargingPoint("cp", price_e4=2_505)),
            ("cp", session),
            ("cp", LastSeen("cp", heartbeat_at_ms=1_767_225_600_000)),
            ("ada", Driver("ada", created_at_ms=1_767_225_600_000)),
        ):
            rows.of(key_of).put(row)
            rows.of(key_of).accept()
        rows.write()

    def one(columns: str, table: str) -> list[str]:
        with database.reader.connect() as connection:
            found = connection.execute(text(f'SELECT {columns} FROM "{table}"')).one()
            return [str(value).removesuffix("+00:00").removesuffix("000").removesuffix(".000") for value in found]

    assert [float(each) for each in one("energy_consumed_kwh, total_cost", "ChargingSessions")] == [12.35, 3.07]
    assert one("start_time, end_time", "ChargingSessions") == ["2026-01-01 00:00:00", "2026-01-01 01:00:00.500"]
    assert float(one("price_per_kwh", "ChargingPoints")[0]) == 0.2505
    assert one("last_connection_time", "ChargingPoints") == ["2026-01-01 00:00:00"]
    assert one("username, created_at", "Drivers") == ["Ada", "2026-01-01 00:00:00"]
