"""Live figures and signs of life."""

from typing import Any

from central.model.rows import ChargingPoint, LastSeen, LiveFigures, Session
from central.tests.charging import ask, connect, connected
from central.tests.line_in_memory import T0, LineInMemory

DAY_MS = 24 * 3_600_000


def data(line: LineInMemory, cp: str = "cp_001", **fields: Any) -> None:
    told: dict[str, Any] = {
        "state": "charging", "meter_id": "meter1", "register_wh": 1_500, "session_energy_wh": 500, "power_w": 7_000,
        "current_ma": 30_400, "voltage_mv": 230_000, "limit_ma": 32_000, "limit_reason": "rated", **fields,
    }  # fmt: skip
    line.says("charging_data", "bridge", cp_id=cp, **told)


def test_newest_figures_count():
    line = LineInMemory()
    connect(line)
    line.now_ms += 10_000
    data(line, occurred_at_ms=T0 + 9_000, power_w=7_000)
    data(line, occurred_at_ms=T0 + 8_000, power_w=6_000)
    assert line.rows.one(LiveFigures, "cp_001").power_w == 7_000
    data(line, occurred_at_ms=T0 + 9_500, power_w=5_000)
    shown = line.rows.one(LiveFigures, "cp_001")
    assert (shown.power_w, shown.at_ms) == (5_000, T0 + 9_500)


def test_clock_that_runs_ahead_freezes_nothing():
    line = LineInMemory()
    connect(line)
    data(line, occurred_at_ms=T0 + 10**9)
    line.now_ms += 1
    data(line, power_w=1)
    assert line.rows.one(LiveFigures, "cp_001").power_w == 1


def test_telemetry_touches_no_session_and_no_charge_point_and_is_no_sign_of_life():
    line = connected()
    session = ask(line)
    point, row = line.point(), line.session(session)
    line.now_ms += 10_000
    data(line, session_id=session, register_wh=9_999)
    assert (line.rows.one(ChargingPoint, "cp_001"), line.rows.one(Session, session)) == (point, row)
    assert line.rows.one(LastSeen, "cp_001").at_ms == T0


def test_figures_of_an_unknown_charge_point_are_refused():
    line = LineInMemory()
    data(line, cp="cp_999")
    assert line.dead_codes() == ["unknown_charge_point"]
    assert line.rows.table == {}


def test_each_topic_has_a_sign_of_life_of_its_own_and_the_newer_counts():
    """A backlog of heartbeats is folded after ev.cp; a clock that was put right is followed."""
    line = LineInMemory()
    connect(line)
    for apart_ms, newest_ms in ((-5_000, T0), (DAY_MS, T0 + DAY_MS), (1_000, T0 + 1_000)):
        line.now_ms = T0 + apart_ms
        line.says("heartbeat", "bridge", cp_id="cp_001", state="idle")
        assert line.rows.one(LastSeen, "cp_001").at_ms == newest_ms
    assert line.rows.one(LastSeen, "cp_001").logged_at_ms == T0
