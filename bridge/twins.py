"""Two boards that register as one charge point take it from each other for ever: who they are, and how they are parted.

A board that comes back again and again looks alike, but comes back as itself. Twins take turns: the one that lost the
charge point to another is the one that takes it next. Both are refused then, for a pause that doubles. No I/O, no
clock.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

FAULT = "duplicate_id"
WINDOW_S = 60.0
RETURNS = 2  # within the window: A, then B, then A again, then B again
TAKEOVERS = 10  # within the window: of boards that cannot be told apart, as after a copied flash
PAUSE_FIRST_S, PAUSE_MAX_S = 30.0, 120.0
CALM_S = 600.0  # without another takeover after a pause the fault is over
MAX_CASES = 1_000  # the oldest is forgotten first


@dataclass(slots=True)
class _Takeover:
    at_s: float
    loser: str
    winner: str


@dataclass(slots=True)
class _Case:
    """`named`: they are twins; `until_s`: so long both are refused."""

    takeovers: deque[_Takeover] = field(default_factory=lambda: deque[_Takeover](maxlen=TAKEOVERS))
    named: bool = False
    until_s: float = 0.0
    pause_s: float = PAUSE_FIRST_S

    def takes_turns(self) -> bool:
        losers: set[str] = set()
        returns = 0
        for each in self.takeovers:
            returns += each.winner != each.loser and each.winner in losers
            losers.add(each.loser)
        return returns >= RETURNS or len(self.takeovers) >= TAKEOVERS


class Twins:
    """A speaker is a board as its registrations name it; "" for who names none, and is told apart from nobody."""

    def __init__(self) -> None:
        self._cases: OrderedDict[str, _Case] = OrderedDict()

    def took_over(self, cp_id: str, loser: str, winner: str, now_s: float) -> bool:
        """A line that still lived has lost its charge point. Whether these are twins, now in a pause of their own."""
        case = self._cases.setdefault(cp_id, _Case())
        while len(self._cases) > MAX_CASES:
            self._cases.popitem(last=False)
        while case.takeovers and now_s - case.takeovers[0].at_s > WINDOW_S:
            case.takeovers.popleft()
        case.takeovers.append(_Takeover(now_s, loser or winner, winner or loser))
        if not (case.named or case.takes_turns()):
            return False
        case.pause_s = min(2 * case.pause_s, PAUSE_MAX_S) if case.named else PAUSE_FIRST_S
        case.until_s = now_s + case.pause_s
        case.named = True
        return True

    def refused(self, cp_id: str, now_s: float) -> bool:
        case = self._cases.get(cp_id)
        return case is not None and now_s < case.until_s

    def calmed(self, now_s: float) -> list[str]:
        """The charge points whose fault is over; each once."""
        over = [cp_id for cp_id, case in self._cases.items() if _is_over(case, now_s)]
        return [cp_id for cp_id in over if self._cases.pop(cp_id).named]


def _is_over(case: _Case, now_s: float) -> bool:
    if case.named:
        return now_s - case.until_s > CALM_S
    return not case.takeovers or now_s - case.takeovers[-1].at_s > WINDOW_S
