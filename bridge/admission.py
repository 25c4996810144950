"""Who may have a line, and for how long before it registers: strangers never take the places of boards. No I/O.

A line is a stranger until the log has taken a registration of it. Each budget of places is shared by registered lines
and strangers. Where a place is needed, a stranger gives it up, the oldest first: of the newcomer's own address where
that has its share of strangers already, else of any. Where nobody is a stranger, the newcomer is turned away.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bridge.peer import Peer

SHARES = 4  # one address may fill a quarter of a budget with strangers; a whole fleet may stand behind one gateway
SHARE_MIN = 64


@dataclass(slots=True)
class _Place:
    """`since_s`: from when on the time to register counts. `has_said`: a registration, whatever became of it.
    `saying`: registrations that wait for the log.
    """

    since_s: float
    stranger: bool = True
    has_said: bool = False
    saying: int = 0


_Oldest = OrderedDict[Peer, None]  # the first is the oldest; unlike a dict's, it is found at once


@dataclass(slots=True)
class _Budget:
    size: int
    taken: int = 0
    strangers: _Oldest = field(default_factory=_Oldest)
    by_address: dict[str, _Oldest] = field(default_factory=dict[str, _Oldest])

    def who_goes_for(self, newcomer: Peer) -> Peer | None:
        """Raises LookupError where a place is needed and nobody may be asked for it."""
        neighbours = self.by_address.get(newcomer.address, ())
        if len(neighbours) >= max(SHARE_MIN, self.size // SHARES):
            return next(iter(neighbours))
        if self.taken < self.size:
            return None
        if not self.strangers:
            raise LookupError("all places are taken by lines that registered")
        return next(iter(self.strangers))

    def add_stranger(self, line: Peer) -> None:
        self.strangers[line] = None
        self.by_address.setdefault(line.address, _Oldest())[line] = None

    def remove_stranger(self, line: Peer) -> None:
        del self.strangers[line]
        neighbours = self.by_address[line.address]
        del neighbours[line]
        if not neighbours:
            del self.by_address[line.address]


class Admission:
    """`budgets`: places by `LineKind.budget`; a kind of line without one has as many as it likes."""

    def __init__(self, budgets: Mapping[str, int], register_within_s: float) -> None:
        self._budgets = {name: _Budget(size) for name, size in budgets.items()}
        self._register_within_s = register_within_s
        self._places: dict[Peer, _Place] = {}

    def who_goes_for(self, line: Peer) -> Peer | None:
        """Which line must leave before this one enters. Raises LookupError where it is turned away instead."""
        budget = self._budgets.get(line.kind.budget)
        return None if budget is None else budget.who_goes_for(line)

    def enter(self, line: Peer, now_s: float) -> None:
        self._places[line] = _Place(now_s)
        if budget := self._budgets.get(line.kind.budget):
            budget.taken += 1
            budget.add_stranger(line)

    def leave(self, line: Peer) -> None:
        """Again does nothing."""
        if (place := self._places.pop(line, None)) and (budget := self._budgets.get(line.kind.budget)):
            budget.taken -= 1
            if place.stranger:
                budget.remove_stranger(line)

    def registration_said(self, line: Peer) -> None:
        """It waits for the log. `registration_settled` must follow."""
        place = self._places[line]
        place.has_said = True
        place.saying += 1

    def registration_settled(self, line: Peer, now_s: float, *, logged: bool) -> None:
        """The log has taken it, and the line is no stranger any more; or it has not."""
        if (place := self._places.get(line)) is None:
            return
        place.saying -= 1
        place.since_s = now_s
        if logged and place.stranger:
            place.stranger = False
            if budget := self._budgets.get(line.kind.budget):
                budget.remove_stranger(line)

    def late(self, now_s: float, registered: Callable[[Peer], bool], *, log_away: bool) -> list[Peer]:
        """The lines that should have registered by now. Time in which the log keeps a registration does not count."""
        found: list[Peer] = []
        for line, place in self._places.items():
            if not line.kind.must_register:
                continue
            if registered(line) or place.saying or (log_away and place.has_said):
                place.since_s = now_s
            elif now_s - place.since_s > self._register_within_s:
                found.append(line)
        return found
