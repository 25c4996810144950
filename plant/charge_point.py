"""A World that runs by real time, `speed` times as fast, with the board that is attached to it."""

import logging
from collections.abc import Callable

from plant.attachment import Attachment, Message, sample_window
from plant.faults import FAULTS
from plant.world import MAX_WINDOW_MS, WINDOW_MS, World

logger = logging.getLogger(__name__)

MIN_SPEED, MAX_SPEED = 0.5, 10_000.0
MAX_LAG_S = 10.0  # after a longer sleep (a suspended machine) the rest is skipped
_SHOWN_EDGES = 100


class SimulatedChargePoint:
    """`send` hands a message to the attached board; it is set by whoever holds that board's line."""

    def __init__(self, cp_id: str, world: World, speed: float, monotonic: Callable[[], float]) -> None:
        self.cp_id = cp_id
        self.world = world
        self.attachment = Attachment(world)
        self.send: Callable[[Message], None] | None = None
        self._monotonic = monotonic
        self._until_s = monotonic()
        self.speed = speed
        self._set_window()

    def catch_up(self) -> None:
        """Let the world's time come up to now; call before anything is done to it."""
        now_s = self._monotonic()
        elapsed_s, self._until_s = now_s - self._until_s, now_s
        if elapsed_s > MAX_LAG_S:
            logger.warning("%s: %.1f s behind; %.1f s of it are left out", self.cp_id, elapsed_s, elapsed_s - MAX_LAG_S)
            elapsed_s = MAX_LAG_S
        for window in self.world.advance(elapsed_s * 1000 * self.speed):
            if self.send:
                self.send(sample_window(window))

    def set_speed(self, speed: float) -> None:
        """Raises ValueError out of MIN_SPEED to MAX_SPEED."""
        if not MIN_SPEED <= speed <= MAX_SPEED:
            raise ValueError(f"speed: expected {MIN_SPEED:g} to {MAX_SPEED:g}, not {speed:g}")
        self.speed = speed
        self._set_window()

    def set_fault(self, name: str, on: bool) -> None:
        """Raises ValueError for an unknown fault."""
        if name not in FAULTS:
            raise ValueError(f"fault: expected one of {', '.join(FAULTS)}, not {name!r}")
        self.world.fault(name, on)
        logger.info("%s: fault %s %s", self.cp_id, name, "on" if on else "off")

    def state(self) -> dict[str, object]:
        """All state, for JSON; energies in mWh, times in ms of the plant's clock."""
        world, record = self.world, self.world.record
        return {
            "cp_id": self.cp_id,
            "now_ms": round(world.now_ms),
            "speed": self.speed,
            "relay": world.relay.contact,
            "coil": world.relay.coil,
            "tripped": world.tripped,
            "plugged": world.car.plugged,
            "full": world.car.full,
            "faults": sorted(world.faults),
            "board": self.attachment.board,
            "temperature_mc": world.thermal.temperature_mc,
            "plant_mwh": record.energy_mwh,
            "meter_id": record.meter_id,
            "register_wh": record.register_wh,
            "edge_count": world.relay.edge_count,
            "edges": [edge._asdict() for edge in list(world.relay.edges)[-_SHOWN_EDGES:]],
            "sessions": [closure.shown() for closure in record.closures],
        }

    def _set_window(self) -> None:
        """The same real time, however fast it runs."""
        self.world.window_ms = min(MAX_WINDOW_MS, max(WINDOW_MS, round(WINDOW_MS * self.speed)))
