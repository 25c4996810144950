"""Registrations that Central has refused: said again they are answered from memory, so that each costs the log little.

After a pause that doubles one goes to the log again, since the operator may have let the board in meanwhile; one that
says something else goes there at once. No I/O, no clock.
"""

from collections import OrderedDict
from dataclasses import dataclass

from bridge.decisions import Register

PAUSE_FIRST_S, PAUSE_MAX_S = 10.0, 60.0  # an operator who has let a board in stands beside it
MAX_REMEMBERED = 1_000  # the oldest is forgotten first


@dataclass(slots=True)
class _Refusal:
    content: str
    reason: str
    pause_s: float
    until_s: float


class TurnedAway:
    """Of each charge point and board. Who names no board, typing by hand, is not remembered."""

    def __init__(self) -> None:
        self._refusals: OrderedDict[tuple[str, str], _Refusal] = OrderedDict()

    def refused(self, registered: Register, reason: str, now_s: float) -> None:
        if registered.board is None:
            return
        place = (registered.append.key, registered.board)
        before = self._refusals.pop(place, None)
        again = before is not None and before.content == registered.content
        pause_s = min(2 * before.pause_s, PAUSE_MAX_S) if before is not None and again else PAUSE_FIRST_S
        self._refusals[place] = _Refusal(registered.content, reason, pause_s, now_s + pause_s)
        if len(self._refusals) > MAX_REMEMBERED:
            self._refusals.popitem(last=False)

    def accepted(self, registered: Register) -> None:
        self._refusals.pop((registered.append.key, registered.board or ""), None)

    def reason(self, registered: Register, now_s: float) -> str | None:
        """Why it is refused without asking Central; None where Central is asked."""
        refusal = self._refusals.get((registered.append.key, registered.board or ""))
        if refusal is None or refusal.content != registered.content or now_s >= refusal.until_s:
            return None
        return refusal.reason
