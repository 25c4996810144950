"""A real board at its USB port, and the fixture at another: `serial:PORT+PORT OF THE FIXTURE`.

The board carries its own config.json (docs/real-bench.md). Without a fixture nothing is known of its relay, and every
test that needs it is skipped. Written and tried against emulated boards; it has met no hardware.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import serial

from hil_tests.benches.protocol import Truth
from hil_tests.benches.scripted_bridge import ScriptedBridge
from hil_tests.benches.unix import unix_ms
from tools.testing.deadlines import DEADLINE_S

CP_ID = "cp_1"
ABILITIES = frozenset({"charge", "faults", "reset", "power cut"})  # with a fixture; power where a switch is fitted
OFF_S = 2.0  # what a board's capacitors need
_MJ_PER_WH = 3_600_000
_LOOK_S = 0.02


def places(place: str) -> tuple[str, str | None]:
    board, _, fixture = place.partition("+")
    return board, fixture or None


class Fixture:
    """Raises serial.SerialException (an OSError) where it cannot be opened."""

    def __init__(self, port: str) -> None:
        self._port = open_port(port, DEADLINE_S)

    def ask(self, line: str) -> dict[str, Any]:
        self._port.write(line.encode() + b"\n")
        while (said := self._port.readline()) and not said.startswith(b"{"):
            continue  # what its prompt said before
        answer: dict[str, Any] = json.loads(said or b'{"ok": false, "text": "the fixture does not answer"}')
        assert answer.pop("ok"), f"{line}: {answer['text']}"
        return answer

    def close(self) -> None:
        self._port.close()


class RealBoard:
    enough_wh = 10.0  # ten seconds
    judged_wh = 1.0

    def __init__(self, place: str) -> None:
        """Raises OSError where board or fixture cannot be opened."""
        board, fixture = places(place)
        self._place = board
        self._board = open_port(board, 0)
        self._fixture = None if fixture is None else Fixture(fixture)
        self.bridge = ScriptedBridge(CP_ID, unix_ms)
        self._before = 0.0
        self._closures_before = 0

    @property
    def fixture(self) -> Fixture:
        assert self._fixture is not None
        return self._fixture

    def start(self, power_w: int) -> None:
        """The board starts anew, so that no charge of an earlier test is under way; its register goes on."""
        for line in ("fault weld 0", "fault stuck_open 0", "fault sensor_dead 0", "fault over_current 0"):
            self.fixture.ask(line)
        self.fixture.ask(f"load {power_w}")
        self.fixture.ask("plug 1")
        state = self.fixture.ask("state")
        self._before, self._closures_before = state["energy_mj"] / _MJ_PER_WH, state["closures"]
        self.reset()

    def until(self, condition: Callable[[], object], within_s: float) -> None:
        deadline = time.monotonic() + max(within_s, DEADLINE_S)
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come to hold"
            self._serve()

    def truth(self) -> Truth:
        state = self.fixture.ask("state")
        energy_wh = state["energy_mj"] / _MJ_PER_WH - self._before
        return Truth(state["relay"], energy_wh, state["closures"] - self._closures_before)

    def fault(self, name: str, on: bool) -> None:
        self.fixture.ask(f"fault {name} {int(on)}")

    def cut_power(self) -> None:
        """Skips the test where no load switch is fitted, which the fixture alone knows."""
        if not self.fixture.ask("state")["has_power"]:
            pytest.skip("the fixture has no load switch")
        self.fixture.ask("power 0")
        time.sleep(OFF_S)
        self.fixture.ask("power 1")
        self._board_is_back()

    def reset(self) -> None:
        self.fixture.ask("reset")
        self._board_is_back()

    def cut_line(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._board.close()
        if self._fixture is not None:
            self._fixture.close()

    def _serve(self) -> None:
        """A port that went away with its board comes back with it."""
        try:
            self.bridge.feed(self._board.read(4096))
            self._board.write(self.bridge.out())
        except OSError:
            self._board_is_back()
        time.sleep(_LOOK_S)

    def _board_is_back(self) -> None:
        """USB enumerates anew after a reset."""
        self._board.close()
        deadline = time.monotonic() + DEADLINE_S
        while True:
            try:
                self._board = open_port(self._place, 0)
                break
            except OSError:
                assert time.monotonic() < deadline, f"{self._place} did not come back"
                time.sleep(_LOOK_S)
        self.bridge.connected()


def open_port(device: str, timeout_s: float) -> serial.Serial:
    """With DTR: to a host without it a Pico's MicroPython says what it has room for, and drops the rest."""
    port = serial.Serial(baudrate=115200, timeout=timeout_s, write_timeout=DEADLINE_S)
    port.port = device
    port.dtr = True
    port.rts = False
    port.open()
    return port
