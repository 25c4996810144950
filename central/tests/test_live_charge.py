"""What a driver sees of a charge never goes back: not its state, not its energy, not its cost, in whatever order
telemetry and the board's own words are folded.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from central.fold.apply import apply
from central.model.ids import session_id
from central.model.records import Incoming, Outgoing, Refused
from central.model.terms import Terms
from central.store.database import Database
from central.store.sql_rows import SqlRows
from central.tests.charging import METER, answer, ask, checkpoint, complete, connected, start
from central.tests.line_in_memory import LineInMemory, made_id
from central.views.charge import Charge, charge_of
from central.views.queries import read_charge

RANK = {"requested": 0, "authorized": 1, "in_progress": 2, "completed": 3}


def telemetry(line: LineInMemory, register_wh: int, session: str | None, **fields: Any) -> None:
    told: dict[str, Any] = {
        "state": "charging", "meter_id": METER, "register_wh": register_wh, "session_energy_wh": 0, "power_w": 7_000,
        "current_ma": 30_400, "voltage_mv": 230_000, "limit_ma": 32_000, "limit_reason": "rated",
        "occurred_at_ms": line.now_ms, **({} if session is None else {"session_id": session}), **fields,
    }  # fmt: skip
    line.says("charging_data", "bridge", cp_id="cp_001", **told)


class Shown:
    """Folds records over a real database, and looks at the charge after each."""

    def __init__(self, connection: Connection, key: tuple[str, str]) -> None:
        self._connection = connection
        self._key = key
        self.charges: list[Charge] = []

    def fold(self, record: Incoming) -> None:
        rows = SqlRows(self._connection)
        of_key = rows.of(record.key)
        try:
            said: list[Outgoing] = apply(of_key, record, Terms())
        except Refused:
            said = []
        del said  # what the folds say to each other is among the records
        of_key.accept()
        rows.write()
        row = read_charge(self._connection, *self._key)
        if row is not None:
            self.charges.append(charge_of(row, record.at_ms, "EUR"))


def charged(random: Random, **asked: Any) -> LineInMemory:
    """A charge of ten minutes with all that is told of it, in its true order."""
    line = connected()
    session = ask(line, **asked)
    answer(line, 1)
    register_wh = 1_000
    telemetry(line, register_wh, session, state="authorized")
    start(line, session)
    for number in range(random.randint(1, 12)):
        line.tick(random.randint(30_000, 60_000))
        register_wh += random.randint(0, 90)  # no more than 16 A on three phases carry in the time
        telemetry(line, register_wh, random.choice([session, session, session, None]))
        if number % 4 == 3:
            checkpoint(line, session, register_wh)
        if random.random() < 0.2:
            telemetry(line, random.choice([0, 10**9, register_wh - 1]), session)  # no sound word
            telemetry(line, register_wh + 50, session, meter_id="another")
    complete(line, session, register_wh, lasted_ms=600_000)
    telemetry(line, register_wh, None, state="idle")
    return line


def shuffled(line: LineInMemory, random: Random) -> list[Incoming]:
    """Each topic's records in their order, and telemetry in any: by MQTT one message may overtake another."""
    told = [record for record in line.log if record.topic == "ev.telemetry"]
    rest = [record for record in line.log if record.topic != "ev.telemetry"]
    random.shuffle(told)
    order = [True] * len(told) + [False] * len(rest)
    random.shuffle(order)
    return [told.pop() if is_telemetry else rest.pop(0) for is_telemetry in order]


ORDERS: tuple[dict[str, Any], ...] = ({}, {"max_energy_wh": 150}, {"max_cost_minor": 3}, {"max_duration_s": 5_000})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32).map(Random), st.sampled_from(ORDERS), st.booleans())
def test_nothing_shown_ever_falls(database: Database, random: Random, asked: dict[str, Any], is_honest: bool) -> None:
    line = charged(random, **asked)
    with database.writer.connect() as connection:  # left without a commit: each example begins with empty tables
        shown = Shown(connection, ("ada", made_id("r1")))
        for record in line.log if is_honest else shuffled(line, random):
            shown.fold(record)
        connection.rollback()
    charges = shown.charges
    assert charges[-1]["state"] == "completed"
    rising: tuple[Callable[[Charge], int], ...] = (
        lambda charge: RANK[charge["state"]], lambda charge: charge["energy_wh"], lambda charge: charge["cost_minor"],
    )  # fmt: skip
    for figure in rising:
        told = [figure(charge) for charge in charges]
        assert told == sorted(told)
    row = line.session(session_id("ada", made_id("r1")))
    assert charges[-1]["energy_wh"] == row.energy_wh


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_telemetry_without_its_session_or_of_another_time_hides_nothing(database: Database) -> None:
    """As the engine tells it once it has ended a charge, before its completion is folded."""
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.tick(60_000)
    telemetry(line, 1_041, session)
    line.tick(1_000)
    telemetry(line, 1_041, None, state="idle")
    with database.writer.connect() as connection:
        shown = Shown(connection, ("ada", made_id("r1")))
        for record in line.log:
            shown.fold(record)
    assert [charge["energy_wh"] for charge in shown.charges][-2:] == [41, 41]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_charge_says_that_its_energy_is_estimated_from_its_start_on(database: Database) -> None:
    line = connected()
    session = ask(line)
    answer(line, 1)
    start(line, session, estimated=True)
    with database.writer.connect() as connection:
        shown = Shown(connection, ("ada", made_id("r1")))
        for record in line.log:
            shown.fold(record)
    assert shown.charges[0]["flags"] == []
    assert shown.charges[-1]["flags"] == ["estimated"]
