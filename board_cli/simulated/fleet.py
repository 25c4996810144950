"""Many virtual boards in one process: the firmware's rules and lines, each with its world, stepped by one thread."""

import json
import time
from collections import deque
from pathlib import Path

from chargepoint.roles import Board
from chargepoint.settings import read
from hal.sim import SimPlatform, SystemClock, board_id
from hal.tcp import Dialler

from plant.attachment import Attachment, Message, sample_window
from plant.mains import Mains
from plant.profile_files import load_of
from plant.world import World

PAUSE_S = 0.005
# One thread steps all of them, each more rarely than a board's own loop would; a window costs as much as many passes.
WINDOW_S = 0.5
PATIENT = {"keepalive_ms": 5000, "link_lost_ms": 20000}
STEP_MOST_MS = 100  # of the worlds' time in a pass: where a pass takes long, it slows down, and no relay is late


class FleetClock(SystemClock):
    """Real time, which goes on by STEP_MOST_MS a pass at most."""

    def __init__(self) -> None:
        self._real_ms = super().now_ms()
        self._ms = 0

    def now_ms(self) -> int:
        return self._ms

    def follow(self) -> None:
        real_ms = super().now_ms()
        self._ms += min(real_ms - self._real_ms, STEP_MOST_MS)
        self._real_ms = real_ms


class WorldLine:
    """SimPlatform's way to a world in the same process; `speed`: world time per board time."""

    connection = 1

    def __init__(self, world: World, clock: FleetClock, speed: int) -> None:
        self._world = world
        self._attachment = Attachment(world)
        self._clock = clock
        self._speed = speed
        self._until_ms = clock.now_ms()
        self._windows: deque[Message] = deque()

    def step(self, now: int) -> None:
        del now
        elapsed_ms = self._clock.now_ms() - self._until_ms
        self._until_ms += elapsed_ms
        self._windows.extend(map(sample_window, self._world.advance(elapsed_ms * self._speed)))

    def send(self, message: Message) -> bool:
        if message["type"] == "plant_hello":
            self._attachment.attach(str(message["board"]))
            return True
        return self._attachment.take(message) is None

    def receive(self) -> Message | None:
        return self._windows.popleft() if self._windows else None


class Fleet:
    """Boards `<name>_001` and on, each with a car that waits. `step` is one pass of all."""

    def __init__(
        self, count: int, name: str, central: tuple[str, int], folder: Path, profile: str, speed: int = 1
    ) -> None:
        self._clock = FleetClock()
        self._central = central
        self._folder = folder
        self._profile = profile
        self._speed = speed
        self.boards = [self._board(f"{name}_{number:03}") for number in range(1, count + 1)]

    def run(self) -> None:
        """Until KeyboardInterrupt."""
        while True:
            self.step()
            time.sleep(PAUSE_S)

    def step(self) -> None:
        self._clock.follow()
        for board in self.boards:
            board.step()

    def registered(self) -> int:
        states = [board.monitor.state for board in self.boards if board.monitor is not None]
        return sum(state in ("registered", "watching", "reporting") for state in states)

    def _board(self, cp_id: str) -> Board:
        world = World(load_of(self._profile, Mains()), plugged=True)
        world.window_ms = round(WINDOW_S * 1000 * self._speed)
        folder = self._folder / cp_id
        folder.mkdir(parents=True, exist_ok=True)
        config = {"cp_id": cp_id, "central": "{}:{}".format(*self._central), "price_per_kwh": 0.2, **PATIENT}
        settings = read(json.dumps(config))
        line = WorldLine(world, self._clock, self._speed)
        platform = SimPlatform(board_id(cp_id, settings.role), cp_id, line, str(folder), self._clock)
        board = Board(settings, platform, central=Dialler(self._central))
        board.add_telemetry()
        return board
