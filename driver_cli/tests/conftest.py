"""The whole line for the tests of the command: real worker, API, bridge, boards and plants on an embedded log."""

from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path

import pytest

from driver_cli.tests.bad_line import BadLine, Loses
from driver_cli.tests.canned import Canned, Serve
from driver_cli.tests.homes import Home
from hil_tests.whole_line import QUICK, SETTINGS, SPEED
from tools.services.process import wait_for
from tools.stack.boards import Design
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

POWER_W = 6000
_numbers = count(1)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    designs = [Design(cp_id, "tcp", f"constant:{POWER_W}", SPEED, config=QUICK) for cp_id in ("cp_001", "cp_002")]
    with Stack(tmp_path_factory.mktemp("stack"), designs, log="embedded", settings=SETTINGS) as started:
        yield started


@pytest.fixture
def home(stack: Stack, tmp_path: Path) -> Iterator[Home]:
    """A driver of this test alone, at charge points that are free."""
    wait_for(lambda: _all_active(stack), DEADLINE_S, "both charge points are free")
    home = Home(tmp_path / "home", stack.api_url)
    home.register(f"Driver {next(_numbers)}")
    yield home
    for charge in home.charges():
        if charge["state"] in ("authorized", "in_progress"):
            assert home.run("stop", charge["session_id"]).returncode == 0


def _all_active(stack: Stack) -> bool:
    return all(each["status"] == "ACTIVE" for each in stack.get("/v1/charge-points")["charge_points"])


@pytest.fixture
def serve() -> Generator[Serve]:
    servers: list[Canned] = []

    def start(*answers: bytes) -> Canned:
        servers.append(Canned(answers))
        return servers[-1]

    yield start
    for each in servers:
        each.close()


@pytest.fixture
def bad_line(stack: Stack) -> Generator[Callable[[Loses], BadLine]]:
    lines: list[BadLine] = []

    def make(loses: Loses) -> BadLine:
        lines.append(BadLine(stack.api_url, loses))
        return lines[-1]

    yield make
    for each in lines:
        each.close()
