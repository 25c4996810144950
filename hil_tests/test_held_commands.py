"""A command that somebody held too long does nothing, whoever held it and whatever the board's clock says."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chargepoint.delivery.link import LineLink
from wire.frame import parse

from hil_tests.benches.lines import Cable
from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.unix import UnixBench, unix_ms
from hil_tests.benches.virtual import PERFECT, Bench, VirtualClock
from tools.services.ports import LOOPBACK, free_port
from tools.testing.deadlines import DEADLINE_S

HOUR_MS = 3_600_000
HELD_MS = 240_000
TTL_MS = 30_000
CLOCKS_MS = [0, HOUR_MS, -HOUR_MS, 24 * HOUR_MS, -24 * HOUR_MS]
any_clock = pytest.mark.parametrize(
    "ahead_ms", CLOCKS_MS, ids=["right", "hour ahead", "hour behind", "day ahead", "day behind"]
)
# A link that is lost would hide what is tried here: the engine would be in safe mode.
PATIENT: dict[str, Any] = {"link_lost_ms": 10 * HELD_MS}


def start(bench: Bench, ttl_ms: int = TTL_MS, **fields: Any) -> Message:
    """As a bridge says it now."""
    own: Message = {"type": "start_charge", "message_id": "c", "cp_id": "cp_1", "seq": 1, "session_id": "s1"}
    return {**own, "ttl_ms": ttl_ms, "expires_at_ms": bench.clock.unix_ms() + ttl_ms, **fields}


def split_bench(folder: Path, ahead_ms: int = 0, **config: Any) -> Bench:
    """A split board that is registered, with clocks that are wrong by so much."""
    bench = Bench(folder, split=True, **{**PATIENT, **config})
    bench.until_registered()
    for board in bench.boards.values():
        board.clock.set(bench.clock.unix_ms() + ahead_ms)
    return bench


def hold(bench: Bench, role: str, held_ms: int) -> None:
    """That board stands still for so long; the rest of the world goes on."""
    board = bench.boards.pop(role)
    try:
        bench.run(held_ms)
    finally:
        bench.boards[role] = board


def answer(bench: Bench) -> Message:
    bench.until(lambda: bench.bridge.answer_to(1))
    told = bench.bridge.answer_to(1)
    assert told is not None
    return told


@any_clock
@pytest.mark.parametrize("holder", ["engine", "monitor"])
def test_start_that_a_board_held_closes_nothing(tmp_path: Path, holder: str, ahead_ms: int):
    bench = split_bench(tmp_path, ahead_ms)
    bench.bridge.say(start(bench))
    hold(bench, holder, HELD_MS)
    assert answer(bench)["reason"] == "expired"
    bench.run(20_000)
    assert not bench.world.record.closures


@pytest.mark.parametrize("holder", ["engine", "monitor"])
def test_start_that_was_held_for_less_than_its_life_closes_the_relay(tmp_path: Path, holder: str):
    bench = split_bench(tmp_path)
    bench.bridge.say(start(bench))
    hold(bench, holder, TTL_MS - 2_000)
    assert answer(bench)["accepted"] is True
    bench.until(lambda: bench.engine.state == "charging")


def test_what_each_holder_took_adds_up(tmp_path: Path):
    bench = split_bench(tmp_path)
    bench.bridge.say(start(bench, expires_at_ms=None))
    hold(bench, "monitor", TTL_MS // 2)
    bench.step()
    hold(bench, "engine", TTL_MS // 2 + 1_000)
    assert answer(bench)["reason"] == "expired"


def test_one_board_that_stood_still_starts_nothing(bench_of: Callable[..., Bench]):
    bench = bench_of()
    bench.bridge.say(start(bench, expires_at_ms=None))
    bench.run(1)
    hold(bench, "both", HELD_MS)
    assert answer(bench)["reason"] == "expired"


EXPIRED: list[tuple[str, int | None, int | None]] = [
    ("both over", 0, -1000), ("ttl over", 0, HOUR_MS), ("by the clock", 60_000, -1000), ("ttl alone", 0, None),
    ("by the clock alone", None, -1000),
]
GOOD: list[tuple[str, int | None, int | None]] = [
    ("both left", 60_000, 60_000), ("ttl left, no end", 60_000, None), ("an end, no ttl", None, 60_000),
]


@pytest.mark.parametrize(("ttl_ms", "ends_in_ms"), [row[1:] for row in EXPIRED], ids=[row[0] for row in EXPIRED])
def test_engine_refuses_by_either(bench_of: Callable[..., Bench], ttl_ms: int | None, ends_in_ms: int | None):
    bench = bench_of()
    ends_at_ms = None if ends_in_ms is None else bench.clock.unix_ms() + ends_in_ms
    bench.bridge.say(start(bench) | {"ttl_ms": ttl_ms, "expires_at_ms": ends_at_ms})
    assert answer(bench)["reason"] == "expired"


@pytest.mark.parametrize(("ttl_ms", "ends_in_ms"), [row[1:] for row in GOOD], ids=[row[0] for row in GOOD])
def test_engine_takes_what_neither_ends(bench_of: Callable[..., Bench], ttl_ms: int | None, ends_in_ms: int | None):
    bench = bench_of()
    ends_at_ms = None if ends_in_ms is None else bench.clock.unix_ms() + ends_in_ms
    bench.bridge.say(start(bench) | {"ttl_ms": ttl_ms, "expires_at_ms": ends_at_ms})
    assert answer(bench)["accepted"] is True


def test_board_without_a_clock_goes_by_the_ttl(tmp_path: Path):
    bench = Bench(tmp_path)
    bench.bridge.intervals = {"server_time_ms": None}
    bench.until_registered()
    assert bench.boards["both"].clock.time_ms() is None
    bench.bridge.say(start(bench))
    hold(bench, "both", HELD_MS)
    assert answer(bench)["reason"] == "expired"


@any_clock
def test_clock_that_went_wrong_is_right_after_a_heartbeat_and_a_fresh_start_is_taken(tmp_path: Path, ahead_ms: int):
    bench = split_bench(tmp_path, ahead_ms)
    bench.run(31_000)
    for board in bench.boards.values():
        assert board.clock.time_ms() == pytest.approx(bench.clock.unix_ms(), abs=1_000)
    bench.bridge.say(start(bench))
    assert answer(bench)["accepted"] is True


def test_nothing_is_passed_on_to_an_engine_that_is_silent(tmp_path: Path):
    """In the line to it a command would age, and nobody counts."""
    bench = split_bench(tmp_path, link_lost_ms=6_000)
    engine = bench.boards.pop("engine")
    bench.run(7_000)
    bench.bridge.say(start(bench))
    bench.run(100)
    monitor = bench.boards["monitor"].monitor
    assert monitor is not None
    assert monitor.forwarding.dropped >= 1
    bench.boards["engine"] = engine
    bench.run(30_000)
    assert bench.bridge.answer_to(1) is None
    assert not bench.world.record.closures


def test_link_ages_what_waited_in_its_line_and_nothing_else():
    clock = VirtualClock()
    cable = Cable(PERFECT, clock.now_ms, latency_ms=0)
    cable.connect()
    link, peer = LineLink(cable.dialler), LineLink(cable.answerer)

    def said(payload: bytes) -> bytes:
        peer.step(clock.ms)
        assert peer.send(payload)
        link.step(clock.ms)
        received = link.next()
        assert received is not None
        assert link.next() is None
        return received

    def wait(duration_ms: int) -> None:
        link.step(clock.ms)
        clock.sleep_ms(duration_ms)

    quoted = b'{"type":"x","a":"\\"ttl_ms\\":"}'
    for payload in (b'{"type":"ack"}', b'{"ttl_ms":', b'{"type":"x","ttl_ms":"soon"}', quoted):
        wait(5_000)
        assert said(payload) == payload
    wait(5_000)
    assert parse(said(b'{"type":"stop_service","ttl_ms":30000,"seq":7}')) == {
        "type": "stop_service", "ttl_ms": 25_000, "seq": 7,
    }
    wait(50_000)
    assert parse(said(b'{"type":"stop_service","ttl_ms":30000}'))["ttl_ms"] == 0


def test_line_that_comes_in_pieces_is_as_old_as_its_first():
    clock = VirtualClock()
    cable = Cable(PERFECT, clock.now_ms, latency_ms=0)
    cable.connect()
    link, peer = LineLink(cable.dialler), LineLink(cable.answerer)
    peer.step(0)
    link.step(0)
    peer.send(b'{"type":"stop_service","ttl_ms":30000}')
    whole = cable.dialler.read(4096)
    clock.sleep_ms(100)
    for piece in (whole[:10], whole[10:]):
        cable.answerer.write(piece)
        link.step(clock.ms)
        link.step(clock.ms)
        clock.sleep_ms(4_000)
    received = link.next()
    assert received is not None
    assert link.next() is None
    assert parse(received)["ttl_ms"] == 30_000 - 4_100


@pytest.mark.parametrize("holder", ["engine", "monitor"])
def test_process_that_was_stopped_starts_nothing_when_it_goes_on(tmp_path: Path, micropython: str, holder: str):
    quick: dict[str, Any] = {"keepalive_ms": 1_000, "link_lost_ms": 60_000, "engine": f"{LOOPBACK}:{free_port()}"}
    with UnixBench(tmp_path, micropython, "--plugged") as bench:
        bench.board("monitor", **quick)
        bench.board("engine", **quick)
        bench.server.until(lambda: {"idle"} & {str(m["state"]) for m in bench.bridge.of("status_notification")})
        bench.boards[holder].send_signal(signal.SIGSTOP)
        said_ms = unix_ms()
        bench.bridge.say({
            "type": "start_charge", "message_id": "c", "cp_id": "cp_1", "seq": 1, "session_id": "s1", "ttl_ms": 1_000,
        })
        bench.server.until(lambda: unix_ms() - said_ms > 1_500, DEADLINE_S)
        bench.boards[holder].send_signal(signal.SIGCONT)
        bench.server.until(lambda: bench.bridge.answer_to(1))
        told = bench.bridge.answer_to(1)
        assert told is not None
        assert told["reason"] == "expired"
        assert not bench.plant.state()["relay"]
