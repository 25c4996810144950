"""Who merely connects to an engine's port starts nothing; its own monitor, coming back, needs nobody's help."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chargepoint.delivery.link import LineLink
from chargepoint.engine.handshake import Handshake
from wire.frame import Decoder, encode, parse, payload_of
from wire.seal import CRC32

from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.unix import UnixBench
from hil_tests.benches.virtual import EPOCH_MS, Bench
from tools.services.ports import LOOPBACK, free_port

START: Message = {
    "type": "start_charge", "message_id": "c1", "cp_id": "cp_1", "seq": 500, "session_id": "stolen", "ttl_ms": 60_000,
}
COMMANDS: dict[str, Message] = {
    "start_charge": START,
    "stop_charge": {"session_id": "s1", "reason": "operator"},
    "stop_service": {},
    "resume_service": {},
    "reset_fault": {},
}
SAFE_RELEASE: Message = {"type": "safe_release", "message_id": "r1", "cp_id": "cp_1"}


class Stranger:
    """Takes the engine's port from its monitor, which lies without power meanwhile."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.heard: list[Message] = []
        bench.power_off("monitor")
        bench.engine_cable.connect()
        self._link = LineLink(bench.engine_cable.dialler, CRC32, keepalive_ms=2_000, lost_ms=6_000)

    def say(self, *messages: Message) -> None:
        self.run(20)
        for message in messages:
            assert self._link.send(payload_of(message))
        self.run(200)

    def run(self, duration_ms: int) -> None:
        until_ms = self._bench.clock.ms + duration_ms
        while self._bench.clock.ms < until_ms:
            self._link.step(self._bench.clock.ms)
            while payload := self._link.next():
                self.heard.append(parse(payload))
            self._bench.step()

    def leave(self) -> None:
        self._bench.engine_cable.cut()
        self._bench.power_on("monitor")


@pytest.fixture
def split(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, split=True)
    bench.until_registered()
    bench.run(1_000)
    return bench


@pytest.mark.parametrize("kind", COMMANDS)
def test_command_is_refused_unkept_and_its_seq_is_forgotten(split: Bench, kind: str):
    split.charge("s1")
    split.until(lambda: split.engine.state == "charging")
    split.bridge.acks = False
    stranger = Stranger(split)
    stranger.say({**START, **COMMANDS[kind], "type": kind})
    refusals = [m for m in stranger.heard if m["type"] == "error_response"]
    assert [(m["code"], m["message_id"]) for m in refusals] == [("not_registered", "c1")]
    assert split.engine.session_id() == "s1"
    entries = split.boards["engine"].journal.entries
    assert not [entry for entry in entries if b'"seq":500' in entry.payload]
    split.bridge.acks = True
    stranger.leave()
    split.until(lambda: split.engine.get_current_status()["registered"])
    seq = split.bridge.command("stop_charge", session_id="s1", reason="driver")
    split.until(lambda: split.bridge.answer_to(seq))
    assert (split.bridge.answer_to(seq) or {})["accepted"] is True


def test_idle_engine_starts_nothing_for_who_connects(split: Bench):
    stranger = Stranger(split)
    stranger.say(START, SAFE_RELEASE, START)
    stranger.run(20_000)
    assert split.engine.state == "idle"
    assert not split.world.record.closures
    stranger.leave()
    split.until_registered()
    split.charge("s1")
    split.until(lambda: split.engine.state == "charging")


def test_safe_engine_is_led_out_only_after_a_check_on_that_link(split: Bench):
    split.power_off("engine")
    split.power_off("monitor")
    split.power_on("engine")
    split.power_on("monitor")
    stranger = Stranger(split)
    stranger.say(SAFE_RELEASE)
    assert split.engine.state == "safe"
    stranger.say({"type": "health_check_request", "message_id": "h1", "id": "cp_1", "timestamp": 1}, SAFE_RELEASE)
    assert split.engine.state == "idle"
    stranger.say(START)
    assert not split.world.record.closures


def test_check_on_the_link_before_counts_no_more(split: Bench):
    stranger = Stranger(split)
    stranger.say({"type": "health_check_request", "message_id": "h1", "id": "cp_1", "timestamp": 1})
    split.engine_cable.cut()
    split.run(7_000)
    assert split.engine.state == "safe"
    split.engine_cable.connect()
    stranger.say(SAFE_RELEASE)
    assert split.engine.state == "safe"


def test_journal_is_told_to_nobody_and_acked_by_nobody_before_a_registration(split: Bench):
    split.bridge.acks = False
    split.charge("s1")
    split.until(lambda: [m for m in split.bridge.received if m["type"] == "charge_started"])
    split.until(lambda: split.bridge.received[-1]["type"] == "charging_data")
    journal = split.boards["engine"].journal
    kept = [entry.n for entry in journal.entries]
    assert kept
    stranger = Stranger(split)
    stranger.say({"type": "ack", "board": "b-engine", "epoch": journal.epoch, "n": kept})
    stranger.run(10_000)
    assert [entry.n for entry in journal.entries][: len(kept)] == kept
    told = {m["type"] for m in stranger.heard}
    assert told <= {"health_check_response", "charging_data", "keepalive"}


def test_clock_is_set_by_nobody_before_a_registration(split: Bench):
    stranger = Stranger(split)
    stranger.say({"type": "heartbeat_response", "server_time_ms": EPOCH_MS + 10**10, "boot_id": "b"})
    assert split.boards["engine"].clock.time_ms() == pytest.approx(split.clock.unix_ms(), abs=1_000)


def test_refusal_takes_the_registration_back(split: Bench):
    refusal: Message = {
        "type": "register_response", "message_id": "r", "cp_id": "cp_1", "link_id": "l", "accepted": False,
        "in_service": False, "reason": "not_bound",
    }
    split.bridge.say(refusal)
    split.run(20)
    assert split.engine.get_current_status()["registered"] is False
    split.until(lambda: split.engine.get_current_status()["registered"], within_ms=40_000)
    split.charge("s1")


def open_again(bench: Bench) -> None:
    """The engine's end of the wire, its adapter pulled out and put back; its monitor sees nothing of it."""
    bench.engine_cable.answerer.generation += 1


def miss_an_answer(bench: Bench) -> None:
    """The engine's end is another just when the answer to a registration is on its way."""
    registrations = bench.bridge.registrations
    open_again(bench)
    bench.until(lambda: bench.bridge.registrations > registrations)
    open_again(bench)


@pytest.mark.parametrize("trouble", [open_again, miss_an_answer])
def test_engine_whose_end_of_the_wire_is_another_is_registered_anew(split: Bench, trouble: Callable[[Bench], None]):
    registrations = split.bridge.registrations
    trouble(split)
    split.until(lambda: split.engine.get_current_status()["registered"] and split.bridge.registrations > registrations)
    split.charge("s1")
    split.until(lambda: split.engine.state == "charging")
    split.run(60_000)
    assert split.bridge.registrations <= registrations + 2


@pytest.mark.parametrize("step_ms", [1, 5, 20, 50])
def test_one_registration_is_enough_however_slow_the_boards_are(tmp_path: Path, step_ms: int):
    bench = Bench(tmp_path, split=True, step_ms=step_ms)
    bench.until_registered()
    bench.run(2_000)
    assert bench.bridge.registrations == 1
    bench.bridge_cable.cut()
    bench.run(2_000)
    assert bench.bridge.registrations == 2


def test_late_answers_do_not_make_a_monitor_ask_and_ask(tmp_path: Path):
    bench = Bench(tmp_path, split=True, step_ms=20)
    bench.bridge.accepts = False
    bench.engine_cable.latency_ms = 70
    bench.until(lambda: bench.engine.state == "idle")
    monitor = bench.boards["monitor"].journal
    before = monitor.lossy_id()
    bench.run(20_000)
    asked = int(monitor.lossy_id().rpartition("t")[2]) - int(before.rpartition("t")[2])
    assert asked < 20


def test_registrations_that_do_not_reach_the_engine_become_rare(split: Bench, monkeypatch: pytest.MonkeyPatch):
    def never(_: Handshake) -> bool:
        return False

    registrations = split.bridge.registrations
    with monkeypatch.context() as deaf:
        deaf.setattr(Handshake, "is_registered", never)
        split.run(600_000)
    assert 3 <= split.bridge.registrations - registrations <= 6


def test_engine_and_monitor_work_again_after_each_restart_and_cut(split: Bench):
    for number, part in enumerate(("engine", "monitor", "cable", "bridge", "engine", "both")):
        if part in ("engine", "monitor"):
            split.power_off(part)
            split.run(500)
            split.power_on(part)
        elif part == "cable":
            split.engine_cable.cut()
        elif part == "bridge":
            split.bridge_cable.cut()
        else:
            for each in ("engine", "monitor"):
                split.power_off(each)
            for each in ("monitor", "engine"):
                split.power_on(each)
        split.run(11_000)  # the relay's pause
        split.charge(f"s{number}")
        split.until(lambda: split.engine.state == "charging")
        split.bridge.command("stop_charge", session_id=f"s{number}", reason="driver")
        split.until(lambda: split.engine.state == "idle")
    assert split.bridge.problems == []


def test_stranger_on_the_port_of_a_real_engine(tmp_path: Path, micropython: str):
    port = free_port()
    quick: dict[str, Any] = {
        "keepalive_ms": 200, "retry_first_ms": 50, "retry_slow_ms": 500, "engine": f"{LOOPBACK}:{port}",
    }
    with UnixBench(tmp_path, micropython, "--plugged", "--speed", "60", "--profile", "constant:3000") as bench:
        bench.board("monitor", **quick)
        bench.board("engine", **quick)
        bench.server.until(lambda: {"idle"} & {str(m["state"]) for m in bench.bridge.of("status_notification")})
        bench.boards["monitor"].kill()
        with socket.create_connection((LOOPBACK, port)) as line:
            again: Message = {**START, "seq": 501}
            for message in (START, SAFE_RELEASE, again):
                line.sendall(encode(message, CRC32))
            heard = hear(line, "error_response", 3)
        assert [m["code"] for m in heard] == ["not_registered"] * 3
        bench.board("monitor", **quick)
        registrations = bench.bridge.registrations
        bench.server.until(lambda: bench.bridge.registrations > registrations)
        seq = bench.bridge.command("start_charge", session_id="s1")
        bench.server.until(lambda: bench.bridge.answer_to(seq))
        assert (bench.bridge.answer_to(seq) or {})["accepted"] is True
        bench.server.until(lambda: bench.plant.state()["relay"])
        bench.bridge.command("stop_charge", session_id="s1", reason="driver")
        bench.server.until(lambda: bench.bridge.of("charge_completion"))
        (session,) = bench.plant.state()["sessions"]
        assert session["session_id"] == "s1"


def hear(line: socket.socket, kind: str, count: int) -> list[Message]:
    decoder, heard = Decoder(CRC32), list[Message]()
    while len(heard) < count:
        chunk = line.recv(4096)
        assert chunk, "the engine closed the line"
        heard += [message for message in map(parse, decoder.feed(chunk)) if message["type"] == kind]
    return heard
