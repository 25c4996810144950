"""A fixed part of the random sequences (sequences/), and what the machine that makes them promises."""

from collections.abc import Sequence

import pytest
from wire.kinds import SITE

from central.model.site_rows import SiteStay
from central.tests.sequences.history import acts_of, play
from central.tests.sequences.run import play_one, shortest
from central.tests.sequences.shrink import shrunk
from central.tests.sequences.verdicts import JUDGED

RUNS = 60
ACTS = 100


@pytest.mark.parametrize("suite", sorted(JUDGED))
def test_what_must_hold_holds(suite: str) -> None:
    for seed in range(1, RUNS + 1):
        broken = sorted(JUDGED[suite] & set(play_one(suite, seed, ACTS).found))
        if broken:
            pytest.fail("\n".join(shortest(suite, seed, ACTS, broken[0])), pytrace=False)


def test_one_seed_is_one_history() -> None:
    one, other = (play(acts_of("hostile", 3, ACTS), 3).world for _ in range(2))
    assert one.worker.rows.table == other.worker.rows.table
    assert [each.message for each in one.log.records] == [each.message for each in other.log.records]


def test_current_flows_and_is_billed() -> None:
    """What the verdicts look at is there: charges, their energy, mishaps."""
    played = [play_one("honest", seed, ACTS) for seed in range(1, 11)]
    assert sum(each.wh for each in played) > 50_000


def test_sites_come_and_go_and_posts_move_between_them() -> None:
    worlds = [play(acts_of("honest", seed, ACTS), seed).world for seed in range(1, 7)]
    folded = [
        each.message["action"] for world in worlds for number, each in enumerate(world.worker.incoming)
        if each.topic == SITE and number not in world.worker.refused
    ]  # fmt: skip
    assert set(folded) == {"add", "set", "remove"}
    assert any(stay.until_ms for world in worlds for stay in world.rows_of(SiteStay))


def test_the_shortest_acts_that_fail() -> None:
    def fails(kept: Sequence[int]) -> bool:
        return {3, 41} <= set(kept)

    assert shrunk(range(60), fails) == [3, 41]
