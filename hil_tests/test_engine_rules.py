"""The engine in a simulated world: what starts, ends and refuses a charge, and where the relay is meanwhile."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.virtual import Bench
from plant.mains import Mains
from plant.profile_files import load_of

STALE_MS = 20_000


@pytest.fixture
def bench_of(tmp_path: Path) -> Callable[..., Bench]:
    def make(watts: int = 3000, **options: Any) -> Bench:
        bench = Bench(tmp_path, load=load_of(f"constant:{watts}", Mains()), **options)
        # Central speaks to a board once it is registered; before that the engine may be idle and have no clock.
        bench.until(lambda: bench.engine.state == "idle" and bench.bridge.of("status_notification"))
        return bench

    return make


def completion_of(bench: Bench) -> Message:
    """The charge's only completion; the relay is open, and the meter agrees with the world."""
    bench.until(lambda: bench.bridge.of("charge_completion"))
    bench.run(1000)
    assert bench.bridge.problems == []
    assert not bench.world.relay.coil
    (completion,) = bench.bridge.of("charge_completion")
    metered_wh = completion["end_register_wh"] - completion["start_register_wh"]
    assert metered_wh == pytest.approx(bench.world.record.energy_mwh / 1000, rel=0.015, abs=1)
    return completion


def refused(bench: Bench, session_id: str = "s1", **fields: Any) -> object:
    """Why a start is refused."""
    seq = bench.bridge.command("start_charge", session_id=session_id, **fields)
    bench.until(lambda: bench.bridge.answer_to(seq))
    answer = bench.bridge.answer_to(seq)
    assert answer is not None
    assert answer["accepted"] is False
    return answer["reason"]


# --- ends ---


def test_driver_stops(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(30_000)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    completion = completion_of(bench)
    assert (completion["reason"], completion["relay_closed"]) == ("driver", True)
    assert bench.engine.state == "idle"


def test_ordinary_stop_waits_for_the_current_to_fall_and_no_longer_than_6_s(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(5000)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: bench.engine.state == "finishing")
    bench.run(5000)
    assert bench.world.relay.contact, "this car never stops by itself"
    bench.run(1500)
    assert not bench.world.relay.contact


def test_energy_limit_ends_it(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1", max_energy_wh=40)
    completion = completion_of(bench)
    assert completion["reason"] == "limit"
    # The car goes on drawing for the 6 s in which the current may fall: 5 Wh of 3 kW.
    assert 40 <= completion["end_register_wh"] - completion["start_register_wh"] <= 46


def test_duration_limit_ends_it(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1", max_duration_s=30)
    completion = completion_of(bench)
    assert completion["reason"] == "limit"
    assert 30_000 <= completion["ended_at_ms"] - completion["started_at_ms"] <= 38_000


def test_contact_waits_for_the_car_and_ends_when_it_goes(bench_of: Callable[..., Bench]):
    bench = bench_of(plugged=False)
    bench.charge("s1")
    bench.run(30_000)
    assert (bench.engine.state, bench.world.relay.coil) == ("authorized", False)
    bench.world.car.plug()
    bench.until(lambda: bench.engine.state == "charging")
    bench.run(10_000)
    bench.world.car.unplug()
    assert completion_of(bench)["reason"] == "vehicle"


def test_stop_before_the_car_came_completes_without_ever_closing(bench_of: Callable[..., Bench]):
    bench = bench_of(plugged=False)
    bench.charge("s1")
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    completion = completion_of(bench)
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
    assert completion_of(bench)["reason"] == "vehicle"
    assert {m["vehicle"] for m in bench.bridge.of("status_notification")} == {"unknown"}


def test_stop_service_ends_it_and_refuses_until_resume(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(2000)
    bench.bridge.command("stop_service")
    assert completion_of(bench)["reason"] == "operator"
    assert refused(bench, "s2") == "out_of_service"
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
    assert refused(bench, "s2") == "faulted"
    bench.bridge.command("reset_fault")
    bench.until(lambda: bench.engine.state == "idle")
    bench.until(lambda: bench.bridge.of("recovery_notification"))
    assert len(bench.bridge.of("fault_notification")) == 1, "told once, though it was there at two boots"


# --- refusals ---


def test_second_start_is_busy_and_touches_nothing(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(2000)
    assert refused(bench, "s2") == "busy"
    assert bench.engine.session_id() == "s1"


def test_session_runs_once(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    completion_of(bench)
    bench.run(STALE_MS)
    assert refused(bench, "s1") == "already_ran"
    bench.power_off("both")
    bench.power_on("both")
    bench.run(STALE_MS)
    assert refused(bench, "s1") == "already_ran"


def test_relay_rests_10_s_between_closures(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.until(lambda: bench.engine.state == "charging")
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    completion_of(bench)
    assert refused(bench, "s2") == "pause"
    bench.run(10_000)
    bench.charge("s3")


def test_expired_start_does_nothing(bench_of: Callable[..., Bench]):
    bench = bench_of()
    assert refused(bench, ttl_ms=0) == "expired"
    assert bench.engine.state == "idle"


def test_stop_of_another_session_is_refused(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    seq = bench.bridge.command("stop_charge", session_id="s0", reason="driver")
    bench.until(lambda: bench.bridge.answer_to(seq))
    answer = bench.bridge.answer_to(seq)
    assert answer is not None
    assert (answer["accepted"], answer["reason"]) == (False, "unknown_session")
    bench.until(lambda: bench.engine.state == "charging")


# --- seq ---


def say_again(bench: Bench, seq: int, kind: str = "start_charge", **fields: Any) -> Message:
    """A command under a seq of choice; its answer."""
    answers = len(bench.bridge.received)
    bench.bridge.say({"type": kind, "message_id": "again", "cp_id": "cp_1", "seq": seq, "ttl_ms": 1000, **fields})
    bench.until(lambda: [m for m in bench.bridge.received[answers:] if m["type"] == "command_response"])
    return next(m for m in bench.bridge.received[answers:] if m["type"] == "command_response")


def test_command_said_again_is_answered_again_and_does_nothing(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(1000)
    answer = say_again(bench, 1, session_id="s1")
    assert (answer["seq"], answer["accepted"], answer["session_id"]) == (1, True, "s1")
    assert bench.engine.session_id() == "s1"


def test_overtaken_command_is_superseded(bench_of: Callable[..., Bench]):
    bench = bench_of()
    assert refused(bench, ttl_ms=0) == "expired"
    assert refused(bench, ttl_ms=0) == "expired"
    answer = say_again(bench, 1, session_id="s9")
    assert (answer["accepted"], answer["reason"]) == (False, "superseded")
    assert bench.engine.state == "idle"


def test_jump_is_refused_and_not_remembered(bench_of: Callable[..., Bench]):
    bench = bench_of()
    refused(bench, ttl_ms=0)
    answer = say_again(bench, 1002, session_id="s9")
    assert (answer["accepted"], answer["reason"]) == (False, "seq_jump")
    assert say_again(bench, 1001, session_id="s9")["accepted"] is True


def test_flash_that_is_new_takes_whatever_seq_comes_first(bench_of: Callable[..., Bench]):
    assert say_again(bench_of(), 5000, session_id="s1")["accepted"] is True


# --- safe mode, power loss, register ---


def test_no_start_in_safe_mode(tmp_path: Path):
    bench = Bench(tmp_path, split=True)
    bench.until(lambda: bench.bridge.registrations)
    bench.until(lambda: bench.engine.state == "idle")
    bench.engine_cable.plugged = False
    bench.engine_cable.cut()
    bench.run(7000)
    assert bench.engine.state == "safe"
    assert bench.engine.start_charging_session("s1") == "safe"


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
    assert refused(bench, "s1") == "already_ran"


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


def test_bad_messages_are_refused_with_a_reason_and_change_nothing(bench_of: Callable[..., Bench]):
    bench = bench_of()
    end = bench.bridge_cable.answerer
    from wire.seal import CRC32

    for payload in (b"nonsense", b'{"type":"start_charge"}', b'{"type":"become_king"}', b"[" * 200, b"\xff\xfe"):
        end.write(payload + b"*" + CRC32.tag(payload) + b"\n")
        end.write(payload + b"*00000000\n")
    bench.bridge.say({"type": "reset_fault", "message_id": "m", "cp_id": "cp_2", "seq": 1})
    bench.run(2000)
    codes = [m["code"] for m in bench.bridge.received if m["type"] == "error_response"]
    assert sorted(str(code) for code in codes) == sorted(
        ["not_json", "missing_field", "unknown_type", "not_json", "not_json", "not_yours"]
    )
    assert bench.engine.state == "idle"
