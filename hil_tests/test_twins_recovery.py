"""The bridge tells the fault `duplicate_id` and forgets it at a restart: a board refused for it tells its end."""

from pathlib import Path

from chargepoint.faults import DUPLICATE_ID
from chargepoint.monitor.central_side import TWIN_CALM_MS

from bridge import twins
from hil_tests.benches.scripted_bridge import Message
from hil_tests.benches.virtual import Bench


def refuse(bench: Bench, reason: str) -> None:
    """The board's link is another twin's now."""
    bench.bridge.accepts = False
    bench.bridge.say({
        "type": "register_response", "message_id": "r", "cp_id": "cp_1", "link_id": "l", "accepted": False,
        "in_service": False, "reason": reason,
    })
    bench.until(lambda: not bench.bridge_cable.dialler.is_open)
    bench.bridge.accepts = True


def recoveries(bench: Bench) -> list[Message]:
    return [m for m in bench.bridge.of("recovery_notification") if m["fault"] == DUPLICATE_ID]


def test_bridge_and_boards_mean_the_same_fault_and_the_same_calm():
    assert twins.FAULT == DUPLICATE_ID
    assert 1_000 * twins.CALM_S == TWIN_CALM_MS


def test_board_that_was_refused_as_a_twin_tells_the_end_once_it_has_been_calm(tmp_path: Path):
    bench = Bench(tmp_path, retry_slow_ms=1_000, step_ms=50)
    bench.until_registered()
    refuse(bench, DUPLICATE_ID)
    bench.run(TWIN_CALM_MS // 2)
    bench.power_off("both")  # it remembers on flash
    bench.power_on("both")
    bench.run(TWIN_CALM_MS - 20_000)
    assert recoveries(bench) == []
    bench.run(40_000)
    assert len(recoveries(bench)) == 1
    bench.run(2 * TWIN_CALM_MS)
    assert len(recoveries(bench)) == 1, "once"


def test_each_further_refusal_begins_the_calm_anew(tmp_path: Path):
    bench = Bench(tmp_path, retry_slow_ms=1_000, step_ms=50)
    bench.until_registered()
    for _ in range(3):
        refuse(bench, DUPLICATE_ID)
        bench.run(TWIN_CALM_MS - 20_000)
    assert recoveries(bench) == []


def test_another_refusal_is_no_fault(tmp_path: Path):
    bench = Bench(tmp_path, retry_slow_ms=1_000, step_ms=50)
    bench.until_registered()
    refuse(bench, "not_bound")
    bench.run(TWIN_CALM_MS + 20_000)
    assert recoveries(bench) == []
