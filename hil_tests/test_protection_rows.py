"""Each protection trips at its figure after its time, and just below either does not."""

import pytest
from chargepoint.engine.noise import Noise
from chargepoint.engine.protection import (
    AT_ONCE,
    CLEAR_MS,
    COOL_AGAIN_MC,
    FORGET_MS,
    NEVER,
    ROWS,
    TOO_HOT_MC,
    VOLTAGE_DEAD_MV,
    WELD_CURRENT_MA,
    Protection,
    Reading,
)
from wire.codes import FAULTS

LIMIT_MA = 16000
OVER_MA = (LIMIT_MA + 500) * 11 // 10 + 1  # the least that is above (limit + 0.5 A) * 1.10
FAST_MA = LIMIT_MA * 3 // 2 + 1
WINDOW_MS = 100

# fault: (what makes it trip, what just does not, ms it must last)
CLOSED = {"relay": True, "closed_ms": 10_000}
OPEN = {"relay": False, "open_ms": 10_000}
CASES = {
    "over_current": ({**CLOSED, "current_ma": OVER_MA}, {**CLOSED, "current_ma": OVER_MA - 1}, 7000),
    "over_current_fast": ({**CLOSED, "current_ma": FAST_MA}, {**CLOSED, "current_ma": FAST_MA - 1}, 100),
    "clipped": ({**CLOSED, "clipped": 1}, {**CLOSED, "clipped": 0}, 500),
    "over_temperature": ({**CLOSED, "temperature_mc": TOO_HOT_MC}, {**CLOSED, "temperature_mc": TOO_HOT_MC - 1}, 400),
    "weld": ({**OPEN, "current_ma": 1001}, {**OPEN, "current_ma": 1000}, 500),
    "feedback_missing": ({**CLOSED, "feedback": False}, {**CLOSED, "feedback": True}, 500),
    "voltage_dead": (
        {**CLOSED, "voltage_mv": VOLTAGE_DEAD_MV - 1}, {**CLOSED, "voltage_mv": VOLTAGE_DEAD_MV}, 2000,
    ),
    "clamp_backwards": (
        {**CLOSED, "current_ma": 2001, "power_mw": 0}, {**CLOSED, "current_ma": 2000, "power_mw": 0}, 10_000,
    ),
    "clamp_off": ({**OPEN, "noise_ma": 60, "current_ma": 29}, {**OPEN, "noise_ma": 60, "current_ma": 30}, 1000),
    "driver_stuck_on": ({**OPEN, "level": True}, {**OPEN, "level": False}, 500),
    "driver_stuck_off": ({**CLOSED, "level": False}, {**CLOSED, "level": True}, 500),
    "rcm_trip": ({**CLOSED, "rcm_tripped": True}, {**CLOSED, "rcm_tripped": False}, 100),
    "emergency_stop": ({**CLOSED, "stop_pressed": True}, {**CLOSED, "stop_pressed": False}, 100),
}  # fmt: skip
JUDGED = {row.fault: row for row in ROWS if row.trips}
HEALING = [fault for fault, row in JUDGED.items() if row.clears]
LATCHED = [fault for fault, row in JUDGED.items() if row.latches_after == AT_ONCE]


def reading(**given: object) -> Reading:
    """An ordinary window, except for what is given."""
    of_window = Reading()
    of_window.window_ms = WINDOW_MS
    of_window.limit_ma = LIMIT_MA
    of_window.voltage_mv = 230_000
    of_window.power_mw = 1
    for name, value in given.items():
        assert hasattr(of_window, name)
        setattr(of_window, name, value)
    return of_window


def run(protection: Protection, duration_ms: int, **given: object) -> list[str]:
    """The faults that began within so much window time."""
    began: list[str] = []
    for _ in range(duration_ms // WINDOW_MS):
        began += protection.take(reading(**given))[0]
    return began


def test_every_row_has_a_case():
    """The times of those that are found elsewhere stand here, since what finds them is tested by their row's."""
    found_elsewhere = {"sensor_stall": 1000, "loop_late": 1000, "watchdog_resets": 0, "newer_records": 0}
    assert {row.fault: row.hold_ms for row in ROWS if row.trips is None} == found_elsewhere
    assert set(CASES) == set(JUDGED)
    assert set(HEALING) | set(LATCHED) == set(JUDGED)
    assert set(HEALING).isdisjoint(LATCHED)


@pytest.mark.parametrize("fault", CASES)
def test_row_trips_after_its_time_and_not_before(fault: str):
    holds, _, hold_ms = CASES[fault]
    protection = Protection()
    assert run(protection, hold_ms - WINDOW_MS, **holds) == []
    assert run(protection, WINDOW_MS, **holds) == [fault]
    assert protection.faults == [fault]
    assert run(protection, hold_ms, **holds) == [], "it begins once"


@pytest.mark.parametrize("fault", CASES)
def test_row_does_not_trip_just_below_its_figure(fault: str):
    _, below, hold_ms = CASES[fault]
    assert fault not in run(Protection(), hold_ms * 3, **below)


@pytest.mark.parametrize(
    ("cause", "told"),
    [("stop_pressed", "emergency_stop"), ("rcm_tripped", "rcm_trip")],
)
def test_what_breaks_the_coil_s_circuit_is_told_and_not_the_relay_that_does_not_close(cause: str, told: str):
    """Also where one window is long enough for both, as those of a plant that runs fast are."""
    protection = Protection()
    began, _ = protection.take(reading(**CLOSED, feedback=False, window_ms=60_000, **{cause: True}))
    assert list(began) == [told]


@pytest.mark.parametrize("fault", CASES)
def test_interruption_starts_the_time_anew(fault: str):
    holds, below, hold_ms = CASES[fault]
    protection = Protection()
    if hold_ms > WINDOW_MS:
        assert run(protection, hold_ms - WINDOW_MS, **holds) == []
        assert run(protection, WINDOW_MS, **below) == []
        assert run(protection, hold_ms - WINDOW_MS, **holds) == []
    assert run(protection, hold_ms, **holds) == [fault]


@pytest.mark.parametrize("fault", [row.fault for row in ROWS if row.blanked])
def test_inrush_is_not_judged(fault: str):
    holds, _, hold_ms = CASES[fault]
    protection = Protection()
    assert run(protection, 5 * hold_ms, **{**holds, "closed_ms": 499}) == []
    assert run(protection, hold_ms, **{**holds, "closed_ms": 500}) == [fault]


def test_clipped_current_is_the_clipped_row_s_alone():
    assert run(Protection(), 400, **CLOSED, current_ma=FAST_MA, clipped=3) == []


@pytest.mark.parametrize("given", [{"feedback": True}, {"current_ma": 1001}])
def test_weld_is_judged_once_the_contacts_had_time_to_part(given: dict[str, object]):
    assert run(Protection(), 2000, relay=False, open_ms=299, **given) == []
    assert run(Protection(), 500, relay=False, open_ms=300, **given) == ["weld"]
    assert run(Protection(), 5000, **CLOSED, **given) == []


def test_sensor_that_reads_its_end_of_range_proves_no_weld():
    assert "weld" not in run(Protection(), 5000, **OPEN, current_ma=60_000, clipped=3)


def test_window_in_which_the_relay_moved_proves_neither_a_weld_nor_a_missing_contact():
    """Long or late windows still contain current from before the relay opened."""
    moved = {"relay": None, "open_ms": 0, "closed_ms": 0}
    assert run(Protection(), 10_000, **moved, current_ma=10_000, feedback=True) == []
    assert run(Protection(), 10_000, **moved, feedback=False) == []


@pytest.mark.parametrize("fault", [row.fault for row in ROWS])
def test_latched_fault_stays_until_it_is_reset(fault: str):
    protection = Protection(latched=[fault])
    assert run(protection, 60_000, **OPEN) == []
    assert protection.faults == [fault]
    assert not protection.end(fault)
    assert protection.reset() == [fault]
    assert (protection.faults, protection.latched) == ([], [])


@pytest.mark.parametrize("fault", LATCHED)
def test_fault_that_latches_at_once_does(fault: str):
    holds, _, hold_ms = CASES[fault]
    protection = Protection()
    run(protection, hold_ms, **holds)
    assert protection.latched == [fault]


def test_latched_fault_of_other_firmware_can_be_reset():
    protection = Protection(latched=["of_tomorrow"])
    assert protection.reset() == ["of_tomorrow"]
    assert protection.faults == []


@pytest.mark.parametrize("fault", HEALING)
def test_fault_that_comes_again_and_again_latches(fault: str):
    holds, below, hold_ms = CASES[fault]
    row, protection = JUDGED[fault], Protection()
    calm = {**below, "temperature_mc": COOL_AGAIN_MC, "current_ma": min(LIMIT_MA, int(str(below.get("current_ma", 0))))}
    for time in range(1, 12):
        assert run(protection, hold_ms, **holds) == [fault]
        if time == row.latches_after:
            assert protection.latched == [fault]
            run(protection, 2 * CLEAR_MS, **calm)
            assert protection.faults == [fault]
            return
        run(protection, CLEAR_MS, **calm)
        assert protection.faults == []
    assert row.latches_after == NEVER


def test_reset_counts_anew():
    holds, below, hold_ms = CASES["over_temperature"]
    row, protection = JUDGED["over_temperature"], Protection()
    for _ in range(row.latches_after - 1):
        run(protection, hold_ms, **holds)
        run(protection, CLEAR_MS, **{**below, "temperature_mc": COOL_AGAIN_MC})
    run(protection, hold_ms, **holds)
    assert protection.reset() == ["over_temperature"]
    for _ in range(row.latches_after):
        assert protection.latched == []
        run(protection, CLEAR_MS, **{**below, "temperature_mc": COOL_AGAIN_MC})
        run(protection, hold_ms, **holds)
    assert protection.latched == ["over_temperature"]


def test_fault_that_stays_away_for_a_day_counts_anew():
    holds, below, hold_ms = CASES["over_current_fast"]
    protection = Protection()
    for _ in range(10):
        run(protection, hold_ms, **holds)
        run(protection, CLEAR_MS, **below)
        protection.take(reading(**below, window_ms=FORGET_MS))
    assert protection.latched == []


def test_reset_of_a_weld_that_is_still_there_trips_again():
    protection = Protection(latched=["weld"])
    protection.reset()
    assert run(protection, 500, **OPEN, feedback=True) == ["weld"]


def test_over_temperature_ends_where_it_is_cool_and_not_before():
    protection = Protection()
    run(protection, 400, **OPEN, temperature_mc=TOO_HOT_MC)
    run(protection, 60_000, **OPEN, temperature_mc=COOL_AGAIN_MC + 1)
    assert protection.faults == ["over_temperature"]
    run(protection, 400, **OPEN, temperature_mc=COOL_AGAIN_MC)
    assert protection.faults == []


@pytest.mark.parametrize("fault", [fault for fault in HEALING if fault != "over_temperature"])
def test_other_faults_end_by_themselves_after_half_a_minute(fault: str):
    holds, _, hold_ms = CASES[fault]
    protection = Protection()
    run(protection, hold_ms, **holds)
    run(protection, 30_000 - WINDOW_MS, **OPEN)
    assert protection.faults == [fault]
    assert protection.take(reading(**OPEN)) == ([], [fault])


def test_without_inputs_nothing_is_claimed():
    absent = dict.fromkeys(("temperature_mc", "feedback", "level", "rcm_tripped", "stop_pressed"))
    assert run(Protection(), 60_000, **CLOSED, **absent) == []
    assert run(Protection(), 60_000, **OPEN, **absent, current_ma=WELD_CURRENT_MA) == []


def test_mains_that_are_gone_are_told_as_such():
    """Neither a relay that does not close, nor, where the contactor upstream was opened, a fault at all."""
    gone = {**CLOSED, "voltage_mv": 0, "feedback": False}
    assert run(Protection(), 60_000, **gone) == ["voltage_dead"]
    assert run(Protection(), 60_000, **{**OPEN, "voltage_mv": 0, "tripped": True}) == []


def test_driver_is_judged_by_windows_in_which_the_relay_rested():
    assert run(Protection(), 10_000, relay=None, level=True, open_ms=10_000) == []
    assert run(Protection(), 10_000, relay=True, level=False, closed_ms=0) == []


def test_noise_is_learned_while_the_relay_is_open_and_does_not_fall_asleep():
    noise = Noise(least_ma=7)
    for _ in range(50):
        noise.learn(60)
    assert noise.floor_ma == 60
    noise.learn(5000)  # a weld's current
    for _ in range(500):
        noise.learn(8)
    assert noise.floor_ma == 60, "a sensor that fell silent is not learned"
    for _ in range(500):
        noise.learn(40)
    assert 38 <= noise.floor_ma <= 42
    noise.forget()
    noise.learn(3)
    assert noise.floor_ma == 0, "too quiet to be missed"


def test_every_fault_can_be_told():
    assert all(0 < len(text) <= 255 for text in FAULTS.values())
