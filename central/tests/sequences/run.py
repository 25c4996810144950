"""Many histories, what they found, and the shortest story of each sort of failure."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from central.tests.sequences.history import acts_of, play
from central.tests.sequences.refolding import OVER_SQL
from central.tests.sequences.shrink import shrunk
from central.tests.sequences.story import story

SQL_SHARE = 20  # one history of so many is folded over SQLite too


@dataclass(frozen=True)
class Played:
    """What one history came to."""

    suite: str
    seed: int
    acts: int
    wh: int
    found: dict[str, list[str]]


def play_one(suite: str, seed: int, acts: int) -> Played:
    outcome = play(acts_of(suite, seed, acts), seed, over_sql=is_over_sql(seed))
    return Played(suite, seed, acts, outcome.wh, outcome.found)


def is_over_sql(seed: int) -> bool:
    return seed % SQL_SHARE == 0


def play_many(suite: str, seeds: Iterable[int], acts: int, jobs: int) -> Iterator[Played]:
    if jobs <= 1:
        yield from (play_one(suite, seed, acts) for seed in seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_play_packed, ((suite, seed, acts) for seed in seeds), chunksize=8)


def _play_packed(packed: tuple[str, int, int]) -> Played:
    return play_one(*packed)


def shortest(suite: str, seed: int, acts: int, verdict: str) -> list[str]:
    """The story of the shortest history of this seed in which the verdict still finds something."""
    over_sql = verdict in OVER_SQL
    acts_drawn = acts_of(suite, seed, acts)
    kept = shrunk(acts_drawn, lambda kept: verdict in play(kept, seed, over_sql=over_sql).found)
    return story(kept, seed, verdict, over_sql=over_sql)


class Tally:
    """Of all that was played. `first`: the seed in which each verdict first found something."""

    def __init__(self) -> None:
        self.runs = self.acts = self.wh = 0
        self.failed: Counter[str] = Counter()
        self.first: dict[str, tuple[str, int]] = {}

    def add(self, played: Played, judged: frozenset[str]) -> None:
        """`judged`: the verdicts that count."""
        self.runs += 1
        self.acts += played.acts
        self.wh += played.wh
        for name in played.found:
            if name in judged:
                self.failed[name] += 1
                self.first.setdefault(name, (played.suite, played.seed))


def cores() -> int:
    return os.cpu_count() or 1
