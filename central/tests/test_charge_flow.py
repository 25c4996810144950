"""Charges end to end through the folds of drivers and charge points."""

from central.rows import ChargeRequest, Driver, Ticket
from central.tests.charging import ask, charge, connect, driver
from central.tests.line_in_memory import LineInMemory, made_id


def test_charge_from_request_to_ticket():
    line = LineInMemory()
    connect(line)
    driver(line)
    session = charge(line)
    row = line.session(session)
    assert (row.status, row.energy_wh, row.cost_minor, row.reason) == ("completed", 2_000, 50, "vehicle")
    assert (row.started_at_ms, row.ended_at_ms) == (line.now_ms - 3_600_000, line.now_ms)
    assert line.rows.one(Driver, "ada").claim_session_id is None
    assert line.rows.one(ChargeRequest, "ada", made_id("r1")).state == "released"
    assert line.rows.one(Ticket, session, 1).driver_id == "ada"
    assert line.point().status == "ACTIVE"
    assert line.dead == []


def test_start_carries_session_and_limits():
    line = LineInMemory()
    connect(line)
    driver(line)
    session = ask(line, max_energy_wh=5_000, max_cost_minor=100, max_duration_s=600)
    (start,) = line.take_commands("start_charge")
    assert (start["session_id"], start["max_energy_wh"], start["max_duration_s"]) == (session, 4_000, 600)
    assert line.point().status == "CHARGING"
