"""A visit is a driver's attempts at one site, each within 10 min of the last one's end, up to the first success.

Attempts that were refused for the driver's own cause belong to no visit. One that was turned away (busy) keeps the
visit going, since the driver still stands there, but does not count as its first attempt.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, NamedTuple

from central.outbound.insight.attempts import Attempt, Verdict

GAP_MS = 10 * 60_000

Judged = tuple[Attempt, Verdict]
VisitResult = Literal["succeeded", "failed", "turned_away", "open"]


@dataclass(frozen=True)
class Visit:
    """`attempts`: in their order, one at least; none of them for the driver's own cause."""

    attempts: tuple[Judged, ...]

    @property
    def site_id(self) -> str:
        return self.attempts[0][0].site_id

    @property
    def began_at_ms(self) -> int:
        return self.attempts[0][0].asked_at_ms

    @property
    def first(self) -> Verdict:
        """What became of the first attempt that counts; `turned_away` where none does."""
        for _, verdict in self.attempts:
            if verdict != "turned_away":
                return verdict
        return "turned_away"

    @property
    def result(self) -> VisitResult:
        """What came of the visit in the end."""
        verdicts = {verdict for _, verdict in self.attempts}
        for each in ("succeeded", "open", "failed"):
            if each in verdicts:
                return each
        return "turned_away"


class FirstAttempts(NamedTuple):
    """Visits by what became of their first attempt; the share counts those that are decided."""

    succeeded: int
    failed: int
    open: int
    turned_away: int

    @property
    def share(self) -> float | None:
        """None where nothing is decided."""
        decided = self.succeeded + self.failed
        return self.succeeded / decided if decided else None

    @property
    def is_provisional(self) -> bool:
        return self.open > 0


def visits(judged: Iterable[Judged]) -> list[Visit]:
    """In the order in which they began."""
    counting = [each for each in judged if each[1] != "own_cause"]
    counting.sort(key=lambda each: (*_who_and_where(each), each[0].asked_at_ms, each[0].session_id))
    found = [visit for _, own in groupby(counting, _who_and_where) for visit in _cut(list(own))]
    return sorted(found, key=lambda visit: (visit.began_at_ms, visit.attempts[0][0].session_id))


def first_attempts(of: Iterable[Visit]) -> FirstAttempts:
    counts: Mapping[str, int] = Counter(visit.first for visit in of)
    return FirstAttempts(*(counts[name] for name in FirstAttempts._fields))


def _who_and_where(each: Judged) -> tuple[str, str]:
    return each[0].driver_id, each[0].site_id


def _cut(own: Sequence[Judged]) -> Iterable[Visit]:
    """One driver's attempts at one site, in their order, cut into visits."""
    current: list[Judged] = []
    over_at_ms = 0
    for attempt, verdict in own:
        is_over = bool(current) and (current[-1][1] == "succeeded" or attempt.asked_at_ms > over_at_ms + GAP_MS)
        if is_over:
            yield Visit(tuple(current))
            current, over_at_ms = [], 0
        current.append((attempt, verdict))
        over_at_ms = max(over_at_ms, attempt.over_at_ms)
    if current:
        yield Visit(tuple(current))
