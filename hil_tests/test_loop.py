"""One pass of the control loop: the sensor first, little flash, no heap."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chargepoint.delivery.storage import Storage

from hil_tests.benches.virtual import Bench
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[1]
PASSES = ROOT / "hil_tests" / "vectors" / "passes.py"
# A start: the session on flash, the seq and its id, the answer in the journal. All else costs less.
MOST_OF_A_COMMAND = 3
UNACKED = 22


class Passes:
    """Watches every pass of a bench's board: what it did, in order, and how many files it cost."""

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.costs: list[int] = []
        self.late_looks = 0
        self._events: list[str] = []
        board = bench.boards["both"]
        step, window = board.step, board.platform.window
        write = Storage.write

        def watched_step() -> None:
            self._events.clear()
            step()
            self.costs.append(self._events.count("write"))
            self.late_looks += "write" in self._events and self._events[0] != "look"

        def watched_window() -> Any:
            self._events.append("look")
            return window()

        def watched_write(storage: Storage, name: str, payload: bytes) -> None:
            self._events.append("write")
            write(storage, name, payload)

        monkeypatch.setattr(board, "step", watched_step)
        monkeypatch.setattr(board.platform, "window", watched_window)
        monkeypatch.setattr(Storage, "write", watched_write)


def test_sensor_is_looked_at_before_anything_is_written(
    bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
):
    bench = bench_of(presence="none", flash_interval_ms=500, checkpoint_interval_ms=1000)
    passes = Passes(bench, monkeypatch)
    bench.charge("s1")
    bench.run(20_000)
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.completion()
    assert passes.late_looks == 0
    assert sum(passes.costs) > 20
    assert max(passes.costs) <= MOST_OF_A_COMMAND, passes.costs
    assert sum(1 for cost in passes.costs if cost > 1) <= 8, "a command, its stop, a completion"


def test_many_messages_at_once_are_taken_one_by_one(bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch):
    """22 unacked messages acked in one line, and 22 commands in one read: no pass pays for more than one of them."""
    bench = bench_of()
    bench.bridge.acks = False
    for _ in range(UNACKED // 2):
        bench.bridge.command("stop_service")
        bench.bridge.command("resume_service")
    passes = Passes(bench, monkeypatch)
    removed: list[int] = []
    remove = os.remove

    def counted(path: str) -> None:
        removed.append(len(passes.costs))
        remove(path)

    monkeypatch.setattr(os, "remove", counted)
    journal = bench.boards["both"].journal
    bench.until(lambda: len(bench.bridge.received) and len(journal.entries) >= UNACKED)
    assert max(passes.costs) <= MOST_OF_A_COMMAND, passes.costs
    kept = [entry.n for entry in journal.entries]
    removed.clear()
    bench.bridge.say({"type": "ack", "board": "b-both", "epoch": journal.epoch, "n": kept})
    bench.until(lambda: not {entry.n for entry in journal.entries} & set(kept))
    bench.run(1000)
    assert len(removed) >= UNACKED - 1
    assert len(set(removed)) == len(removed), "each in a pass of its own"


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
