"""What the engine refuses: starts, repeated and late commands, and what is not a message."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from wire.seal import CRC32

from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.virtual import Bench

STALE_MS = 20_000


def test_second_start_is_busy_and_touches_nothing(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(2000)
    assert bench.refused("s2") == "busy"
    assert bench.engine.session_id() == "s1"


def test_session_runs_once(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.completion()
    bench.run(STALE_MS)
    assert bench.refused("s1") == "already_ran"
    bench.power_off("both")
    bench.power_on("both")
    bench.run(STALE_MS)
    assert bench.refused("s1") == "already_ran"


def test_relay_rests_10_s_between_closures(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.until(lambda: bench.engine.state == "charging")
    bench.run(15_000)  # it counts from the opening, however long the charge was
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: not bench.world.relay.contact)
    bench.run(9_000)
    assert bench.refused("s2") == "pause"
    bench.run(2_000)
    bench.charge("s3")


def test_expired_start_does_nothing(bench_of: Callable[..., Bench]):
    bench = bench_of()
    assert bench.refused(ttl_ms=0) == "expired"
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


def test_stop_of_a_session_that_has_run_says_so(bench_of: Callable[..., Bench]):
    """Its completion may still be in the journal: Central must not take the session for one that never began."""
    bench = bench_of()
    bench.charge("s1")
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.completion()
    seq = bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.until(lambda: bench.bridge.answer_to(seq))
    answer = bench.bridge.answer_to(seq)
    assert answer is not None
    assert (answer["accepted"], answer["reason"]) == (False, "already_ran")


def say_again(bench: Bench, seq: int, kind: str = "start_charge", **fields: Any) -> Message:
    """Send a command with a given seq. Returns its answer."""
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
    assert bench.refused(ttl_ms=0) == "expired"
    assert bench.refused(ttl_ms=0) == "expired"
    answer = say_again(bench, 1, session_id="s9")
    assert (answer["accepted"], answer["reason"]) == (False, "superseded")
    assert bench.engine.state == "idle"


def test_jump_is_refused_and_not_remembered(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.refused(ttl_ms=0)
    answer = say_again(bench, 1002, session_id="s9")
    assert (answer["accepted"], answer["reason"]) == (False, "seq_jump")
    assert say_again(bench, 1001, session_id="s9")["accepted"] is True


def test_board_that_was_away_takes_what_central_says_next(bench_of: Callable[..., Bench]):
    """Central told its seq with register_response: what comes above it is no jump."""
    bench = bench_of()
    bench.refused(ttl_ms=0)
    bench.bridge.say({
        "type": "register_response", "message_id": "r", "cp_id": "cp_1", "link_id": "l", "accepted": True,
        "in_service": True, "seq": 9000,
    })
    bench.run(100)
    assert say_again(bench, 10_001, session_id="s8")["reason"] == "seq_jump"
    assert say_again(bench, 2, session_id="s9")["accepted"] is True
    assert say_again(bench, 9_001, kind="stop_charge", session_id="s9", reason="driver")["accepted"] is True


def test_registration_and_status_tell_what_the_engine_has(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.charge("s1")
    bench.run(2_000)
    status = bench.bridge.of("status_notification")[-1]
    assert (status["state"], status["session_id"]) == ("charging", "s1")
    registration = bench.bridge.of("register_request")[0]
    assert registration["engine_epoch"] == registration["message_id"].split(".")[1]


def test_flash_that_is_new_takes_whatever_seq_comes_first(bench_of: Callable[..., Bench]):
    assert say_again(bench_of(), 5000, session_id="s1")["accepted"] is True


def test_no_start_in_safe_mode(tmp_path: Path):
    bench = Bench(tmp_path, split=True)
    bench.until(lambda: bench.bridge.registrations)
    bench.until(lambda: bench.engine.state == "idle")
    bench.engine_cable.plugged = False
    bench.engine_cable.cut()
    bench.run(7000)
    assert bench.engine.state == "safe"
    assert bench.engine.start_charging_session("s1") == "safe"


def test_bad_messages_are_refused_with_a_reason_and_change_nothing(bench_of: Callable[..., Bench]):
    bench = bench_of()
    end = bench.bridge_cable.answerer
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
