"""The engine in a simulated world: what ends a charge, and where the relay is meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from chargepoint.engine.memory import Checkpoint
from chargepoint.engine.meter import Meter
from chargepoint.engine.presence import PRESENCE, Contact

from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.virtual import Bench


def test_driver_stops(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(30_000)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    completion = bench.completion()
    assert (completion["reason"], completion["relay_closed"]) == ("driver", True)
    assert bench.engine.state == "idle"


@pytest.mark.parametrize("presence", ["none", "contact"])
def test_ordinary_stop_opens_at_once_where_nothing_can_ask_the_car(bench_of: Callable[..., Bench], presence: str):
    bench = bench_of(presence=presence)
    bench.charge("s1")
    bench.run(5000)
    assert bench.world.relay.contact
    seq = bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: bench.bridge.answer_to(seq))
    assert not bench.world.relay.coil
    assert bench.completion()["reason"] == "driver"


class AskingContact(Contact):
    """What a control pilot will be to the engine."""

    asks_car = True


@pytest.fixture
def pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESENCE, "contact", AskingContact)


@pytest.mark.usefixtures("pilot")
def test_stop_with_a_pilot_waits_for_the_current_to_fall_and_no_longer_than_6_s(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: bench.engine.state == "finishing")
    bench.run(5000)
    assert bench.world.relay.contact, "this car never stops by itself"
    bench.run(1500)
    assert not bench.world.relay.contact
    assert bench.completion()["reason"] == "driver"


@pytest.mark.usefixtures("pilot")
def test_stop_with_a_pilot_opens_as_soon_as_the_current_fell(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: bench.engine.state == "finishing")
    bench.world.car.over_draw = 0.0  # it does as it was asked
    bench.until(lambda: not bench.world.relay.coil, within_ms=500)


@pytest.mark.usefixtures("pilot")
def test_limit_with_a_pilot_leaves_room_for_what_flows_while_the_current_falls(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1", max_energy_wh=40)
    completion = bench.completion()
    assert completion["reason"] == "limit"
    assert 38 <= completion["end_register_wh"] - completion["start_register_wh"] <= 40


@pytest.mark.parametrize("watts", [500, 3000, 7400])
@pytest.mark.parametrize("limit_wh", [1, 2, 40])
def test_energy_limit_ends_it_and_is_not_exceeded(bench_of: Callable[..., Bench], watts: int, limit_wh: int):
    bench = bench_of(watts, rated_current_ma=40_000)
    bench.charge("s1", max_energy_wh=limit_wh)
    bench.until(lambda: bench.bridge.of("charge_completion"), within_ms=600_000)
    completion = bench.completion()
    assert completion["reason"] == "limit"
    assert limit_wh - 1 <= completion["end_register_wh"] - completion["start_register_wh"] <= limit_wh


@pytest.mark.parametrize("speed", [10, 60, 300])
def test_energy_limit_is_not_exceeded_where_windows_are_long(bench_of: Callable[..., Bench], speed: int):
    bench = bench_of(7400, rated_current_ma=40_000, speed=speed)
    bench.world.window_ms = 100 * speed
    window_wh = 7400 * bench.world.window_ms / 3_600_000
    bench.charge("s1", max_energy_wh=500)
    completion = bench.completion()
    assert completion["reason"] == "limit"
    assert 500 - 3 * window_wh <= completion["end_register_wh"] - completion["start_register_wh"] <= 500


def test_duration_limit_ends_it_and_is_not_exceeded(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1", max_duration_s=30)
    completion = bench.completion()
    assert completion["reason"] == "limit"
    assert 29_000 <= completion["ended_at_ms"] - completion["started_at_ms"] <= 30_000


def test_contact_waits_for_the_car_and_ends_when_it_goes(bench_of: Callable[..., Bench]):
    bench = bench_of(plugged=False)
    bench.charge("s1")
    bench.run(30_000)
    assert (bench.engine.state, bench.world.relay.coil) == ("authorized", False)
    bench.world.car.plug()
    bench.until(lambda: bench.engine.state == "charging")
    bench.run(10_000)
    bench.world.car.unplug()
    assert bench.completion()["reason"] == "vehicle"


@pytest.mark.parametrize("presence", [Contact, AskingContact], ids=["contact", "pilot"])
def test_start_that_nobody_follows_ends_unfed_and_the_next_car_gets_nothing(
    bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, presence: type[Contact]
):
    monkeypatch.setitem(PRESENCE, "contact", presence)
    bench = bench_of(plugged=False)
    bench.charge("s1")
    bench.run(179_000)
    assert bench.engine.state == "authorized"
    bench.until(lambda: bench.engine.state == "idle", within_ms=1_500)
    bench.world.car.plug()
    bench.run(20_000)
    completion = bench.completion()
    assert not bench.world.record.closures
    assert (completion["session_id"], completion["reason"], completion["relay_closed"]) == ("s1", "vehicle", False)
    assert completion["ended_at_ms"] - completion["started_at_ms"] == pytest.approx(180_000, abs=100)
    assert bench.bridge.of("charge_started") == []
    bench.charge("s2")
    bench.until(lambda: bench.engine.state == "charging")


def test_start_waits_for_the_car_as_long_as_its_settings_say(bench_of: Callable[..., Bench]):
    bench = bench_of(plugged=False, connect_timeout_ms=2_000, speed=60)
    bench.charge("s1")
    bench.run(1_500)
    bench.world.car.plug()
    bench.until(lambda: bench.engine.state == "charging", within_ms=400)
    bench.run(3_000)
    assert bench.engine.state == "charging", "once it is fed nothing waits any more"


def test_power_cut_while_a_start_waits_leaves_nobody_s_account_open(bench_of: Callable[..., Bench]):
    bench = bench_of(plugged=False)
    bench.charge("s1")
    bench.power_off("both")
    bench.world.car.plug()
    bench.power_on("both")
    completion = bench.completion()
    assert (completion["reason"], completion["relay_closed"]) == ("power_loss", False)
    assert not bench.world.record.closures


def test_stop_before_the_car_came_completes_without_ever_closing(bench_of: Callable[..., Bench]):
    bench = bench_of(plugged=False)
    bench.charge("s1")
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    completion = bench.completion()
    assert (completion["reason"], completion["relay_closed"]) == ("driver", False)
    assert completion["start_register_wh"] == completion["end_register_wh"]
    assert bench.bridge.of("charge_started") == []


@pytest.mark.parametrize(("plugged", "load_ms"), [(False, 0), (True, 60_000)])
def test_without_an_input_ten_quiet_minutes_end_it(bench_of: Callable[..., Bench], plugged: bool, load_ms: int):
    bench = bench_of(presence="none", plugged=plugged, quiet_end_ms=60_000)
    bench.charge("s1")
    bench.until(lambda: bench.world.relay.contact)
    bench.run(load_ms)
    bench.world.car.unplug()
    bench.run(58_000)
    assert bench.engine.state == "charging"
    assert bench.completion()["reason"] == "vehicle"
    assert {m["vehicle"] for m in bench.bridge.of("status_notification")} == {"unknown"}


def test_stop_service_ends_it_and_refuses_until_resume(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(2000)
    bench.bridge.command("stop_service")
    assert bench.completion()["reason"] == "operator"
    assert bench.refused("s2") == "out_of_service"
    bench.bridge.command("resume_service")
    bench.run(12_000)
    bench.charge("s3")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("over_current", "over_current"),
        ("over_temperature", "over_temperature"),
        ("sample_stall", "sensor_stall"),
        ("stuck_open", "feedback_missing"),
    ],
)
def test_fault_opens_the_relay_at_once_and_is_reported(bench_of: Callable[..., Bench], fault: str, told: str):
    bench = bench_of(rated_current_ma=13_000)
    bench.charge("s1")
    bench.run(10_000)
    bench.world.fault(fault, True)
    bench.until(lambda: bench.engine.faults, within_ms=600_000)
    assert bench.world.relay.coil is False
    bench.until(lambda: bench.bridge.of("charge_completion"))
    (completion,) = bench.bridge.of("charge_completion")
    assert (completion["reason"], completion["fault"]) == ("fault", told)
    bench.until(lambda: bench.bridge.of("fault_notification"))
    assert bench.bridge.of("fault_notification")[0]["fault"] == told
    bench.world.fault(fault, False)
    bench.until(lambda: bench.bridge.of("recovery_notification"), within_ms=3_600_000)
    bench.until(lambda: bench.engine.state == "idle")


def test_flash_that_fails_just_before_the_relay_closes_leaves_it_open(
    bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
):
    bench = bench_of()
    write = Checkpoint.write

    def failing(checkpoint: Checkpoint, meter: Meter, session: dict[str, Any] | None, at_ms: int | None) -> None:
        if session is not None and session["closed"]:
            raise OSError
        write(checkpoint, meter, session, at_ms)

    monkeypatch.setattr(Checkpoint, "write", failing)
    bench.bridge.command("start_charge", session_id="s1")
    with pytest.raises(OSError):
        bench.run(5000)
    assert not bench.world.relay.coil


def test_sensor_that_shows_nothing_for_a_second_ends_it(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    bench.world.fault("sample_stall", True)
    bench.run(900)
    assert bench.engine.faults == []
    bench.run(400)
    assert bench.engine.faults == ["sensor_stall"]
    assert not bench.world.relay.contact


def test_loop_that_was_held_up_blames_no_sensor(bench_of: Callable[..., Bench]):
    """A flash erase blocks the loop for up to 820 ms; that is no fault of the sensor."""
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    bench.world.fault("sample_stall", True)
    bench.clock.sleep_ms(3000)
    bench.run(500)
    bench.world.fault("sample_stall", False)
    bench.run(1000)
    assert (bench.engine.state, bench.engine.faults) == ("charging", [])


def test_windows_that_come_late_are_billed(bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch):
    """They cover the time before the relay opened, so the charge ends only after they are counted."""
    bench = bench_of(7000, speed=60, rated_current_ma=40_000)
    bench.charge("s1")
    bench.run(5000)
    with monkeypatch.context() as held:
        held.setattr(bench.boards["both"].platform._line, "receive", lambda: None)
        bench.until(lambda: bench.engine.faults)
        bench.run(1500)
        assert bench.bridge.of("charge_completion") == []
    assert bench.completion()["fault"] == "sensor_stall"


def test_charge_whose_sensor_stays_dead_ends_nevertheless(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    bench.world.fault("sample_stall", True)
    bench.until(lambda: bench.bridge.of("charge_completion"), within_ms=8000)
    (completion,) = bench.bridge.of("charge_completion")
    assert completion["ended_at_ms"] - completion["started_at_ms"] < 7000, "it ended when the relay opened"


def test_weld_is_latched_over_a_restart_until_the_operator_resets_it(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    bench.world.fault("weld", True)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: bench.engine.faults == ["weld"])
    bench.until(lambda: bench.bridge.of("fault_notification"))
    bench.world.fault("weld", False)
    bench.power_off("both")
    bench.power_on("both")
    bench.until(lambda: bench.engine.state == "faulted")
    assert bench.refused("s2") == "faulted"
    bench.bridge.command("reset_fault")
    bench.until(lambda: bench.engine.state == "idle")
    bench.until(lambda: bench.bridge.of("recovery_notification"))
    assert len(bench.bridge.of("fault_notification")) == 1, "told once, though it was there at two boots"


def test_power_cut_in_mid_charge_is_completed_from_the_checkpoint(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(65_000)
    bench.power_off("both")
    bench.run(3000)
    assert not bench.world.relay.contact
    bench.power_on("both")
    bench.until(lambda: bench.bridge.of("charge_completion"))
    (completion,) = bench.bridge.of("charge_completion")
    assert (completion["reason"], completion["relay_closed"]) == ("power_loss", True)
    metered_wh = completion["end_register_wh"] - completion["start_register_wh"]
    lost_wh = bench.world.record.energy_mwh / 1000 - metered_wh
    assert 0 <= lost_wh <= 3000 * 10 / 3600 + 1, "at most one checkpoint's energy"
    kinds = [m["type"] for m in bench.bridge.received[-20:]]
    assert kinds.index("register_request") < kinds.index("charge_completion")
    assert bench.refused("s1") == "already_ran"


def test_lost_flash_takes_the_register_that_central_knows_and_only_its_own(bench_of: Callable[..., Bench]):
    bench = bench_of()
    engine = bench.engine
    answer: Message = {
        "type": "register_response", "message_id": "m", "cp_id": "cp_1", "link_id": "l", "accepted": True,
        "in_service": True, "server_time_ms": bench.clock.unix_ms(), "boot_id": bench.bridge.boot_id,
    }
    for meter_id, register_wh in (("b-other", 9000), ("b-both", 5000), ("b-both", 10)):
        bench.bridge.say({**answer, "meter_id": meter_id, "register_wh": register_wh})
        bench.run(1000)
    assert engine.meter.register_wh == 5000
    bench.charge("s1")
    bench.run(1000)
    bench.bridge.say({**answer, "meter_id": "b-both", "register_wh": 9000})
    bench.run(1000)
    assert engine.meter.register_wh < 5100, "what rose in mid-charge would be billed to it"
