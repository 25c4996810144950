"""Two boards with the id of one charge point in their configuration: the operator reads why, the log stays quiet."""

import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bridge.tests.bench import messages
from hil_tests.whole_line import POWER_W, QUICK, SETTINGS, SPEED, Site
from tools.services.process import wait_for
from tools.stack.boards import ChargePoint, Design
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

DESIGN = Design("cp_001", "tcp", f"constant:{POWER_W}", SPEED, config=QUICK)
REGISTRATIONS = 8  # three to show them, and one each after pauses that double


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, [], "embedded", SETTINGS) as running:
        yield running


def faults(stack: Stack) -> list[str]:
    points = stack.get("/v1/charge-points")["charge_points"]
    return points[0]["faults"] if points else []


def turned_away(stack: Stack) -> int:
    stack.bridge.send_signal(signal.SIGUSR1)
    counts = re.findall(r"registrations_turned_away=(\d+)", stack.bridge.said())
    return int(counts[-1]) if counts else 0


def test_twins_are_named_and_both_wait(stack: Stack, tmp_path: Path) -> None:
    with ExitStack() as running:
        for name in ("one", "other"):
            point = ChargePoint(DESIGN, tmp_path / name, stack.bridge_port, None)
            running.callback(point.stop)
            point.start()
        wait_for(lambda: faults(stack) == ["duplicate_id"], DEADLINE_S, "the fault duplicate_id")
        wait_for(lambda: turned_away(stack) >= 6, DEADLINE_S, "both coming back and being turned away")
    log = Site(stack, tmp_path).open_log()
    try:
        assert len(messages(log, "ev.cp", "register_request")) <= REGISTRATIONS
    finally:
        log.close()
