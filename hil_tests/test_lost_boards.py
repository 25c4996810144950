"""Boards that come back different in mid-charge, or never: nobody stays locked out, and what was told is billed."""

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

from hil_tests.whole_line import CHECKPOINT_MS, POWER_W, QUICK, SETTINGS, SPEED, TOLERANCE, Charge, Site, agree, due_wh
from tools.services.process import ChildProcess, wait_for
from tools.stack.boards import ChargePoint, Design, Shape
from tools.stack.python_of_boards import interpreter
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

SHAPES: dict[str, Shape] = {"cp_wiped": "split", "cp_swapped": "split", "cp_gone": "split", "cp_other": "tcp"}
DESIGNS = {
    cp_id: Design(cp_id, shape, f"constant:{POWER_W}", SPEED, config=QUICK) for cp_id, shape in SHAPES.items()
}
WH_PER_MS = POWER_W * SPEED / 3_600_000
# What may have flowed since the log heard of it last: a checkpoint's time, its way, and a loaded machine's stalls.
UNTOLD_WH = (QUICK["checkpoint_interval_ms"] + 4 * CHECKPOINT_MS) * WH_PER_MS
LONG = {"CLAIM_HOLD_S": "600"}
SHORT = {"CLAIM_HOLD_S": "1"}


@pytest.fixture(scope="module", params=[LONG], ids=["hold_long"])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], NoReturn]
) -> Iterator[Site]:
    if interpreter().notice:
        missing("MicroPython's unix port")
    folder, settings = tmp_path_factory.mktemp("lost"), {**SETTINGS, **request.param}
    cp_ids = SHAPES if request.param is LONG else ("cp_gone", "cp_other")
    with Stack(folder, [DESIGNS[cp_id] for cp_id in cp_ids], "embedded", settings) as stack:
        yield Site(stack, folder)


@pytest.fixture(autouse=True)
def _tidy(running: Site) -> Iterator[None]:
    yield
    running.tidy()


def wiped(point: ChargePoint, **config: Any) -> ChildProcess:
    """The engine, killed and with nothing on its flash but its configuration."""
    engine = point.boards["engine"]
    engine.kill()
    folder = point.folder / "engine"
    given = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({**given, **config}), encoding="utf-8")
    return engine


def billed_as_told(charge: Charge, receipt: dict[str, Any]) -> None:
    """Up to the engine's last word, and nothing that never flowed."""
    flowed_wh = charge.closure()["energy_mwh"] / 1_000
    assert flowed_wh - UNTOLD_WH <= receipt["energy_wh"] <= flowed_wh * (1 + TOLERANCE) + 1


@pytest.mark.parametrize(
    ("cp_id", "config"), [("cp_wiped", {}), ("cp_swapped", {"board": "sim-another-engine"})]
)
def test_an_engine_that_comes_back_different_ends_its_charge(
    running: Site, cp_id: str, config: dict[str, str]
) -> None:
    charge = running.charge(cp_id, kwh=50)
    charge.flowed_wh(600)
    engine = wiped(charge.point, **config)
    charge.relay_opened()
    engine.start()
    receipt = charge.ended()
    assert receipt["reason"] == "lost"
    billed_as_told(charge, receipt)
    following = running.charge(cp_id, kwh=0.2)
    agree(following, following.ended())
    running.settled()


def test_a_stop_at_a_board_that_is_away_frees_its_driver_at_once(running: Site) -> None:
    charge, session = gone_in_mid_charge(running)
    wait_for(lambda: running.status("cp_gone") == "DISCONNECTED", DEADLINE_S, "cp_gone being DISCONNECTED")
    assert running.holder(charge.driver) == session
    stop = charge.driver.start("stop", "cp_gone")
    wait_for(lambda: running.holder(charge.driver) is None, DEADLINE_S, "the driver being free")
    charges_elsewhere(running, charge)
    for board in charge.point.boards.values():  # it was not gone after all
        board.start()
    assert stop.wait_ended(DEADLINE_S) == 0, stop.log_tail()
    billed_as_told(charge, charge.driver.run("receipt", session))
    following = running.charge("cp_gone", kwh=0.2)
    agree(following, following.ended())
    running.settled()


@pytest.mark.parametrize("running", [SHORT], indirect=True, ids=["hold_short"])
def test_a_board_that_is_gone_for_good_holds_nobody_for_long(running: Site) -> None:
    charge, session = gone_in_mid_charge(running)
    wait_for(lambda: running.holder(charge.driver) is None, DEADLINE_S, "the driver being free")
    charges_elsewhere(running, charge)
    assert running.status("cp_gone") == "DISCONNECTED"
    (still_open,) = json.loads(running.operate("point", "cp_gone", "--json"))["sessions"]
    assert (still_open["session_id"], still_open["driver_is_free"]) == (session, True)
    running.operate("remove", "cp_gone", "--yes")
    billed_as_told(charge, charge.driver.run("receipt", session))
    running.settled()


def gone_in_mid_charge(running: Site) -> tuple[Charge, str]:
    """A charge whose boards have lost their power, and its session's id."""
    charge = running.charge("cp_gone", kwh=50)
    charge.flowed_wh(400)
    charge.command.kill()
    session = running.holder(charge.driver)
    assert session is not None
    for board in charge.point.boards.values():
        board.kill()
    charge.relay_opened()
    return charge, session


def charges_elsewhere(running: Site, charge: Charge) -> None:
    """The driver of this charge has another one at cp_other."""
    point = running.ready("cp_other")
    command = charge.driver.start("charge", "cp_other", "--kwh", "0.2")
    assert command.wait_ended(DEADLINE_S) == 0, command.log_tail()
    receipt, closure = charge.driver.run("receipt"), point.plant.state()["sessions"][-1]
    assert receipt["session_id"] == closure["session_id"]
    assert receipt["energy_wh"] == due_wh(closure, receipt)
