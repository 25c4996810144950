"""How often a password may be tried: after some failures each further one waits twice as long as the one before."""

from collections import OrderedDict
from collections.abc import Hashable

FREE_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 900.0
MAX_KEPT = 10_000  # names and addresses; the one that failed longest ago goes first


class Tries:
    """Of a name or an address: each failure counts against both."""

    def __init__(self) -> None:
        self._failures: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()  # how many, and when the last

    def wait_s(self, now_s: float, *who: Hashable) -> float:
        """How long until the next try is taken; 0: now."""
        return max(self._wait_of(each, now_s) for each in who)

    def failed(self, now_s: float, *who: Hashable) -> None:
        for each in who:
            count, _ = self._failures.pop(each, (0, 0.0))
            self._failures[each] = (count + 1, now_s)
        while len(self._failures) > MAX_KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, *who: Hashable) -> None:
        for each in who:
            self._failures.pop(each, None)

    def _wait_of(self, who: Hashable, now_s: float) -> float:
        count, last_s = self._failures.get(who, (0, 0.0))
        if count < FREE_TRIES:
            return 0.0
        wait_s = min(FIRST_WAIT_S * 2.0 ** min(count - FREE_TRIES, 20), LONGEST_WAIT_S)
        return max(0.0, last_s + wait_s - now_s)
