"""What the plant records: energy by its own integral, and what boards report. Tests compare all else with it."""

from collections import deque
from dataclasses import dataclass, field

from plant.relay import Edge

KEPT_SESSIONS = 1000
_J_PER_WH = 3600.0


@dataclass(slots=True)
class Closure:
    """The time from one closing of the relay to its opening. The board reports registers and session, no more.

    `register_end_wh` follows the board's reports until the relay closes again: its meter hears of the last samples
    only after the edge.
    """

    closed_at_ms: float
    closed_wall_s: float
    register_start_wh: int | None
    register_end_wh: int | None
    meter_id: str | None
    session_id: str | None = None
    opened_at_ms: float | None = None
    opened_wall_s: float | None = None
    energy_j: float = 0.0

    @property
    def energy_mwh(self) -> int:
        return round(self.energy_j / _J_PER_WH * 1000)

    def shown(self) -> dict[str, object]:
        """For JSON; energies in mWh, times in ms of the plant's clock."""
        return {
            "session_id": self.session_id,
            "closed_at_ms": round(self.closed_at_ms),
            "closed_wall_s": self.closed_wall_s,
            "opened_at_ms": None if self.opened_at_ms is None else round(self.opened_at_ms),
            "opened_wall_s": self.opened_wall_s,
            "energy_mwh": self.energy_mwh,
            "meter_id": self.meter_id,
            "register_start_wh": self.register_start_wh,
            "register_end_wh": self.register_end_wh,
        }


@dataclass(slots=True)
class Record:
    """`energy_j` is all that ever flowed; `closures` are the newest KEPT_SESSIONS."""

    energy_j: float = 0.0
    closures: deque[Closure] = field(default_factory=lambda: deque[Closure](maxlen=KEPT_SESSIONS))
    meter_id: str | None = None
    register_wh: int | None = None

    @property
    def energy_mwh(self) -> int:
        return round(self.energy_j / _J_PER_WH * 1000)

    def flowed(self, energy_j: float) -> None:
        self.energy_j += energy_j
        if energy_j:
            self.closures[-1].energy_j += energy_j

    def moved(self, edge: Edge) -> None:
        if edge.closed:
            register_wh = self.register_wh
            self.closures.append(Closure(edge.at_ms, edge.wall_s, register_wh, register_wh, self.meter_id))
        else:
            self.closures[-1].opened_at_ms = edge.at_ms
            self.closures[-1].opened_wall_s = edge.wall_s

    def reported(self, meter_id: str, register_wh: int, session_id: str | None) -> None:
        self.meter_id, self.register_wh = meter_id, register_wh
        if not self.closures:
            return
        closure = self.closures[-1]
        if closure.session_id not in (None, session_id) and session_id is not None:
            return  # the next session has begun, its relay not closed yet
        closure.session_id = closure.session_id or session_id
        closure.meter_id = meter_id
        closure.register_end_wh = register_wh
        if closure.register_start_wh is None:
            closure.register_start_wh = register_wh
