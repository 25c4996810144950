"""The contract of a platform, one function a promise. `CHECKS` has them by name.

A bench has: platform; can (names of what it can show); run(ms): the loop's passes for so long, every window fetched;
stall(ms): so long nobody looks; windows: dicts of all fetched so far; load(amps, power_factor): what flows while the
relay's pin is high; pin(): that pin's level as the world sees it; meter: a Meter that was fed every window;
restart(cause): the board's next start. Benches that can show inputs have `wire(name, level)`.
"""

from chargepoint.delivery.storage import FLASH_MOST_MS
from chargepoint.sample_window import MAX_SAMPLES
from hal.contract import BRIDGED_MS, RESET_CAUSES, SKEW_MOST_US, WATCHDOG_MS, WINDOW_MS

MAINS_V = 230
PASS_MS = 5  # of a loop that has time: a converter that is polled ends its window in one
SETTLED_MS = 1200  # until mid-rail is known and a first window has come


def check_relay_is_open_until_it_is_set(bench):
    assert bench.pin() is False
    assert bench.platform.relay_level() is False
    bench.run(1000)
    assert bench.pin() is False


def check_relay_follows_and_reads_back(bench):
    for closed in (True, True, False, False, True, False):
        bench.platform.relay(closed)
        bench.run(20)
        assert bench.pin() is closed
        assert bench.platform.relay_level() is closed


def check_board_is_named_and_says_what_it_is(bench):
    platform = bench.platform
    assert 1 <= len(platform.board) <= 24
    assert platform.reset_cause in RESET_CAUSES
    assert -SKEW_MOST_US <= platform.skew_us <= SKEW_MOST_US
    assert platform.flash_writes >= 1
    assert platform.indicative in (True, False)
    assert platform.has_trip in (True, False)
    assert len(platform.random_bytes(8)) == 8


def check_ticks_go_on_over_their_wrap(bench):
    platform = bench.platform
    before = platform.ticks_ms()
    passed = 0
    wrapped = False
    for _ in range(200):
        bench.run(100)
        now = platform.ticks_ms()
        wrapped = wrapped or now < before
        step = platform.ticks_diff(now, before)
        assert 0 < step < 1000
        assert platform.ticks_diff(before, now) == -step
        passed += step
        before = now
    assert wrapped, "a bench begins 10 s before the wrap"
    assert passed >= 20000


def check_windows_hold_all_of_the_time(bench):
    bench.run(SETTLED_MS)
    held, began = bench.window_time_ms(), bench.platform.ticks_ms()
    bench.run(10000)
    passed_ms = bench.platform.ticks_diff(bench.platform.ticks_ms(), began)
    assert abs(bench.window_time_ms() - held - passed_ms) <= 2 * WINDOW_MS
    for window in bench.windows:
        assert 1 <= window["n"] <= MAX_SAMPLES
        assert 1 <= window["duration_ms"] <= WINDOW_MS + PASS_MS
    assert bench.meter.bad_windows == 0
    assert bench.platform.lost_ms == 0


def check_current_and_voltage_are_not_exchanged(bench):
    bench.load(10, 1)
    bench.platform.relay(True)
    bench.run(SETTLED_MS + 2000)
    assert _near(bench.meter.current_ma, 10000, 300 if bench.is_rough else 150), bench.meter.current_ma
    assert _near(bench.meter.voltage_mv, MAINS_V * 1000, 6000), bench.meter.voltage_mv


def check_power_is_right_whatever_the_phase(bench):
    """16 A, then a car's 2 A of reactive current; pairs that lie apart would count part of it as power."""
    bench.platform.relay(True)
    for amps, factor, tolerance_w in ((16, 1.0, 55), (16, 0.92, 55), (16, 0.7, 40), (2, 0.02, 10)):
        bench.load(amps, factor)
        bench.run(SETTLED_MS)
        mean_w = bench.mean_power_w(5000)
        expected_w = MAINS_V * amps * factor
        tolerance_w = tolerance_w * 3 if bench.is_rough else tolerance_w
        assert abs(mean_w - expected_w) <= tolerance_w, (amps, factor, mean_w, expected_w)


def check_pause_of_the_loop_loses_no_window(bench):
    assert FLASH_MOST_MS < BRIDGED_MS
    bench.load(16, 1)
    bench.platform.relay(True)
    bench.run(SETTLED_MS)
    held = bench.window_time_ms()
    for _ in range(3):
        bench.stall(BRIDGED_MS)
        bench.run(1000)
    assert abs(bench.window_time_ms() - held - 3 * (BRIDGED_MS + 1000)) <= 2 * WINDOW_MS
    assert bench.platform.lost_ms == 0
    assert _near(bench.meter.current_ma, 16000, 300), bench.meter.current_ma


def check_what_was_lost_is_said_and_the_rest_is_right(bench):
    bench.load(16, 1)
    bench.platform.relay(True)
    bench.run(SETTLED_MS)
    for stall_ms in (1290, 1310, 2003, 5001, 61017):
        lost_ms, held = bench.platform.lost_ms, bench.window_time_ms()
        bench.stall(stall_ms)
        bench.run(1000)
        passed_ms = bench.window_time_ms() - held + bench.platform.lost_ms - lost_ms
        assert abs(passed_ms - stall_ms - 1000) <= 400, (stall_ms, passed_ms)
        assert _near(bench.meter.current_ma, 16000, 300), (stall_ms, bench.meter.current_ma)
        assert _near(bench.meter.voltage_mv, MAINS_V * 1000, 6000), (stall_ms, bench.meter.voltage_mv)
    assert bench.platform.lost_ms > 60000


def check_window_tells_the_relay_s_level_during_all_of_it(bench):
    bench.load(16, 1)
    bench.run(SETTLED_MS)
    for _ in range(3):
        bench.platform.relay(True)
        levels = bench.levels_of(2000)
        assert False not in levels, "a window of after the pin has moved says that the relay was open"
        assert levels[-1] is True
        bench.platform.relay(False)
        bench.run(3)  # moves within a window
        seen = len(bench.windows)
        levels = bench.levels_of(2000)
        assert True not in levels
        assert levels[-1] is False
        for window in bench.windows[seen:]:
            assert window["relay"] is not False or window["rms_counts"] < 40, window


def check_inputs_that_are_not_there_say_so(bench):
    platform = bench.platform
    bench.run(500)
    if "no inputs" in bench.can:
        assert platform.rcm_tripped() is None
        assert platform.stop_pressed() is None
        assert platform.vehicle() == "unknown"
        assert platform.feedback() is None
        assert platform.temperature_mc() is None
        platform.trip(True)  # goes nowhere


def check_inputs_read_what_is_wired(bench):
    platform = bench.platform
    for name, read, closed, opened in (
        ("contact_pin", platform.vehicle, "present", "absent"), ("feedback_pin", platform.feedback, True, False),
        ("rcm_pin", platform.rcm_tripped, False, True), ("stop_pin", platform.stop_pressed, False, True),
    ):
        assert read() == opened, "a broken wire"
        bench.wire(name, 0)
        assert read() == closed
        bench.wire(name, 1)
        assert read() == opened
    assert platform.has_trip
    assert bench.output("trip_pin") == 0
    platform.trip(True)
    assert bench.output("trip_pin") == 1
    platform.trip(False)
    assert bench.output("trip_pin") == 0


def check_temperature_is_read_and_a_dead_sensor_is_none(bench):
    platform = bench.platform
    for word, expected_mc in ((13200, 25000), (5257, 60000), (3331, 76000), (23397, -15000)):
        bench.ntc(word)
        bench.run(1200)
        assert _near(platform.temperature_mc(), expected_mc, 2500), (word, platform.temperature_mc())
    for word in (0, 26500 * 2, 65535, None):  # shorted, broken, negative, gone
        bench.ntc(13200)
        bench.run(1200)
        assert platform.temperature_mc() is not None
        bench.ntc(word)
        bench.run(1200)
        assert platform.temperature_mc() is None, word


def check_watchdog_strikes_only_where_it_is_not_fed(bench):
    bench.run(3 * WATCHDOG_MS)
    assert not bench.bitten(), "it was not started yet"
    bench.platform.start_watchdog()
    for _ in range(10):
        bench.run(WATCHDOG_MS // 2)
        bench.platform.feed_watchdog()
    assert not bench.bitten()
    bench.run(WATCHDOG_MS + 100)
    assert bench.bitten()


def check_cause_of_a_reset_is_known(bench):
    assert bench.platform.reset_cause == "power"
    assert bench.restart("reset").platform.reset_cause == "software"
    if "watchdog" in bench.can:
        assert bench.restart("watchdog").platform.reset_cause == "watchdog"
    if "prompt" in bench.can:
        assert bench.restart("prompt").platform.reset_cause == "software", "whoever flashes a board resets it too"
    assert bench.restart("power").platform.reset_cause == "power"


def check_maintenance_outlives_a_restart(bench):
    assert bench.platform.maintenance() is False
    bench.platform.set_maintenance(True)
    assert bench.restart("reset").platform.maintenance() is True
    bench.platform.set_maintenance(False)
    bench.platform.set_maintenance(False)
    assert bench.restart("power").platform.maintenance() is False


def check_nothing_is_allocated_in_a_pass(bench):
    bench.platform.relay(True)
    bench.run(SETTLED_MS)
    seen = len(bench.windows)
    bench.run(2000, locked=True)
    assert len(bench.windows) > seen


def _near(value, expected, within):
    return value is not None and abs(value - expected) <= within


CHECKS = {
    function.__name__[len("check_") :]: (function, needs)
    for function, needs in (
        (check_relay_is_open_until_it_is_set, ()),
        (check_relay_follows_and_reads_back, ()),
        (check_board_is_named_and_says_what_it_is, ()),
        (check_ticks_go_on_over_their_wrap, ("wrap",)),
        (check_windows_hold_all_of_the_time, ("sensors",)),
        (check_current_and_voltage_are_not_exchanged, ("sensors", "phase")),
        (check_power_is_right_whatever_the_phase, ("sensors", "phase")),
        (check_pause_of_the_loop_loses_no_window, ("sensors", "buffer")),
        (check_what_was_lost_is_said_and_the_rest_is_right, ("sensors", "loss")),
        (check_window_tells_the_relay_s_level_during_all_of_it, ("sensors",)),
        (check_inputs_that_are_not_there_say_so, ()),
        (check_inputs_read_what_is_wired, ("inputs",)),
        (check_temperature_is_read_and_a_dead_sensor_is_none, ("ntc",)),
        (check_watchdog_strikes_only_where_it_is_not_fed, ("watchdog",)),
        (check_cause_of_a_reset_is_known, ()),
        (check_maintenance_outlives_a_restart, ()),
        (check_nothing_is_allocated_in_a_pass, ("sensors", "heap")),
    )
}
