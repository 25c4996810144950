"""Each protection on a simulated board: its fault in the plant, then the relay, the trip output, the messages."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from chargepoint.engine.protection import AT_ONCE, CLEAR_MS, INRUSH_MS, ROW_OF, ROWS
from chargepoint.faults import LOOP_LATE, NEWER_RECORDS, WATCHDOG_RESETS

from hil_tests.benches.virtual import Bench
from plant.mains import Mains
from plant.profile_files import load_of

RATED_MA = 13_000  # which the car of 3 kW keeps to; 1.3 times as much is more, 1.9 times as much is far more
LATE_MS = 450  # the windows that the fault began and ended in, and the relay's own time


class Case(NamedTuple):
    """What is switched on in the plant, and the fault told by it."""

    injected: str
    fault: str


CASES = (
    Case("over_current", "over_current"),
    Case("over_current_fast", "over_current_fast"),
    Case("sensor_dead", "clipped"),
    Case("over_temperature", "over_temperature"),
    Case("weld", "weld"),
    Case("stuck_open", "feedback_missing"),
    Case("voltage_dead", "voltage_dead"),
    Case("clamp_backwards", "clamp_backwards"),
    Case("clamp_off", "clamp_off"),
    Case("driver_stuck_on", "driver_stuck_on"),
    Case("driver_stuck_off", "driver_stuck_off"),
    Case("rcm_trip", "rcm_trip"),
    Case("emergency_stop", "emergency_stop"),
    Case("sample_stall", "sensor_stall"),
)
IN_MID_CHARGE = [case for case in CASES if case.fault not in ("weld", "driver_stuck_on")]  # those keep it closed
AT_ONCE_FAULTS = {row.fault for row in ROWS if row.latches_after == AT_ONCE}
LATCHED_AT_ONCE = [case for case in CASES if case.fault in AT_ONCE_FAULTS]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)


def charging(bench_of: Callable[..., Bench], case: Case) -> Bench:
    bench = bench_of(rated_current_ma=RATED_MA)
    bench.run(3000)
    bench.charge("s1")
    bench.until(lambda: bench.engine.state == "charging")
    bench.run(5000)
    assert (bench.engine.state, bench.engine.faults) == ("charging", []), case
    return bench


def stop(bench: Bench) -> None:
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")


def test_every_row_has_its_fault_in_the_plant():
    """But for the board's own: see test_watchdog.py, test_loop_late.py and test_records.py."""
    assert {case.fault for case in CASES} == {row.fault for row in ROWS} - {WATCHDOG_RESETS, LOOP_LATE, NEWER_RECORDS}


@pytest.mark.parametrize("case", IN_MID_CHARGE, ids=lambda case: case.fault)
def test_fault_in_mid_charge_opens_the_relay_in_its_time(bench_of: Callable[..., Bench], case: Case):
    bench = charging(bench_of, case)
    row = ROW_OF[case.fault]
    began_ms = bench.clock.ms
    bench.world.fault(case.injected, True)
    bench.until(lambda: bench.engine.faults, within_ms=20_000)
    bench.until(lambda: not bench.world.relay.contact)
    assert bench.world.relay.edges[-1].at_ms <= began_ms + row.hold_ms + LATE_MS
    bench.until(lambda: bench.bridge.of("charge_completion") and bench.bridge.of("fault_notification"))
    (completion,) = bench.bridge.of("charge_completion")
    assert (completion["reason"], completion["fault"]) == ("fault", case.fault)
    assert bench.bridge.of("fault_notification")[0]["fault"] == case.fault
    assert bench.refused("s2") == "faulted"
    assert bench.bridge.problems == []


@pytest.mark.parametrize("fault", ["weld", "driver_stuck_on"])
def test_relay_that_stays_closed_is_cut_off_upstream(bench_of: Callable[..., Bench], fault: str):
    bench = charging(bench_of, Case(fault, fault))
    bench.world.fault(fault, True)
    stop(bench)
    bench.until(lambda: bench.world.tripped, within_ms=INRUSH_MS + ROW_OF[fault].hold_ms + 2 * LATE_MS)
    flowed_mwh = bench.world.record.energy_mwh
    bench.run(5000)
    assert bench.world.relay.contact
    assert bench.world.record.energy_mwh == flowed_mwh, "nothing flows any more"
    assert fault in bench.engine.faults
    assert "voltage_dead" not in bench.engine.faults, "it was us who opened the contactor"
    bench.until(lambda: bench.bridge.of("fault_notification"))
    bench.power_off("both")
    bench.power_on("both")
    bench.run(1000)
    assert bench.world.tripped, "also over a power cut"
    bench.until(lambda: bench.engine.state == "faulted")
    bench.bridge.command("reset_fault")
    bench.until(lambda: not bench.world.tripped)
    bench.until(lambda: bench.world.tripped, within_ms=5000)
    bench.world.fault(fault, False)
    bench.run(5000)
    bench.bridge.command("reset_fault")
    bench.until(lambda: bench.engine.state == "idle")
    bench.run(5000)
    assert not bench.world.tripped
    assert bench.engine.faults == []
    assert not bench.world.relay.contact


@each_case
def test_fault_heals_or_waits_for_its_reset_as_its_row_says(bench_of: Callable[..., Bench], case: Case):
    bench = charging(bench_of, case)
    row = ROW_OF[case.fault]
    bench.world.fault(case.injected, True)
    if case not in IN_MID_CHARGE:
        stop(bench)
    bench.until(lambda: case.fault in bench.engine.faults, within_ms=20_000)
    bench.until(lambda: any(told["fault"] == case.fault for told in bench.bridge.of("fault_notification")))
    bench.world.fault(case.injected, False)
    bench.run(2 * CLEAR_MS)
    assert bench.engine.faults == ([case.fault] if row.latches_after == AT_ONCE else [])
    if row.latches_after == AT_ONCE:
        assert bench.bridge.of("recovery_notification") == []
        bench.bridge.command("reset_fault")
    bench.until(lambda: bench.engine.state == "idle")
    bench.until(lambda: any(told["fault"] == case.fault for told in bench.bridge.of("recovery_notification")))
    bench.charge("s2")
    bench.run(15_000)
    assert (bench.engine.state, bench.engine.faults) == ("charging", [])


@pytest.mark.parametrize("case", LATCHED_AT_ONCE, ids=lambda case: case.fault)
def test_reset_of_a_fault_that_is_still_there_does_not_help(bench_of: Callable[..., Bench], case: Case):
    bench = charging(bench_of, case)
    bench.world.fault(case.injected, True)
    if case not in IN_MID_CHARGE:
        stop(bench)
    bench.until(lambda: case.fault in bench.engine.faults, within_ms=20_000)
    bench.run(1000)
    seq = bench.bridge.command("reset_fault")
    bench.until(lambda: bench.bridge.answer_to(seq))
    if case.fault == "clamp_backwards":
        bench.run(15_000)  # it shows while current flows
        bench.charge("s2")
    bench.until(lambda: case.fault in bench.engine.faults, within_ms=20_000)


@pytest.mark.parametrize("case", LATCHED_AT_ONCE, ids=lambda case: case.fault)
def test_latched_fault_outlives_a_power_cut_though_its_cause_is_gone(bench_of: Callable[..., Bench], case: Case):
    bench = charging(bench_of, case)
    bench.world.fault(case.injected, True)
    if case not in IN_MID_CHARGE:
        stop(bench)
    bench.until(lambda: case.fault in bench.engine.faults, within_ms=20_000)
    bench.world.fault(case.injected, False)
    bench.run(2000)
    bench.power_off("both")
    bench.power_on("both")
    assert bench.engine.faults == [case.fault]
    bench.until(lambda: bench.engine.state == "faulted")
    bench.until(lambda: bench.bridge.of("status_notification")[-1]["state"] == "faulted")
    assert bench.refused("s2") == "faulted"


def test_clamp_that_fell_off_between_charges_is_missed(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.run(5000)
    bench.world.fault("clamp_off", True)
    bench.run(2000)
    assert bench.engine.faults == ["clamp_off"]


def test_car_that_pauses_is_no_clamp_that_fell_off(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.run(5000)
    bench.charge("s1")
    bench.run(5000)
    bench.world.car.load = load_of("constant:0", Mains())
    bench.run(60_000)
    assert (bench.engine.state, bench.engine.faults) == ("charging", [])


def test_hardware_opens_the_relay_before_the_firmware_knows(bench_of: Callable[..., Bench]):
    bench = charging(bench_of, Case("emergency_stop", "emergency_stop"))
    bench.world.fault("emergency_stop", True)
    bench.until(lambda: not bench.world.relay.contact, within_ms=50)
    assert bench.engine.state == "charging"
