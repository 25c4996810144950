"""Many boards at once: the firmware's own rules and lines, each with its world, all stepped by one thread."""

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from chargepoint.roles import Board
from hal.sim import SimPlatform
from hal.tcp import Dialler

from hil_tests.benches.virtual import VirtualClock, WorldLine, read_config
from plant.mains import Mains
from plant.profile_files import load_of
from plant.world import World
from tools.services.ports import LOOPBACK

PAUSE_S = 0.005
STEP_MOST_MS = 100
POWER_W = 3500
IDLE_WINDOW_S = 0.5  # real time: hundreds of worlds share one thread, and a window is 0.3 ms of it
WINDOW_S = 0.1  # where a car charges: a board takes 1 s without a window for a dead sensor
# A thread that steps hundreds of boards steps each more rarely than a board's own loop would.
PATIENT = {"keepalive_ms": 5000, "link_lost_ms": 20000, "retry_slow_ms": 2000, "heartbeat_interval_ms": 5000}


class CrowdClock(VirtualClock):
    """Follows real time, by at most STEP_MOST_MS a pass: on a loaded machine the boards' time slows down.

    Otherwise a pass that takes seconds would let minutes of the worlds' time go by before a board can open its relay.
    """

    def __init__(self) -> None:
        super().__init__()
        self._real_ms = time.monotonic_ns() // 1_000_000

    def follow(self) -> None:
        real_ms = time.monotonic_ns() // 1_000_000
        self.ms += min(real_ms - self._real_ms, STEP_MOST_MS)
        self._real_ms = real_ms


class Crowd:
    """`count` boards that all dial in the same instant, once the crowd is entered as a context manager."""

    def __init__(self, count: int, bridge_port: int, folder: Path, speed: int = 1) -> None:
        self.worlds: dict[str, World] = {}
        self._speed = speed
        self._clock = CrowdClock()
        self._folder = folder
        self._central = (LOOPBACK, bridge_port)
        self._boards = [self._board(f"crowd_{number:03}", speed) for number in range(count)]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def sample_often(self, cp_ids: Iterable[str]) -> dict[str, World]:
        """The worlds of these charge points, which from now on give windows as short as a plant's."""
        worlds = {cp_id: self.worlds[cp_id] for cp_id in cp_ids}
        for world in worlds.values():
            world.window_ms = round(WINDOW_S * 1000 * self._speed)
        return worlds

    def _run(self) -> None:
        while not self._ended.is_set():
            self._clock.follow()
            for board in self._boards:
                board.step()
            time.sleep(PAUSE_S)

    def _board(self, cp_id: str, speed: int) -> Board:
        world = World(load_of(f"constant:{POWER_W}", Mains()), plugged=True)
        folder = self._folder / cp_id
        folder.mkdir(parents=True)
        world.window_ms = round(IDLE_WINDOW_S * 1000 * speed)
        central = "{}:{}".format(*self._central)
        config = {"cp_id": cp_id, "central": central, "price_per_kwh": 0.2, "presence": "none", **PATIENT}
        platform = SimPlatform(f"b-{cp_id}", cp_id, WorldLine(world, self._clock, speed), str(folder), self._clock)
        self.worlds[cp_id] = world
        return Board(read_config(config), platform, central=Dialler(self._central))
