"""The driver of the real bench, at pseudo terminals: the fixture's own rules answer at one, and a board is at none."""

import importlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from hil_tests.benches.choice import kind_of
from hil_tests.benches.real_board import RealBoard
from tools.services.null_modem import NullModem

FIXTURE = Path(__file__).parent / "fixture"


class Board:
    has_power = False

    def __init__(self) -> None:
        self.resets = 0
        self.watts = 0

    def load(self, watts: int) -> None:
        self.watts = watts

    def reset(self) -> None:
        self.resets += 1


class FixtureAtPort:
    """Answers as the fixture does, in a thread."""

    def __init__(self, port: str, commands: Any, scene: Any) -> None:
        self.board = Board()
        self.scene = scene
        self._commands = commands
        self._port = serial.Serial(port, 115200, timeout=0.1)
        self._goes_on = True
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while self._goes_on:
            line = self._port.readline().decode()
            if line:
                self._port.write((self._commands.answer(line, self.scene, self.board) + "\r\n").encode())

    def close(self) -> None:
        self._goes_on = False
        self._thread.join()
        self._port.close()


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[RealBoard, FixtureAtPort]]:
    monkeypatch.syspath_prepend(str(FIXTURE))
    scene, commands = importlib.import_module("scene"), importlib.import_module("commands")
    with NullModem() as of_board, NullModem() as of_fixture:
        fixture = FixtureAtPort(of_fixture.far, commands, scene.Scene(lambda a, b: a - b, 0))
        real = RealBoard(f"{of_board.near}+{of_fixture.near}")
        yield real, fixture
        real.close()
        fixture.close()
    for name in ("scene", "commands"):
        del sys.modules[name]


def test_driver_sets_the_scene_and_reads_the_truth(pair: tuple[RealBoard, FixtureAtPort]):
    real, fixture = pair
    real.start(3600)
    assert (fixture.board.watts, fixture.scene.plugged, fixture.board.resets) == (3600, True, 1)
    fixture.scene.look(0, True)
    fixture.scene.look(10_000_000, True)
    truth = real.truth()
    assert (truth.relay, truth.closures) == (True, 1)
    assert truth.energy_wh == pytest.approx(10)
    real.fault("weld", True)
    assert fixture.scene.faults == {"weld"}
    real.start(3600)
    assert (real.truth().energy_wh, real.truth().closures, fixture.scene.faults) == (0, 0, set())


def test_refusal_of_the_fixture_fails_with_its_words(pair: tuple[RealBoard, FixtureAtPort]):
    real, _ = pair
    with pytest.raises(AssertionError, match="fault: expected one of"):
        real.fault("rain", True)


def test_power_is_cut_only_where_a_load_switch_is_fitted(pair: tuple[RealBoard, FixtureAtPort]):
    real, _ = pair
    with pytest.raises(pytest.skip.Exception, match="no load switch"):
        real.cut_power()


def test_board_without_a_fixture_shows_nothing_of_its_relay():
    assert kind_of("serial:/dev/ttyACM0").abilities == frozenset()
    assert "charge" in kind_of("serial:/dev/ttyACM0+/dev/ttyACM1").abilities
