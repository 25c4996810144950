"""Each protection from the plant to Central, with real processes: the relay, the bill, Central's row, and the others.

A car charges at another charge point all the while, and never notices.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from chargepoint.engine.protection import AT_ONCE, ROW_OF
from chargepoint.faults import LOOP_LATE

from hil_tests.test_protections import CASES, IN_MID_CHARGE, Case
from hil_tests.whole_line import QUICK, SETTINGS, SPEED, Charge, Site, agree
from tools.services.process import ChildProcess, wait_for
from tools.stack.boards import ROOT, ChargePoint, Design
from tools.stack.python_of_boards import interpreter
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

ILL, WELL = "cp_ill", "cp_well"
PROFILE = "constant:4600"  # 20 A
CONFIG = QUICK | {"rated_current_ma": 20_000}
DESIGNS = [Design(cp_id, "tcp", PROFILE, SPEED, config=CONFIG) for cp_id in (ILL, WELL)]
FLOWS_WH = 20
# Their cause goes with the current, so that they are over half a second later at this speed.
PASSING = ("over_current", "over_current_fast", "feedback_missing", "driver_stuck_off")
LATE = Case("late", LOOP_LATE)  # injected at the board
# Lateness is real time, and over once no pass was late for a while: a machine that has much to do makes them late too.
CALM_DEADLINE_S = 3 * DEADLINE_S
LATE_BOARD = Path(__file__).with_name("vectors") / "late_board.py"

Running = tuple[Site, Charge]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], NoReturn]) -> Iterator[Running]:
    if interpreter().notice:
        missing("MicroPython's unix port")
    folder = tmp_path_factory.mktemp("faults")
    with Stack(folder, DESIGNS, "embedded", SETTINGS) as stack:
        site = Site(stack, folder)
        give_late_board(stack.charge_points[ILL])
        other = site.charge(WELL, kwh=200)
        other.flowed_wh(FLOWS_WH)
        yield site, other
        assert len(other.closure()["session_id"]) > 0
        other.driver.run("stop", WELL)
        agree(other, other.ended())


def give_late_board(point: ChargePoint) -> None:
    """In place of the one that it has."""
    point.boards["both"].stop()
    firmware, folder = ROOT / "firmware", point.folder / "both"
    point.boards["both"] = ChildProcess(
        "late board", [interpreter().path, LATE_BOARD, folder / "config.json"], point.folder / "late.log",
        {"MICROPYPATH": f"{firmware}:.frozen"}, folder,
    )  # fmt: skip
    point.boards["both"].start()


def inject(point: ChargePoint, case: Case, on: bool) -> None:
    late = point.folder / "both" / LATE.injected
    if case != LATE:
        point.plant.ask(do="fault", fault=case.injected, on=on)
    elif on:
        late.touch()
    else:
        late.unlink()


def fault_row(site: Site, fault: str) -> tuple[Any, ...] | None:
    rows = site.rows("SELECT info, cleared_at_ms FROM Faults WHERE cp_id = ? AND fault = ?", ILL, fault)
    return rows[0] if rows else None


def is_open(site: Site, fault: str) -> bool:
    row = fault_row(site, fault)
    return row is not None and row[1] is None


def test_operator_lowers_the_current_and_the_relay_opens(running: Running) -> None:
    """Of 20 A, which the car draws, to 15 A, and back."""
    site, other = running
    charge = site.charge(ILL, kwh=50)
    charge.flowed_wh(FLOWS_WH)
    assert "limit 15 A" in site.operate("limit", ILL, "--current-a", "15")
    charge.relay_opened()
    receipt = charge.ended()
    assert receipt["reason"] == "fault"
    wait_for(lambda: fault_row(site, "over_current"), DEADLINE_S, "Central's row of it")
    assert site.status(WELL) == "CHARGING", "the other one keeps its own limit"
    assert "limit lifted" in site.operate("limit", ILL, "--lift")
    again = site.charge(ILL, kwh=0.1)
    assert again.ended()["reason"] == "limit"
    flowed_mwh = other.point.plant.state()["plant_mwh"]
    wait_for(lambda: other.point.plant.state()["plant_mwh"] > flowed_mwh, DEADLINE_S, "the other one goes on")


@pytest.mark.parametrize("case", [*CASES, LATE], ids=lambda case: case.fault)
def test_fault_is_told_to_central_and_to_nobody_else(running: Running, case: Case) -> None:
    site, other = running
    charge = site.charge(ILL, kwh=50)
    charge.flowed_wh(FLOWS_WH)
    plant = charge.point.plant
    inject(charge.point, case, on=True)
    ends_by_fault = case in (*IN_MID_CHARGE, LATE)
    if not ends_by_fault:
        charge.driver.run("stop", ILL)
        wait_for(lambda: plant.state()["tripped"], DEADLINE_S, "the contactor upstream opens")
    else:
        wait_for(lambda: not plant.state()["relay"], DEADLINE_S, "the relay opens")
    receipt = charge.ended()
    assert receipt["reason"] == ("fault" if ends_by_fault else "driver")
    row = wait_for(lambda: fault_row(site, case.fault), DEADLINE_S, f"Central's row of {case.fault}")
    assert row
    assert row[0] == case.fault
    if case.fault not in PASSING:
        wait_for(lambda: is_open(site, case.fault), DEADLINE_S, "it stands")
        wait_for(lambda: site.status(ILL) == "FAULTY", DEADLINE_S, "it is shown as FAULTY")

    flowed_mwh = other.point.plant.state()["plant_mwh"]
    wait_for(lambda: other.point.plant.state()["plant_mwh"] > flowed_mwh, DEADLINE_S, "the other one goes on")
    assert site.status(WELL) == "CHARGING"
    assert site.stack.get(f"/v1/charge-points/{WELL}")["faults"] == []

    inject(charge.point, case, on=False)
    if ROW_OF[case.fault].latches_after == AT_ONCE:
        assert is_open(site, case.fault)
        site.operate("reset", ILL)
    wait_for(lambda: not is_open(site, case.fault), CALM_DEADLINE_S, "the row is closed")
    site.ready(ILL)
    assert not plant.state()["tripped"]
    assert site.stack.get(f"/v1/charge-points/{ILL}")["faults"] == []
