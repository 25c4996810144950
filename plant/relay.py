"""A relay: the coil follows the pin, and the contact follows the coil some milliseconds later, unless it is broken."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

CLOSING_MS = 15.0  # data sheets of 32-40 A relays: 15 to 20 ms, less to open
OPENING_MS = 8.0
KEPT_EDGES = 1000


class Edge(NamedTuple):
    """The contact moved: `at_ms` of the plant's time, `wall_s` of the world's (Unix seconds)."""

    closed: bool
    at_ms: float
    wall_s: float


class Relay:
    """`edges` keeps the newest KEPT_EDGES, `edge_count` counts all. Bouncing contacts are not simulated.

    `pin`: as the board sets it; `driver_stuck`: what its driver puts out whatever the pin is, None where it works;
    `broken_by`: what interrupts the coil's circuit in hardware, such as an emergency stop.
    """

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._moves_at_ms: float | None = None
        self.pin = False
        self.driver_stuck: bool | None = None
        self.broken_by: set[str] = set()
        self.contact = False
        self.welded = False
        self.stuck_open = False
        self.edges: deque[Edge] = deque(maxlen=KEPT_EDGES)
        self.edge_count = 0

    @property
    def coil(self) -> bool:
        """The level at the driver, which can be read back."""
        return self.pin if self.driver_stuck is None else self.driver_stuck

    def drive(self, pin: bool, now_ms: float) -> None:
        self.pin = pin
        self.reconsider(now_ms)

    def reconsider(self, now_ms: float) -> None:
        """What moves the contact has changed: the pin, or a fault."""
        if self._wanted() == self.contact:
            self._moves_at_ms = None
        elif self._moves_at_ms is None:
            self._moves_at_ms = now_ms + (OPENING_MS if self.contact else CLOSING_MS)

    def moves_at_ms(self) -> float | None:
        """When the contact will move; None while it rests."""
        return self._moves_at_ms

    def settle(self, now_ms: float) -> Edge | None:
        """The edge, if it is time for the contact to move; else None."""
        if self._moves_at_ms is None or now_ms < self._moves_at_ms:
            return None
        self._moves_at_ms = None
        self.contact = not self.contact
        self.edge_count += 1
        edge = Edge(self.contact, now_ms, self._wall())
        self.edges.append(edge)
        return edge

    def _wanted(self) -> bool:
        if self.stuck_open:
            return False
        return (self.coil and not self.broken_by) or (self.welded and self.contact)
