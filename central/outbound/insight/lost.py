"""What visits that came to nothing may have cost: an estimate, by what charges of that hour of the week are billed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median_low
from typing import NamedTuple

from central.outbound.insight.local_time import hour_of_week
from central.outbound.insight.visits import Visit

LOST_RESULTS = frozenset({"failed", "turned_away"})


class Bill(NamedTuple):
    """What one charge cost, and when it was asked for."""

    asked_at_ms: int
    cost_minor: int


class Lost(NamedTuple):
    """`cost_minor`: None where visits were lost and the site has no bill to go by."""

    visits: int
    cost_minor: int | None


def lost(visits: Iterable[Visit], bills: Sequence[Bill], zone: str) -> Lost:
    """Of one site: failed and turned-away visits, each at the median bill of its hour of the week.

    An hour without a bill takes the median of all. Of two middle bills the lower counts.
    """
    hours = [hour_of_week(visit.began_at_ms, zone) for visit in visits if visit.result in LOST_RESULTS]
    if not hours:
        return Lost(0, 0)
    if not bills:
        return Lost(len(hours), None)
    by_hour: dict[int, list[int]] = defaultdict(list)
    for bill in bills:
        by_hour[hour_of_week(bill.asked_at_ms, zone)].append(bill.cost_minor)
    usual = median_low(bill.cost_minor for bill in bills)
    medians = {hour: median_low(costs) for hour, costs in by_hour.items()}
    return Lost(len(hours), sum(medians.get(hour, usual) for hour in hours))
