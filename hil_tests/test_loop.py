"""One pass of the control loop: the sensor first, little flash, no heap."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chargepoint.engine.commands import Commands
from wire.kinds import BOARDS
from wire.kinds.boards import KINDS

from hil_tests.benches.virtual import Bench
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[1]
PASSES = ROOT / "hil_tests" / "vectors" / "passes.py"
# A start: the session on flash, the seq and its id, the answer in the journal. What is no command costs one.
MOST_OF_A_COMMAND = 3
UNACKED = 22
QUICK: dict[str, Any] = {
    "flash_interval_ms": 500, "checkpoint_interval_ms": 1000, "health_interval_ms": 1000, "heartbeat_interval_ms": 2000,
}


class Passes:
    """Watches every pass of a bench's boards: what it did, in order, and how many files it cost.

    `costs`: (files, commands) of each pass; `late_looks`: passes that looked at the sensor after they had written.
    """

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.costs: list[tuple[int, int]] = []
        self.late_looks = 0
        self._events: list[str] = []
        for board in bench.boards.values():
            monkeypatch.setattr(board, "step", self._watched(board.step, board.engine is not None))
            monkeypatch.setattr(board.platform, "window", self._noting("look", board.platform.window))
        monkeypatch.setattr(Commands, "take", self._noting("command", Commands.take))
        for name in ("rename", "remove"):  # of whole files: a file is written beside its name and renamed
            monkeypatch.setattr(os, name, self._noting("file", getattr(os, name)))

    def _watched(self, step: Callable[[], None], has_sensor: bool) -> Callable[[], None]:
        def watched() -> None:
            self._events.clear()
            step()
            self.costs.append((self._events.count("file"), self._events.count("command")))
            if has_sensor and "file" in self._events:
                written = self._events.index("file")
                self.late_looks += "look" not in self._events[:written] or "look" in self._events[written:]

        return watched

    def _noting(self, event: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            self._events.append(event)
            return real(*arguments)

        return noted

    def check(self) -> None:
        """One command or one file a pass, and the sensor before either."""
        assert self.late_looks == 0
        assert max(commands for _, commands in self.costs) == 1
        assert max(files for files, commands in self.costs if not commands) == 1
        assert max(files for files, commands in self.costs if commands) <= MOST_OF_A_COMMAND


def whole_charge(bench: Bench) -> None:
    """With every kind of message that a board says or hears, each at least once."""
    say, command = bench.bridge.say, bench.bridge.command
    bench.charge("s1")
    bench.run(5_000)
    command("start_charge", session_id="s2")
    command("stop_charge", session_id="s3", reason="driver")
    say({"type": "keepalive"})
    say({"type": "error_response", "code": "busy", "text": ""})
    say({"type": "health_check_request", "message_id": "m1", "id": "cp_1", "timestamp": 1})
    bench.bridge.say_unchecked({"type": "nonsense", "message_id": "m2"})
    bench.run(5_000)
    for fault in ("over_temperature", "sensor_dead"):
        bench.world.fault(fault, True)
    bench.until(lambda: len(bench.bridge.of("fault_notification")) == 2, within_ms=60_000)
    for fault in ("over_temperature", "sensor_dead"):
        bench.world.fault(fault, False)
    bench.until(lambda: len(bench.bridge.of("recovery_notification")) == 2, within_ms=120_000)
    bench.run(11_000)
    bench.charge("s4")
    bench.run(2_000)
    command("stop_charge", session_id="s4", reason="driver")
    bench.until(lambda: len(bench.bridge.of("charge_completion")) == 2)
    for kind in ("stop_service", "resume_service", "reset_fault"):
        command(kind)
    bench.world.car.unplug()
    bench.bridge.boot_id = "another"  # the bridge started anew: a registration
    bench.run(10_000)
    assert bench.bridge.registrations > 1
    said = {message["type"] for message in bench.bridge.received}
    kept = {name for name, kind in KINDS.items() if kind.reliable and set(kind.speakers) & set(BOARDS)}
    assert kept - said == {"gap"}, "which damaged flash alone brings about"


@pytest.mark.parametrize("split", [False, True], ids=["one board", "split"])
def test_sensor_is_looked_at_first_and_a_pass_costs_one_command_or_one_file(
    bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, split: bool
):
    bench = bench_of(split=split, **QUICK)
    passes = Passes(bench, monkeypatch)
    whole_charge(bench)
    assert sum(files for files, _ in passes.costs) > 100
    passes.check()


def test_many_messages_at_once_are_taken_one_by_one(bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch):
    """22 unacked messages acked in one line, and 22 commands in one read: no pass pays for more than one of them."""
    bench = bench_of()
    bench.bridge.acks = False
    for _ in range(UNACKED // 2):
        bench.bridge.command("stop_service")
        bench.bridge.command("resume_service")
    passes = Passes(bench, monkeypatch)
    journal = bench.boards["both"].journal
    bench.until(lambda: len(bench.bridge.received) and len(journal.entries) >= UNACKED)
    kept = [entry.n for entry in journal.entries]
    acked_at = len(passes.costs)
    bench.bridge.say({"type": "ack", "board": "b-both", "epoch": journal.epoch, "n": kept})
    bench.until(lambda: not {entry.n for entry in journal.entries} & set(kept))
    bench.run(1000)
    assert sum(files for files, _ in passes.costs[acked_at:]) >= UNACKED - 1
    passes.check()


def test_pass_of_the_loop_allocates_nothing(micropython: str, tmp_path: Path):
    """Here integers have 63 bits; test_pico_firmware.py asks the same where they have 31."""
    paths = {"MICROPYPATH": f"{ROOT / 'firmware'}:.frozen"}
    (tmp_path / "state").mkdir()
    done = subprocess.run(
        [micropython, str(PASSES)], cwd=tmp_path, env=os.environ | paths, capture_output=True, text=True,
        timeout=DEADLINE_S, check=True,
    )
    figures = json.loads(done.stdout)
    assert (figures["quiet"], figures["window"]) == (0, 0)
    assert (figures["aged_quiet"], figures["aged_window"]) == (0, 0)
    assert figures["locked"] > 0
