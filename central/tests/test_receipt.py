"""A receipt is one object: what the session has, what the log carries and what is shown are the same fields."""

import json
from typing import Any

import pytest
from wire.check import check
from wire.kinds.log import KINDS

from central.model.records import Message
from central.model.rows import ChargingPoint, Driver, Session, Ticket
from central.money.price_per_kwh import PricePerKwh
from central.money.receipt import NAMES, from_ticket, receipt_of, to_ticket
from central.money.tariff import text_of
from central.store.database import Database
from central.store.sql_rows import SqlRows
from central.tests.charging import answer, ask, checkpoint, complete, connected, start, started
from central.tests.line_in_memory import LineInMemory
from central.views.receipt import read_receipt

OLD = {"currency", "tariff_version", "price_e4_per_kwh"}  # of tickets said before the tariff was a document
ENVELOPE = {"type", "message_id", "v"}


def sold(**asked: Any) -> tuple[LineInMemory, str]:
    """An hour's charge of 2,000 Wh that a fault ended."""
    line, session = started(**asked)
    line.tick(3_600_000)
    line.board_says("fault_notification", fault="over_current", failure_info="too much current")
    complete(line, session, 3_000, reason="fault", fault="over_current")
    return line, session


def test_ticket_carries_the_receipt_and_nothing_else():
    assert {field.name for field in KINDS["ticket"].fields} - ENVELOPE - OLD == set(NAMES)


def test_receipt_comes_back_from_its_ticket():
    line, session = sold(max_energy_wh=2_500, max_duration_s=7_200, max_cost_minor=90)
    receipt = receipt_of(line.session(session), 1, "Yard")
    ticket: Message = json.loads(line.rows.one(Ticket, session, 1).body)
    assert from_ticket(ticket) == from_ticket(to_ticket(receipt)) == receipt
    assert (receipt.location, receipt.fault, receipt.duration_s) == ("Yard", "over_current", 3_600)
    assert (receipt.max_energy_wh, receipt.max_duration_s, receipt.max_cost_minor) == (2_500, 7_200, 90)


@pytest.mark.parametrize("telling", ["start", "checkpoint", "completion"])
def test_session_and_receipt_say_that_energy_was_estimated(telling: str):
    line = connected()
    session = ask(line)
    answer(line, 1)
    names = ("start", "checkpoint", "completion")
    told: dict[str, dict[str, Any]] = {each: {"estimated": True} if each == telling else {} for each in names}
    start(line, session, **told["start"])
    line.tick(1_800_000)
    checkpoint(line, session, 2_000, **told["checkpoint"])
    line.tick(1_800_000)
    complete(line, session, 3_000, **told["completion"])
    assert line.session(session).flags == "estimated"
    assert from_ticket(json.loads(line.rows.one(Ticket, session, 1).body)).estimated is True


def test_receipt_of_a_measured_charge_says_nothing_of_it():
    line, session = sold()
    assert "estimated" not in json.loads(line.rows.one(Ticket, session, 1).body)
    assert line.session(session).flags == ""


def test_ticket_of_old_is_still_a_receipt():
    line, session = sold()
    ticket: Message = {"type": "ticket", "message_id": "m", **to_ticket(receipt_of(line.session(session), 1, "Yard"))}
    for name in ("tariff", "location", "fault"):
        del ticket[name]
    ticket |= {"currency": "SEK", "tariff_version": 1, "price_e4_per_kwh": 3_100}
    assert check(ticket) is None
    assert from_ticket(ticket).tariff == text_of(PricePerKwh("SEK", 3_100))


def test_receipt_is_shown_with_its_place_driver_order_and_fault(database: Database):
    line, session = sold(max_cost_minor=40)
    with database.writer.begin() as connection:
        rows = SqlRows(connection)
        for table in (ChargingPoint, Session, Ticket, Driver):
            for row in line.rows.all(table):
                of_key = rows.of(getattr(row, table.owner))
                of_key.put(row)
                of_key.accept()
        rows.write()
        connection.exec_driver_sql("""UPDATE "Drivers" SET username = 'Ada Lovelace'""")
    charge = {"message_id": "r1", "session_id": session, "driver_id": "ada"}
    with database.reader.connect() as connection:
        shown = read_receipt(connection, charge)
        assert read_receipt(connection, {**charge, "session_id": "another"}) is None
    assert shown is not None
    expected = {
        "driver_id": "ada", "driver_name": "Ada Lovelace", "cp_id": "cp_001", "location": "Yard", "number": 1,
        "energy_wh": 1_600, "energy_kwh": "1.60", "total": "0.40", "cost_minor": 40, "currency": "EUR",
        "price_per_kwh": "0.2500", "tariff_version": 1, "max_energy_wh": None, "max_duration_s": None,
        "max_cost_minor": 40, "duration_s": 3_600, "estimated": False, "reason": "fault", "fault": "over_current",
        "tariff": {"version": 1, "currency": "EUR", "price_e4_per_kwh": 2_500},
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert [each["number"] for each in shown["tickets"]] == [1]
