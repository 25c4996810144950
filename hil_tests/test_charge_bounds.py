"""What the board itself bounds: a charge, the pause of its relay, its current; and what it counts, and lacks."""

from collections.abc import Callable

import pytest
from chargepoint import settings
from chargepoint.engine.admission import PAUSE_MS

from hil_tests.benches.virtual import Bench


def ended(bench: Bench) -> None:
    bench.until(lambda: bench.world.relay.contact)
    bench.bridge.command("stop_charge", session_id=bench.engine.session_id(), reason="driver")
    bench.until(lambda: bench.engine.state == "idle" and not bench.world.relay.contact)


@pytest.mark.parametrize("ordered", [{}, {"max_duration_s": 10_000}])
def test_no_charge_is_longer_than_the_board_allows(bench_of: Callable[..., Bench], ordered: dict[str, int]):
    bench = bench_of(speed=60, longest_charge_s=600)
    bench.charge("s1", **ordered)
    completion = bench.completion()
    assert completion["reason"] == "limit"
    assert 3000 * 540 / 3600 <= completion["end_register_wh"] - completion["start_register_wh"] <= 3000 * 600 / 3600


@pytest.mark.parametrize("ordered", [{}, {"max_energy_wh": 10_000}])
def test_no_charge_is_larger_than_the_board_allows(bench_of: Callable[..., Bench], ordered: dict[str, int]):
    bench = bench_of(speed=60, largest_charge_wh=200)
    bench.charge("s1", **ordered)
    completion = bench.completion()
    assert completion["reason"] == "limit"
    assert 180 <= completion["end_register_wh"] - completion["start_register_wh"] <= 200


def test_less_is_ordered_than_the_board_allows(bench_of: Callable[..., Bench]):
    bench = bench_of(largest_charge_wh=500)
    bench.charge("s1", max_energy_wh=20)
    completion = bench.completion()
    assert completion["end_register_wh"] - completion["start_register_wh"] <= 20


def test_relay_rests_after_a_reset_too(bench_of: Callable[..., Bench]):
    """Whoever asked again at once after a reset would close contacts that have just parted."""
    bench = bench_of()
    bench.charge("s1")
    ended(bench)
    bench.until(lambda: bench.bridge.of("charge_completion"))
    bench.power_off("both")
    bench.power_on("both")
    opened_ms = bench.world.relay.edges[-1].at_ms
    bench.until(lambda: bench.engine.state == "idle")
    assert bench.refused("s2") == "pause"
    number = 3
    while bench.engine.state != "charging":
        seq = bench.bridge.command("start_charge", session_id=f"s{number}")
        bench.until(lambda seq=seq: bench.bridge.answer_to(seq))
        bench.run(300)
        number += 1
        assert number < 100
    assert bench.world.relay.edges[-1].at_ms - opened_ms >= PAUSE_MS


def test_operations_of_the_relay_are_counted_over_resets_and_told(bench_of: Callable[..., Bench]):
    bench = bench_of()
    for number in (1, 2):
        bench.charge(f"s{number}")
        ended(bench)
        bench.run(PAUSE_MS + 1000)
    told = [completion["relay_operations"] for completion in bench.bridge.of("charge_completion")]
    assert told == [1, 2]
    bench.power_off("both")
    bench.power_on("both")
    bench.run(1000)
    assert bench.engine.get_current_status()["relay_operations"] == 2
    assert bench.world.relay.edge_count == 4


def ordered(bench: Bench, kind: str, **fields: int) -> dict[str, object]:
    """The answer to a command."""
    seq = bench.bridge.command(kind, **fields)
    bench.until(lambda: bench.bridge.answer_to(seq))
    return bench.bridge.answer_to(seq) or {}


def limit_told(bench: Bench) -> tuple[object, object]:
    """In the next live figures."""
    def told() -> list[dict[str, object]]:
        return [each for each in bench.bridge.received if each["type"] == "charging_data"]

    count = len(told())
    bench.until(lambda: len(told()) > count)
    return told()[-1]["limit_ma"], told()[-1]["limit_reason"]


def test_central_cannot_raise_the_provisioned_current(bench_of: Callable[..., Bench]):
    raised = {"limit_ma": 32_000, "rated_current_ma": 32_000}
    bench = bench_of(4600, rated_current_ma=16_000)
    answer = ordered(bench, "set_limit", limit_ma=32_000)
    assert (answer["accepted"], answer["reason"]) == (False, "above_rated")
    register = {
        "type": "register_response", "message_id": "m", "cp_id": "cp_1", "link_id": "l", "accepted": True,
        "in_service": True, **raised,
    }
    bench.bridge.say_unchecked(register)
    bench.run(1000)
    bench.charge("s1", **raised)
    bench.until(lambda: bench.engine.state == "charging")
    bench.until(lambda: bench.engine.faults == ["over_current"], within_ms=15_000)
    assert not bench.world.relay.coil
    assert limit_told(bench) == (16_000, "rated")


def test_central_lowers_the_current_and_lifts_that_again(bench_of: Callable[..., Bench]):
    bench = bench_of(3000, rated_current_ma=16_000)  # 13 A
    bench.charge("s1")
    bench.until(lambda: bench.engine.state == "charging")
    assert limit_told(bench) == (16_000, "rated")
    assert ordered(bench, "set_limit", limit_ma=10_000)["accepted"]
    assert limit_told(bench) == (10_000, "central")
    bench.until(lambda: not bench.world.relay.coil, within_ms=10_000)
    bench.until(lambda: bench.bridge.of("charge_completion"))
    assert bench.bridge.of("charge_completion")[0]["fault"] == "over_current"
    bench.until(lambda: bench.engine.state == "idle")
    assert ordered(bench, "set_limit")["accepted"]
    assert limit_told(bench) == (16_000, "rated")
    bench.charge("s2")
    bench.run(20_000)
    assert (bench.engine.state, bench.engine.faults) == ("charging", [])


def test_lowered_current_outlives_a_power_cut(bench_of: Callable[..., Bench]):
    """Before Central is heard again: the engine's own memory."""
    bench = bench_of(rated_current_ma=16_000)
    assert ordered(bench, "set_limit", limit_ma=10_000)["accepted"]
    bench.power_off("both")
    bench.power_on("both")
    assert bench.engine.current_limit() == (10_000, "central")
    bench.configure(rated_current_ma=8000)  # provisioned anew, below that
    bench.power_off("both")
    bench.power_on("both")
    assert bench.engine.current_limit() == (8000, "rated")


@pytest.mark.parametrize(
    ("setting", "figure"), [("i_ua_per_count", "current_ma"), ("v_uv_per_count", "voltage_mv")]
)
def test_board_meters_by_its_own_calibration(bench_of: Callable[..., Bench], setting: str, figure: str):
    bench = bench_of(1000, **{setting: settings.read('{"cp_id": "a", "central": "usb"}').__dict__[setting] * 2})
    bench.charge("s1")
    bench.until(lambda: bench.engine.state == "charging")
    bench.run(5000)
    true = {"current_ma": 1_000_000 / 230, "voltage_mv": 230_000}[figure]
    assert getattr(bench.engine.meter, figure) == pytest.approx(2 * true, rel=0.05)


def test_what_a_board_lacks_it_says(bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch):
    bench = bench_of()
    bench.run(1000)
    status = bench.engine.get_current_status()
    assert (status["weld_check"], status["lacks"]) == ("feedback", [])
    platform = bench.boards["both"].platform
    for name in ("feedback", "temperature_mc", "rcm_tripped", "stop_pressed", "relay_level"):
        monkeypatch.setattr(platform, name, lambda: None)
    monkeypatch.setattr(platform, "has_trip", False)
    bench.run(31_000)
    bench.bridge.boot_id = "another"  # so that it registers again
    bench.until(lambda: bench.bridge.of("register_request")[-1].get("weld_check") == "current_only", within_ms=120_000)
    assert bench.bridge.of("register_request")[-1]["lacks"] == [
        "feedback", "temperature", "rcm_trip", "emergency_stop", "relay_level", "trip",
    ]  # fmt: skip
    assert bench.bridge.problems == []


def test_weld_without_a_feedback_input_shows_while_something_is_drawn(
    bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
):
    bench = bench_of()
    monkeypatch.setattr(bench.boards["both"].platform, "feedback", lambda: None)
    bench.charge("s1")
    bench.until(lambda: bench.engine.state == "charging")
    bench.run(2000)
    bench.world.fault("weld", True)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: bench.engine.faults == ["weld"], within_ms=5000)
    bench.until(lambda: bench.world.tripped, within_ms=1000)
