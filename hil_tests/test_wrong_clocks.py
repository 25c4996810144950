"""A host's clock that is an hour or a day wrong costs nobody a charge: what was metered is billed; an alarm tells."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from hil_tests.whole_line import POWER_W, QUICK, SETTINGS, SPEED, Charge, Site, agree, due_wh
from tools.services import kafka
from tools.services.process import ChildProcess, wait_for
from tools.stack.boards import Design
from tools.stack.log_choice import Wanted
from tools.stack.python_of_boards import interpreter
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S
from tools.testing.wrong_clock import set_clock

HOUR_S = 3_600
DAY_S = 24 * HOUR_S
DESIGN = Design("cp_001", "tcp", f"constant:{POWER_W}", SPEED, config=QUICK)
SLACK = timedelta(seconds=5)
SERVERS = ("bridge", "worker", "api")


class Clocked(Site):
    """`clocks`: the file of each server's host clock."""

    def __init__(self, stack: Stack, folder: Path, clocks: dict[str, Path]) -> None:
        super().__init__(stack, folder)
        self.clocks = clocks

    def server(self, name: str) -> ChildProcess:
        return getattr(self.stack, name)

    def restart_ahead(self, name: str, ahead_s: int) -> None:
        """Killed, and started again on a host whose clock is that wrong."""
        self.server(name).kill()
        set_clock(self.clocks[name], ahead_s)
        self.server(name).start()

    def told(self, name: str) -> int:
        """By how many seconds this server says that its clock and the log's are apart, ahead or behind."""
        said = self.server(name).wait_said("clock is ([0-9]+) s", DEADLINE_S)
        return int(said[1])


@contextmanager
def clocked(log: Wanted, folder: Path, clocks: dict[str, Path]) -> Generator[Clocked]:
    with Stack(folder, [DESIGN], log, SETTINGS, clocks=clocks) as stack:
        yield Clocked(stack, folder, clocks)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], NoReturn]) -> Iterator[Clocked]:
    """Each server on a host of its own; the log is Kafka, whose clock is right."""
    if interpreter().notice:
        missing("MicroPython's unix port")
    if reason := kafka.available():
        missing(f"Apache Kafka ({reason})")
    folder = tmp_path_factory.mktemp("apart")
    with clocked("kafka", folder, {name: folder / f"{name}.clock" for name in SERVERS}) as running:
        yield running


@pytest.fixture(scope="module")
def one_host(tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], NoReturn]) -> Iterator[Clocked]:
    """All servers on one host; the log is the embedded one, whose clock is that host's."""
    if interpreter().notice:
        missing("MicroPython's unix port")
    folder = tmp_path_factory.mktemp("one_host")
    with clocked("embedded", folder, dict.fromkeys(SERVERS, folder / "clock")) as running:
        yield running


def ended_in_time(charge: Charge, began: datetime) -> None:
    """Billed to what was metered, and dated as it was."""
    receipt = charge.ended()
    agree(charge, receipt)
    assert receipt["reason"] == "limit"
    started, ended = (datetime.fromisoformat(receipt[name]) for name in ("started_at", "ended_at"))
    assert began - SLACK <= started <= ended <= datetime.now(UTC) + SLACK


@pytest.mark.parametrize(
    ("bridge_ahead_s", "worker_ahead_s"), [(HOUR_S, -DAY_S), (-HOUR_S, DAY_S), (DAY_S, -HOUR_S), (-DAY_S, HOUR_S)]
)
def test_servers_whose_clocks_are_wrong_go_by_the_logs(
    apart: Clocked, bridge_ahead_s: int, worker_ahead_s: int
) -> None:
    began = datetime.now(UTC)
    charge = apart.charge("cp_001", kwh=0.4)
    charge.flowed_wh(100)
    apart.restart_ahead("bridge", bridge_ahead_s)
    apart.restart_ahead("worker", worker_ahead_s)
    ended_in_time(charge, began)
    ended_in_time(apart.charge("cp_001", kwh=0.2), began)
    apart.settled()
    for name, ahead_s in (("bridge", bridge_ahead_s), ("worker", worker_ahead_s)):
        assert abs(apart.told(name) - abs(ahead_s)) <= SLACK.total_seconds()


@pytest.mark.parametrize("ahead_s", [HOUR_S, -HOUR_S, DAY_S, -DAY_S])
def test_a_host_whose_clock_is_set_in_mid_charge_bills_what_was_metered(one_host: Clocked, ahead_s: int) -> None:
    """Forward, and back again in the next charge. A charge that the jump made look lost is billed by a correction."""
    for set_to_s in (ahead_s, 0):
        charge = one_host.charge("cp_001", kwh=0.4)
        charge.flowed_wh(100)
        set_clock(one_host.clocks["worker"], set_to_s)
        billed_whole(charge)
        one_host.settled()


def billed_whole(charge: Charge) -> None:
    """Once its tickets make what was metered."""
    assert charge.command.wait_ended(DEADLINE_S) == 0, charge.command.log_tail()
    charge.relay_opened()

    def is_billed() -> bool:
        receipt: dict[str, Any] = charge.driver.run("receipt")
        return receipt["energy_wh"] == due_wh(charge.closure(), receipt)

    wait_for(is_billed, DEADLINE_S, "a bill of what was metered")
