"""How often a board beats and checks its engine: as Central asks with register_response, within the board's bounds."""

from pathlib import Path
from typing import Any

import pytest
from wire.kinds.boards import BOARD_INTERVAL_MS

from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.virtual import Bench

OWN: dict[str, Any] = {"heartbeat_interval_ms": 2000, "health_interval_ms": 3000, "engine_silent_ms": 20_000}
COUNT = 10


def split_bench(folder: Path, asked: Message) -> Bench:
    bench = Bench(folder, split=True, **OWN)
    bench.bridge.intervals = asked
    bench.until_registered()
    return bench


def heartbeats(bench: Bench) -> int:
    return sum(message["type"] == "heartbeat" for message in bench.bridge.received)


def checks(bench: Bench) -> int:
    """Of the engine's health: all that the monitor says and does not journal, heartbeats apart."""
    return bench.boards["monitor"].journal._lossy - heartbeats(bench)  # pyright: ignore[reportPrivateUsage] -- a count


def intervals(bench: Bench) -> tuple[float, float]:
    """Between heartbeats and between checks, in ms of the bench's clock."""
    duration_ms = COUNT * 3000
    bench.run(3000)  # the quick checks of the start are over
    before = heartbeats(bench), checks(bench)
    bench.run(duration_ms)
    return duration_ms / (heartbeats(bench) - before[0]), duration_ms / (checks(bench) - before[1])


@pytest.mark.parametrize(
    ("asked", "heartbeat_ms", "health_ms"),
    [
        ({}, 2000, 3000),
        ({"heartbeat_interval_ms": 500}, 500, 3000),
        ({"health_interval_ms": 1000}, 2000, 1000),
        ({"heartbeat_interval_ms": 1000, "health_interval_ms": 6000}, 1000, 6000),
        ({"health_interval_ms": 10_000}, 2000, 10_000),
        ({"health_interval_ms": 10_001}, 2000, 3000),
        ({"health_interval_ms": BOARD_INTERVAL_MS[1]}, 2000, 3000),
        ({"heartbeat_interval_ms": BOARD_INTERVAL_MS[0]}, BOARD_INTERVAL_MS[0], 3000),
    ],
    ids=[
        "none asked", "heartbeats", "checks", "both", "the most that one lost check bears", "one ms more: its own",
        "an hour: its own", "the least",
    ],
)
def test_board_keeps_the_intervals_asked_for(tmp_path: Path, asked: Message, heartbeat_ms: int, health_ms: int):
    bench = split_bench(tmp_path, asked)
    assert intervals(bench) == pytest.approx((heartbeat_ms, health_ms), rel=0.15)
    assert bench.bridge.of("fault_notification") == []


def test_registration_without_intervals_gives_the_board_its_own_back(tmp_path: Path):
    bench = split_bench(tmp_path, {"heartbeat_interval_ms": 500, "health_interval_ms": 1000})
    bench.bridge.intervals = {}
    bench.bridge.boot_id = "another"
    bench.until(lambda: bench.bridge.registrations == 2)
    assert intervals(bench) == pytest.approx((2000, 3000), rel=0.15)


@pytest.mark.parametrize("field", ["heartbeat_interval_ms", "health_interval_ms"])
@pytest.mark.parametrize("value", [0, -1, BOARD_INTERVAL_MS[0] - 1, BOARD_INTERVAL_MS[1] + 1, 1.5, "1000", True, []])
def test_interval_out_of_bounds_is_refused_by_name_and_changes_nothing(tmp_path: Path, field: str, value: object):
    bench = split_bench(tmp_path, {})
    answer = {
        "type": "register_response", "message_id": "m", "cp_id": "cp_1", "link_id": "l", "accepted": True,
        "in_service": True, "server_time_ms": bench.clock.unix_ms(), "boot_id": bench.bridge.boot_id, field: value,
    }
    bench.bridge.say_unchecked(answer)
    bench.until(lambda: any(m["type"] == "error_response" for m in bench.bridge.received))
    (error,) = [m for m in bench.bridge.received if m["type"] == "error_response"]
    assert (error["field"], error["message_id"]) == (field, "m")
    assert intervals(bench) == pytest.approx((2000, 3000), rel=0.15)
