"""The plant's own books, the oracle of every test: energy by its own integral, and what boards say beside it."""

from collections import deque
from dataclasses import dataclass, field

from plant.relay import Edge

KEPT_SESSIONS = 1000
_J_PER_WH = 3600.0


@dataclass(slots=True)
class Spell:
    """One time the relay was closed. Registers and session are the board's words; the rest is the plant's own.

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


@dataclass(slots=True)
class Record:
    """`energy_j` is all that ever flowed; `spells` the newest KEPT_SESSIONS times the relay was closed."""

    energy_j: float = 0.0
    spells: deque[Spell] = field(default_factory=lambda: deque[Spell](maxlen=KEPT_SESSIONS))
    meter_id: str | None = None
    register_wh: int | None = None

    @property
    def energy_mwh(self) -> int:
        return round(self.energy_j / _J_PER_WH * 1000)

    def flowed(self, energy_j: float) -> None:
        self.energy_j += energy_j
        if energy_j:
            self.spells[-1].energy_j += energy_j

    def moved(self, edge: Edge) -> None:
        if edge.closed:
            register_wh = self.register_wh
            self.spells.append(Spell(edge.at_ms, edge.wall_s, register_wh, register_wh, self.meter_id))
        else:
            self.spells[-1].opened_at_ms = edge.at_ms
            self.spells[-1].opened_wall_s = edge.wall_s

    def reported(self, meter_id: str, register_wh: int, session_id: str | None) -> None:
        self.meter_id, self.register_wh = meter_id, register_wh
        if not self.spells:
            return
        spell = self.spells[-1]
        if spell.session_id not in (None, session_id) and session_id is not None:
            return  # the next session has begun, its relay not closed yet
        spell.session_id = spell.session_id or session_id
        spell.meter_id = meter_id
        spell.register_end_wh = register_wh
        if spell.register_start_wh is None:
            spell.register_start_wh = register_wh
