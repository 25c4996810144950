"""What the boards run on."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from board_cli.files.sources import ROOT as FIRMWARE
from hil_tests.benches.port_board import PortBoard
from hil_tests.benches.virtual import Bench
from plant.mains import Mains
from plant.profile_files import load_of
from tools.emulated_pico.bench import PicoBench
from tools.pico_image import cache
from tools.services.ports import LOOPBACK, free_port
from tools.stack.python_of_boards import find_micropython

AT_USB = {"cp_id": "cp_1", "central": "usb", "price_per_kwh": 0.2}


@pytest.fixture(scope="session")
def micropython(missing: Callable[[str], NoReturn]) -> str:
    return find_micropython() or missing("micropython")


@pytest.fixture(scope="session", params=["micropython", "cpython"])
def interpreter(request: pytest.FixtureRequest) -> str:
    """What runs main.py: the real thing, and the stand-in for where there is none."""
    return request.getfixturevalue("micropython") if request.param == "micropython" else sys.executable


@pytest.fixture
def bench_of(tmp_path: Path) -> Callable[..., Bench]:
    """Makes a bench whose board is registered and idle; the car draws so many watts."""

    def make(watts: int = 3000, **options: Any) -> Bench:
        bench = Bench(tmp_path, load=load_of(f"constant:{watts}", Mains()), **options)
        bench.until_registered()
        return bench

    return make


@pytest.fixture(scope="session")
def pico_image(missing: Callable[[str], NoReturn]) -> Path:
    return cache.find() or missing(f"an image of MicroPython for the emulated Pico (`{cache.COMMAND}` makes one)")


@pytest.fixture(scope="module")
def new_pico(
    tmp_path_factory: pytest.TempPathFactory, pico_image: Path, micropython: str
) -> Iterator[Callable[[], PicoBench]]:
    """Makes emulated Picos, each with a flash of its own."""
    benches: list[PicoBench] = []

    def make() -> PicoBench:
        benches.append(PicoBench(tmp_path_factory.mktemp("pico"), pico_image, micropython))
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()


@pytest.fixture
def new_board(tmp_path: Path, micropython: str) -> Iterator[Callable[..., PortBoard]]:
    """Makes boards that have their power, with these settings and, as a rule, the whole firmware as text."""
    boards: list[PortBoard] = []

    def make(firmware: bool = True, **config: Any) -> PortBoard:
        board = PortBoard(tmp_path / f"board{len(boards)}", micropython)
        boards.append(board)
        settings = {"plant": f"{LOOPBACK}:{free_port()}", **AT_USB, **config}
        (board.folder / "config.json").write_text(json.dumps(settings))
        for source in (FIRMWARE.rglob("*.py") if firmware else ()):
            target = board.folder / source.relative_to(FIRMWARE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
        board.power_on()
        return board

    yield make
    for board in boards:
        board.close()
