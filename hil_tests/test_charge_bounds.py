"""What the board itself bounds: a charge, the pause of its relay, its current; and what it counts, and lacks."""

from collections.abc import Callable

import pytest
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


@pytest.mark.parametrize("asked_ma", [6000, 32_000])
def test_central_cannot_raise_the_provisioned_current(bench_of: Callable[..., Bench], asked_ma: int):
    """No word of Central carries a current yet; a board takes what it does not know for nothing, and keeps its own."""
    bench = bench_of(4600, rated_current_ma=16_000)
    register = {
        "type": "register_response", "message_id": "m", "cp_id": "cp_1", "link_id": "l", "accepted": True,
        "in_service": True, "limit_ma": asked_ma, "rated_current_ma": asked_ma, "max_current_ma": asked_ma,
    }
    bench.bridge.say_unchecked(register)
    bench.run(1000)
    bench.charge("s1", limit_ma=asked_ma, rated_current_ma=asked_ma)
    bench.until(lambda: bench.engine.state == "charging")
    bench.until(lambda: bench.engine.faults == ["over_current"], within_ms=15_000)
    assert not bench.world.relay.coil


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
