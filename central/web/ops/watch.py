"""How the system itself does: the log, the worker behind it, their clocks, and what nobody could understand."""

from typing import NamedTuple

from sqlalchemy import Connection
from wire.kinds import CP, DEAD, DRIVER, SITE

from central.store.log_identity import read_clock
from central.store.offsets import read_positions
from eventlog import Log

STANDS_STILL_S = 5.0  # a worker that has work folds some of it within this
FOLDED = (CP, DRIVER, SITE)  # telemetry may wait


class Dead(NamedTuple):
    """`total`: that there ever were. `kept`: of them, those that the log still has."""

    total: int
    kept: int


class Ends(NamedTuple):
    next: dict[tuple[str, int], int]
    first: dict[tuple[str, int], int]
    dead: Dead


def ends_of(log: Log) -> Ends:
    """Raises LogUnavailable."""
    places = [(topic, number) for topic in FOLDED for number in range(log.partitions(topic))]
    ends = log.all_ends(places)
    return Ends(
        {place: end.next for place, end in ends.items()}, {place: end.first for place, end in ends.items()},
        dead_of(log),
    )  # fmt: skip


def dead_of(log: Log) -> Dead:
    """Raises LogUnavailable."""
    ends = log.all_ends([(DEAD, number) for number in range(log.partitions(DEAD))]).values()
    return Dead(sum(end.next for end in ends), sum(end.next - end.first for end in ends))


class Folded(NamedTuple):
    """Where the worker stands in each partition, and how far the log's clock is ahead of its host's."""

    next: dict[tuple[str, int], int]
    ahead_ms: int


def read_folded(connection: Connection) -> Folded:
    positions = {place: position.next for place, position in read_positions(connection).items()}
    return Folded(positions, read_clock(connection) or 0)


def behind(ends: Ends, folded: Folded) -> int:
    """How many records wait to be folded."""
    return sum(max(0, next_ - folded.next.get(place, ends.first[place])) for place, next_ in ends.next.items())


class Watch:
    """Whether the worker moves, by what it had done when one last looked."""

    def __init__(self) -> None:
        self._folded: dict[tuple[str, int], int] = {}
        self._moved_s = 0.0

    def is_moving(self, folded: Folded, has_work: bool, now_s: float) -> bool:
        """`now_s`: by a clock that only goes on."""
        if folded.next != self._folded or not has_work:
            self._folded = folded.next
            self._moved_s = now_s
        return now_s - self._moved_s < STANDS_STILL_S
