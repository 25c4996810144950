"""A board that Central refuses for long uses no number by knocking, and everything comes once it is let in."""

from pathlib import Path
from typing import Any

import pytest
from wire.ids import WINDOW

from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.virtual import Bench

REFUSALS = 200
QUICK: dict[str, Any] = {"retry_slow_ms": 1_000, "step_ms": 20}
both_designs = pytest.mark.parametrize("split", [False, True], ids=["one board", "split"])


def registrar(bench: Bench) -> str:
    """Whose journal holds the registrations."""
    return "monitor" if "monitor" in bench.boards else "both"


def registrations(bench: Bench) -> list[Message]:
    """Each with a number of its own."""
    said = {m["message_id"]: m for m in bench.bridge.received if m["type"] == "register_request"}
    return [m for message_id, m in said.items() if ".t" not in message_id]


def knock(bench: Bench, times: int = REFUSALS) -> None:
    before = bench.bridge.registrations
    bench.until(lambda: bench.bridge.registrations >= before + times, within_ms=3_000 * times)


def let_in(bench: Bench) -> None:
    """Then a charge works, and nothing is left to tell."""
    bench.bridge.accepts = True
    bench.until_registered()
    bench.charge("s1")
    bench.until(lambda: bench.engine.state == "charging")
    bench.bridge.command("stop_charge", session_id="s1", reason="driver")
    bench.completion()
    bench.until(lambda: not any(board.journal.entries for board in bench.boards.values()))
    numbers = bench.bridge.numbers(f"b-{registrar(bench)}")
    assert numbers == list(range(1, numbers[-1] + 1)), "a number is missing"


@both_designs
@pytest.mark.parametrize("acks", [True, False], ids=["acked", "unacked"])
def test_refused_board_says_the_same_under_the_same_number(tmp_path: Path, split: bool, acks: bool):
    """Unacked: a bridge that refuses from memory logs nothing."""
    bench = Bench(tmp_path, split=split, **QUICK)
    bench.bridge.accepts, bench.bridge.acks = False, acks
    knock(bench)
    assert len({str(m) for m in registrations(bench)}) == 1
    assert len(registrations(bench)) == 1
    bench.bridge.acks = True
    let_in(bench)


def test_registration_that_is_never_answered_keeps_its_number_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The worker is away, the bridge acks."""
    bench = Bench(tmp_path, answer_ms=200, **QUICK)
    with monkeypatch.context() as mute:
        mute.setattr(bench.bridge, "say", lambda message: None)
        bench.until(lambda: sum(m["type"] == "register_request" for m in bench.bridge.received) > 50, 200_000)
    assert len(registrations(bench)) == 1
    let_in(bench)


def test_power_cuts_cost_a_refused_board_no_number(tmp_path: Path):
    bench = Bench(tmp_path, split=True, **QUICK)
    bench.bridge.accepts = False
    knock(bench, 2)
    first = registrations(bench)[-1]
    for _ in range(2 * WINDOW):
        for role in ("engine", "monitor"):
            bench.power_off(role)
        for role in ("monitor", "engine"):
            bench.power_on(role)
        knock(bench, 2)
    assert registrations(bench)[-1]["message_id"] == first["message_id"]
    let_in(bench)


def test_what_was_not_heard_while_it_was_refused_takes_room_for_no_registration(tmp_path: Path):
    """The car comes and goes, the sensor stalls and recovers: all of it is kept until there is no room for more."""
    bench = Bench(tmp_path, **QUICK)
    bench.bridge.accepts = False
    journal = bench.boards["both"].journal
    while journal.append("fault_notification", {"id": "cp_1", "failure_info": "x", "fault": "f"}, {}) is not None:
        pass
    while journal.append("command_response", {"cp_id": "cp_1", "seq": 1, "accepted": True}, {}) is not None:
        pass
    knock(bench, 20)
    assert len(registrations(bench)) == 1
    bench.power_off("both")
    bench.power_on("both")
    knock(bench, 5)
    assert len(registrations(bench)) == 1
    let_in(bench)


@pytest.mark.parametrize("change", [{"location": "There"}, {"price_per_kwh": 0.3}], ids=["location", "price"])
def test_other_settings_make_another_registration(tmp_path: Path, change: Message):
    bench = Bench(tmp_path, **QUICK)
    bench.bridge.accepts = False
    knock(bench, 3)
    bench.power_off("both")
    bench.configure(**change)
    bench.power_on("both")
    knock(bench, 3)
    first, second = registrations(bench)
    assert first["message_id"].rpartition(".")[2] < second["message_id"].rpartition(".")[2]
    assert {name: second[name] for name in change} == change
    let_in(bench)


def test_another_engine_makes_another_registration(tmp_path: Path):
    bench = Bench(tmp_path, split=True, **QUICK)
    bench.bridge.accepts = False
    knock(bench, 3)
    first = registrations(bench)[-1]
    bench.wipe("engine")
    knock(bench, 5)
    second = registrations(bench)[-1]
    assert first["engine_epoch"] != second["engine_epoch"]
    assert first["message_id"] != second["message_id"]
    let_in(bench)


def test_board_that_central_knew_and_dismissed_comes_under_a_number_that_it_does_not_know(tmp_path: Path):
    """Its newest message was its registration. Central would take that for a duplicate, and let nobody in."""
    bench = Bench(tmp_path, split=True, **QUICK)
    bench.until_registered()
    bench.bridge_cable.cut()
    bench.until(lambda: bench.bridge.registrations == 2)
    bench.run(1_000)
    known = registrations(bench)[-1]["message_id"]
    assert bench.boards["monitor"].journal.entries == []
    bench.power_off("monitor")
    bench.bridge.accepts = False
    bench.power_on("monitor")
    knock(bench, 20)
    assert registrations(bench)[-1]["message_id"] != known
    assert len(registrations(bench)) == 3
    let_in(bench)


def test_registration_whose_acceptance_was_lost_is_said_under_another_number_once_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Central has taken it, and has let in another board since."""
    bench = Bench(tmp_path, answer_ms=200, **QUICK)
    with monkeypatch.context() as mute:
        mute.setattr(bench.bridge, "say", lambda message: None)
        bench.until(lambda: sum(m["type"] == "register_request" for m in bench.bridge.received) > 3)
    bench.bridge.accepts = False
    knock(bench, 20)
    assert len(registrations(bench)) == 2
    let_in(bench)


def test_full_journal_registers_without_a_number_and_then_with_one(tmp_path: Path):
    bench = Bench(tmp_path, **QUICK)
    journal = bench.boards["both"].journal
    for number in range(WINDOW):
        journal.append("register_request", {"id": "cp_1", "location": str(number), "price_per_kwh": 0}, {})
    assert not journal.room_for("register_request")
    bench.until(lambda: len(bench.bridge.received) > 0)
    assert ".t" in bench.bridge.received[0]["message_id"]
    bench.until_registered()
    newest = registrations(bench)[-1]
    assert (newest["location"], ".t" in newest["message_id"]) == ("Here", False)
    bench.run(60_000)
    assert registrations(bench)[-1] == newest, "once"
    let_in(bench)
