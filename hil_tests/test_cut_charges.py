"""A board's power fails at each of its flash's writes in turn: every message arrives exactly once and unchanged."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chargepoint.delivery.storage import Storage

from hil_tests.benches.virtual import Bench

WATTS = 3000  # of the bench's car
QUICK: dict[str, Any] = {
    "flash_interval_ms": 500, "checkpoint_interval_ms": 1000, "health_interval_ms": 1000, "heartbeat_interval_ms": 3000,
}
CUTS_AT_LEAST = 50  # with fewer, the scenario below is too short to prove anything


class PowerCut(Exception):
    """Raised in the middle of a write; the board is dead afterwards."""


class Flash:
    """Counts the writes to every board's flash, and cuts the power of the board that makes write `fatal`."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.fatal: int | None = None
        self.is_done = False  # the fatal one still reaches the flash
        self.folder = ""
        for name in ("write", "remove"):
            patch.setattr(Storage, name, self._counting(getattr(Storage, name)))

    def cut_at(self, fatal: int | None, is_done: bool) -> None:
        self.count, self.fatal, self.is_done = 0, fatal, is_done

    def _counting(self, real: Callable[..., None]) -> Callable[..., None]:
        def counted(storage: Storage, *arguments: Any) -> None:
            self.count += 1
            if self.count != self.fatal:
                return real(storage, *arguments)
            self.folder = storage._folder  # pyright: ignore[reportPrivateUsage] -- whose flash it is
            if self.is_done:
                real(storage, *arguments)
            raise PowerCut

        return counted


def life(bench: Bench) -> None:
    """A scenario with every kind of write to flash."""
    engine_role = "engine" if "engine" in bench.boards else "both"
    bench.until_registered()
    bench.charge("s1")
    bench.run(2500)
    bench.power_off(engine_role)
    bench.run(500)
    bench.power_on(engine_role)
    bench.until(lambda: bench.bridge.of("charge_completion"))
    bench.run(10_500)
    bench.charge("s2")
    bench.run(1500)
    bench.world.fault("over_temperature", True)
    bench.until(lambda: bench.bridge.of("fault_notification"))
    bench.world.fault("over_temperature", False)
    bench.until(lambda: bench.bridge.of("recovery_notification"))
    bench.bridge.command("stop_service")
    bench.bridge.command("resume_service")
    drained(bench)


def drained(bench: Bench) -> None:
    bench.until(lambda: not any(board.journal.entries for board in bench.boards.values()))


def restart(bench: Bench, role: str) -> None:
    if role in bench.boards:
        bench.power_off(role)
    bench.power_on(role)


def afterwards(bench: Bench, cut_role: str) -> None:
    """The board restarts twice. What was running is ended, and another charge runs normally."""
    bench.world.fault("over_temperature", False)
    restart(bench, cut_role)
    bench.run(4000)  # unanswered commands are sent again
    under_way = bench.engine.session_id()
    if under_way:
        bench.bridge.command("stop_charge", session_id=under_way, reason="driver")
    bench.bridge.command("resume_service")
    bench.until(lambda: bench.engine.state == "idle")
    drained(bench)
    restart(bench, cut_role)
    bench.run(10_500)
    bench.until(lambda: bench.engine.state == "idle")
    bench.charge("s9")
    bench.run(1000)
    bench.bridge.command("stop_charge", session_id="s9", reason="driver")
    bench.until(lambda: any(m["session_id"] == "s9" for m in bench.bridge.of("charge_completion")))
    drained(bench)


def judge(bench: Bench) -> None:
    bridge = bench.bridge
    assert bridge.problems == []
    assert not bench.world.relay.contact
    for role in bench.boards:
        numbers = bridge.numbers(f"b-{role}")
        assert numbers == list(range(1, numbers[-1] + 1)), "a number is missing"
    begun = {m["session_id"] for m in bridge.of("command_response") if m["accepted"] and "session_id" in m}
    begun |= {m["session_id"] for m in bridge.of("charge_started")}
    ended = [m["session_id"] for m in bridge.of("charge_completion")]
    assert len(ended) == len(set(ended)), "completed twice"
    assert begun <= set(ended), "never completed"
    faults = {board: 0 for board, _, _ in bridge.taken}
    for (board, _, _), message in sorted(bridge.taken.items(), key=lambda each: each[0]):
        faults[board] += {"fault_notification": 1, "recovery_notification": -1}.get(message["type"], 0)
    assert set(faults.values()) == {0}, "a fault stays open, or ended without having begun"
    billed_wh = 0
    for completion in bridge.of("charge_completion"):
        session_id = completion["session_id"]
        told_wh = [m["register_wh"] for m in bridge.of("meter_checkpoint") if m["session_id"] == session_id]
        assert completion["start_register_wh"] <= completion["end_register_wh"]
        assert max(told_wh, default=0) <= completion["end_register_wh"], "the register fell below what was told"
        billed_wh += completion["end_register_wh"] - completion["start_register_wh"]
    flowed_wh, restarts = bench.world.record.energy_mwh / 1000, 3
    checkpoint_wh = WATTS * (QUICK["flash_interval_ms"] + 200) / 3_600_000
    assert billed_wh <= flowed_wh * 1.015 + 1
    assert flowed_wh - billed_wh <= restarts * (checkpoint_wh + 1) + 1, "more was lost than a checkpoint's energy each"


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("split", [False, True], ids=["one board", "split"])
def test_cut_at_each_write_of_a_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split: bool, is_done: bool):
    flash, fatal = Flash(monkeypatch), 0
    while True:
        fatal += 1
        flash.cut_at(None, is_done)
        bench = Bench(tmp_path / str(fatal), split=split, step_ms=20, **QUICK)
        flash.cut_at(fatal, is_done)
        try:
            life(bench)
        except PowerCut:
            flash.cut_at(None, is_done)
            role = flash.folder.removesuffix("/journal").rpartition("/")[2]
            try:
                afterwards(bench, role)
                judge(bench)
            except AssertionError as error:
                raise AssertionError(f"cut at write {fatal} of {role}") from error
        else:
            break
    assert fatal > CUTS_AT_LEAST
