"""The `sim` bench: plant, board and bridge in one process, on one virtual clock."""

import json
import random
import shutil
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from chargepoint.engine.engine import Engine
from chargepoint.roles import Board
from chargepoint.settings import Settings, read
from hal.sim import SimPlatform

from hil_tests.benches.lines import Cable, Condition
from hil_tests.benches.scripted_bridge import ScriptedBridge
from plant.attachment import Attachment, Message, sample_window
from plant.load import Load
from plant.mains import Mains
from plant.profile_files import load_of
from plant.world import World

PERFECT = Condition(0)
EPOCH_MS = 1_800_000_000_000  # the virtual clock's zero, in Unix time


class VirtualClock:
    def __init__(self) -> None:
        self.ms = 0

    def now_ms(self) -> int:
        return self.ms

    def sleep_ms(self, duration_ms: int) -> None:
        self.ms += duration_ms

    def unix_ms(self) -> int:
        return EPOCH_MS + self.ms


class WorldLine:
    """SimPlatform's way to a world in the same process; `speed`: world time per board time."""

    def __init__(self, world: World, clock: VirtualClock, speed: int = 1) -> None:
        self.connection = 1
        self.world = world
        self.attachment = Attachment(world)
        self._clock = clock
        self._speed = speed
        self._until_ms = clock.ms
        self._windows: deque[Message] = deque()

    def step(self, now: int) -> None:
        elapsed_ms, self._until_ms = self._clock.ms - self._until_ms, self._clock.ms
        for window in self.world.advance(elapsed_ms * self._speed):
            self._windows.append(sample_window(window))

    def send(self, message: Message) -> bool:
        if message["type"] == "plant_hello":
            self.attachment.attach(str(message["board"]))
        else:
            assert self.attachment.take(message) is None
        return True

    def receive(self) -> Message | None:
        return self._windows.popleft() if self._windows else None


class NoWorld:
    """A monitor's board has no pins."""

    connection = 0

    def step(self, now: int) -> None:
        """There is nothing to move."""

    def receive(self) -> None:
        return None


def read_config(config: Mapping[str, object]) -> Settings:
    return read(json.dumps(config))


class Bench:
    """One charge point, in one board or split, with its world, its bridge, and cables of a condition."""

    def __init__(
        self, folder: Path, *, split: bool = False, to_bridge: Condition = PERFECT, to_engine: Condition = PERFECT,
        load: Load | None = None, plugged: bool = True, speed: int = 1, step_ms: int = 5, **config: Any,
    ) -> None:
        self.clock = VirtualClock()
        self.step_ms = step_ms
        self.world = World(load or load_of("constant:3000", Mains()), plugged=plugged)
        self.bridge = ScriptedBridge("cp_1", self.clock.unix_ms)
        self.bridge_cable = Cable(to_bridge, self.clock.now_ms)
        self.engine_cable = Cable(to_engine, self.clock.now_ms)
        self.boards: dict[str, Board] = {}
        self._folder = folder
        self._config = config
        self._speed = speed
        self._split = split
        self._random = random.Random(7)
        self._bridge_generation = 0
        self.resets = 0  # by the watchdog
        for role in ("engine", "monitor") if split else ("both",):
            self.power_on(role)

    def power_on(self, role: str) -> Board:
        """The board of that role starts with what its flash holds."""
        config = {
            "cp_id": "cp_1", "role": role, "central": "127.0.0.1:1", "engine": "127.0.0.1:1", "location": "Here",
            "price_per_kwh": 0.2, "presence": "contact", **self._config,
        }
        folder = self._folder / role
        folder.mkdir(parents=True, exist_ok=True)
        line = WorldLine(self.world, self.clock, self._speed) if role != "monitor" else NoWorld()
        platform = SimPlatform(f"b-{role}", "cp_1", line, str(folder), self.clock, self._random.randbytes)
        ends = {
            "both": {"central": self.bridge_cable.dialler},
            "engine": {"engine": self.engine_cable.answerer},
            "monitor": {
                "central": self.bridge_cable.dialler, "engine": self.engine_cable.dialler,
            },
        }
        board = Board(read_config(config), platform, **ends[role])
        if board.engine is not None:
            board.add_telemetry()
        platform.start_watchdog()
        self.boards[role] = board
        return board

    def configure(self, **config: Any) -> None:
        """What the boards read when they start next."""
        self._config |= config

    def wipe(self, role: str) -> None:
        """The board starts anew with nothing on its flash."""
        self.power_off(role)
        shutil.rmtree(self._folder / role)
        self.power_on(role)

    def power_off(self, role: str) -> None:
        """The board loses its power: its lines break, its pins float."""
        del self.boards[role]
        if role != "monitor":
            self.world.pin(False)
        if role != "engine":
            self.bridge_cable.cut()
        self.engine_cable.cut()

    @property
    def engine(self) -> Engine:
        engine = self.boards["engine" if self._split else "both"].engine
        assert engine is not None
        return engine

    def step(self) -> None:
        for role, board in list(self.boards.items()):
            board.step()
            if board.platform.is_bitten():
                board.platform.bite()
                self.resets += 1
                self.power_off(role)
                self.power_on(role)
        if ("engine" if self._split else "both") not in self.boards:
            self.world.advance(self.step_ms * self._speed)  # the world goes on without it
        self._step_bridge()
        self.clock.sleep_ms(self.step_ms)

    def run(self, duration_ms: int) -> None:
        until_ms = self.clock.ms + duration_ms
        while self.clock.ms < until_ms:
            self.step()

    def until(self, condition: Callable[[], object], within_ms: int = 60_000) -> None:
        """Steps until the condition holds. This is virtual time: a slow machine does not matter."""
        until_ms = self.clock.ms + within_ms
        while not condition():
            assert self.clock.ms < until_ms, "the condition did not come to hold"
            self.step()

    def until_registered(self) -> None:
        """Central speaks to a board once it is registered; before that the engine may be idle and have no clock."""
        self.until(lambda: self.engine.state == "idle" and self.bridge.of("status_notification"))

    def charge(self, session_id: str, **limits: Any) -> None:
        """Ask for a charge, repeatedly as Central does, until it is accepted."""
        seq = self.bridge.command("start_charge", session_id=session_id, **limits)
        self.until(lambda: self.bridge.answer_to(seq))
        answer = self.bridge.answer_to(seq)
        assert answer is not None
        assert answer["accepted"], answer

    def refused(self, session_id: str = "s1", **fields: Any) -> object:
        """Why a start is refused."""
        seq = self.bridge.command("start_charge", session_id=session_id, **fields)
        self.until(lambda: self.bridge.answer_to(seq))
        answer = self.bridge.answer_to(seq)
        assert answer is not None
        assert answer["accepted"] is False
        return answer["reason"]

    def completion(self) -> dict[str, Any]:
        """Waits for the one completion. Checks that the relay is open and that the meter agrees with the world."""
        self.until(lambda: self.bridge.of("charge_completion"))
        self.run(1000)
        assert self.bridge.problems == []
        assert not self.world.relay.coil
        (completion,) = self.bridge.of("charge_completion")
        metered_wh = completion["end_register_wh"] - completion["start_register_wh"]
        assert metered_wh == pytest.approx(self.world.record.energy_mwh / 1000, rel=0.015, abs=1)
        return completion

    def _step_bridge(self) -> None:
        end = self.bridge_cable.answerer
        end.step(self.clock.ms)
        if end.generation != self._bridge_generation:
            self._bridge_generation = end.generation
            self.bridge.connected()
        while data := end.read(4096):
            self.bridge.feed(data)
        for line in self.bridge.out().splitlines(keepends=True):
            end.write(line)
