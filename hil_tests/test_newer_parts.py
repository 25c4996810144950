"""An engine, or a Central, that is newer than the board it speaks to: what is not understood clogs nothing."""

from pathlib import Path
from typing import Any

import pytest
from chargepoint.engine import states
from wire.ids import WINDOW

from hil_tests.benches.scripted_bridge import Message, ScriptedBridge
from hil_tests.benches.virtual import Bench


class LenientBridge(ScriptedBridge):
    """As the bridge is: what it does not know, under a board's number, is logged and acked."""

    def _take(self, message: Message) -> None:
        try:
            super()._take(message)
        except KeyError:
            self._take_reliable(message)


@pytest.fixture
def split(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, split=True)
    bench.bridge = LenientBridge("cp_1", bench.clock.unix_ms)
    bench.until_registered()
    return bench


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("weather_notification", {"cp_id": "cp_1"}),
        ("charge_completion", {"cp_id": "cp_1", "reason": "a reason that is no word"}),
        ("command_response", {"cp_id": "cp_1", "seq": 7}),
    ],
)
def test_journal_of_a_newer_engine_is_passed_on_and_emptied(split: Bench, kind: str, fields: dict[str, Any]):
    journal = split.boards["engine"].journal
    for _ in range(3):
        for _ in range(WINDOW // 2):
            assert journal.append(kind, fields, {}) is not None
        split.until(lambda: not journal.entries)
    split.charge("s1")
    split.until(lambda: split.engine.state == "charging")


def test_state_and_end_reason_that_the_monitor_does_not_know_are_words_like_others(
    split: Bench, monkeypatch: pytest.MonkeyPatch
):
    table = dict(states.ENGINE)
    table[(states.IDLE, "start")] = ("reserved", states.BEGIN)
    table[("reserved", "link_lost")] = (states.SAFE, states.COMPLETE_UNCLOSED)
    for event in ("stop", "stop_at_once"):
        table[("reserved", event)] = (states.IDLE, states.COMPLETE_UNCLOSED)
    monkeypatch.setattr(split.engine._walker, "_table", table)  # pyright: ignore[reportPrivateUsage]  # a newer engine
    split.charge("s1")
    split.until(lambda: split.bridge.of("status_notification")[-1]["state"] == "reserved")
    split.run(130_000)
    assert split.bridge.of("fault_notification") == [], "it is not silent"
    split.bridge.say_unchecked({
        "type": "stop_charge", "message_id": "c", "cp_id": "cp_1", "seq": 900, "ttl_ms": 9_000, "session_id": "s1",
        "reason": "grid",
    })
    split.until(lambda: split.bridge.of("charge_completion"))
    assert split.bridge.of("charge_completion")[0]["reason"] == "grid"


def test_what_the_engine_may_lose_is_refused_as_before(split: Bench):
    engine = split.boards["engine"]
    assert engine.engine is not None
    engine.engine.conversation.send("weather", {"cp_id": "cp_1"})  # a newer engine
    split.run(1_000)
    assert "weather" not in {m["type"] for m in split.bridge.received}
