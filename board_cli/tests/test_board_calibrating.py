"""What a calibration makes of two meters' figures, and what it refuses."""

import math
from typing import Any

import pytest

from board_cli.calibrating.corrections import applied, gains, judge_reference, judge_shown, offsets, phase
from board_cli.calibrating.reading import Reading, read_of
from board_cli.failures import Failure


def told(*currents_ma: int) -> list[dict[str, Any]]:
    return [{"current_ma": each, "voltage_mv": 230_000, "power_w": each * 230 // 1000} for each in currents_ma]


def test_gain_is_old_times_true_over_shown():
    changes = gains(Reading(25.0, 230.0), Reading(24.0, 235.0, 5640), {"i_ua_per_count": 30000})
    assert [each.told() for each in changes] == [
        "i_ua_per_count 30000 -> 31250 (+4.17 %)", "v_uv_per_count 195313 -> 191157 (-2.13 %)",
    ]  # fmt: skip
    assert applied({"cp_id": "c"}, changes) == {"cp_id": "c", "i_ua_per_count": 31250, "v_uv_per_count": 191157}


def test_power_stands_in_for_the_current_that_is_not_given():
    (current,) = gains(Reading(None, 230.0, 5750), Reading(22.0, 230.0, 5060), {"i_ua_per_count": 22000})
    assert current.after == 25000


def test_meter_that_is_right_is_left_alone():
    shown = Reading(25.0, 230.0, 5750.0)
    assert gains(Reading(25.0, 230.0, 5750.0), shown, {}) == []
    assert offsets((2048.3, 2047.8), {}) == []


def test_offsets_are_what_the_channels_read_at_rest():
    assert [(each.name, each.after) for each in offsets((2061.2, 2010.0), {"v_offset_counts": -38})] == [
        ("i_offset_counts", 13),
    ]  # fmt: skip
    with pytest.raises(Failure, match="i_offset_counts: -2048 is not right: expected a whole number from -400"):
        offsets((0.0, 2048.0), {})


@pytest.mark.parametrize("lead_degrees", [2.0, -1.5])
def test_phase_comes_out_of_a_load_that_lags(lead_degrees: float):
    """`phase_us` as docs/hardware.md has it: 2° of lead at 50 Hz are -111."""
    lag = math.acos(0.7)
    true = Reading(10.0, 230.0, 2300 * 0.7)
    shown = Reading(10.0, 230.0, 2300 * math.cos(lag - math.radians(lead_degrees)))
    (change,) = phase(true, shown, 50.0, {})
    assert change.after == round(-lead_degrees / 360 / 50 * 1e6)
    (again,) = phase(true, shown, 50.0, {"phase_us": 40})
    assert again.after == change.after + 40


def test_load_that_does_not_lag_tells_no_phase():
    assert phase(Reading(10.0, 230.0, 2300.0), Reading(10.0, 230.0, 2298.0), 50.0, {}) == []
    assert phase(Reading(10.0, 230.0), Reading(10.0, 230.0, 1600.0), 50.0, {}) == []


@pytest.mark.parametrize(
    ("true", "text"),
    [
        (Reading(), "expected --current-a"),
        (Reading(5.9, 230.0), r"current_a: 5\.9 A is too little .* at least 6 A, best 20 to 30 A"),
        (Reading(None, None, 5000.0), "power_w: needs --voltage-v or --current-a beside it"),
        (Reading(10.0, 230.0, 2400.0), "power_w: 2400 W is more than 230 V times 10 A"),
    ],
)
def test_reference_that_tells_nothing_is_refused(true: Reading, text: str):
    with pytest.raises(Failure, match=text):
        judge_reference(true)


def test_load_that_is_too_small_is_refused_where_current_is_asked_for():
    shown = Reading(0.1, 230.0, 0.0)
    with pytest.raises(Failure, match=r"measures 0\.10 A, too little .* start a charge"):
        judge_shown(Reading(20.0), shown)
    judge_shown(Reading(voltage_v=230.0), shown)


def test_change_that_is_no_calibration_is_refused():
    with pytest.raises(Failure, match=r"i_ua_per_count: it would change by \+25\.0 %.* provision --set i_ua"):
        gains(Reading(25.0), Reading(20.0, 230.0, 4600.0), {})


def test_load_that_is_not_steady_is_refused():
    assert read_of(told(20_000, 20_200, 19_900)).current_a == pytest.approx(20.03, abs=0.01)
    with pytest.raises(Failure, match=r"not steady: 16\.00 to 24\.00 A in 3 readings"):
        read_of(told(16_000, 20_000, 24_000))
