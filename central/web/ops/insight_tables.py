"""What `/ops/insight?csv=NAME` gives: the exact values behind the figures and each picture."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from central.outbound.insight.attempts import Verdict
from central.outbound.insight.figures import FIGURES
from central.outbound.insight.local_time import HOURS_PER_DAY
from central.outbound.insight.month import Month

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Table:
    """`rows`: without the site and the month, which each file begins with."""

    columns: tuple[str, ...]
    rows: Callable[[Month], Rows]


def _figures(month: Month) -> Rows:
    return [{each.name: each.of_site(month.now) for each in FIGURES if each.of_site is not None}]


def _load(month: Month) -> Rows:
    return [
        {"weekday": hour // HOURS_PER_DAY + 1, "hour": hour % HOURS_PER_DAY, "mean_power_w": power_w}
        for hour, power_w in enumerate(month.load.power_w)
    ]


def _attempts(month: Month) -> Rows:
    counts = month.now.attempts
    return [{"asked": sum(counts.values()), **{name: counts.get(name, 0) for name in VERDICTS}}]


def _posts(month: Month) -> Rows:
    return [
        {"post": post.cp_id, **{each.name: each.of_post(post) for each in FIGURES if each.of_post is not None},
         "meters_low": post.cp_id in month.now.meters_low}
        for post in month.now.posts
    ]  # fmt: skip


def _days(month: Month) -> Rows:
    return [
        {"post": cp_id, "day": f"{month.now.period.name}-{day:02}", "energy_wh": energy_wh}
        for cp_id, days in sorted(month.days_wh.items()) for day, energy_wh in enumerate(days, 1)
    ]  # fmt: skip


VERDICTS: tuple[Verdict, ...] = ("own_cause", "turned_away", "open", "failed", "succeeded")
# weekday: 1 is Monday, as ISO 8601 counts.
TABLES = {
    "figures": Table(tuple(each.name for each in FIGURES if each.of_site is not None), _figures),
    "load": Table(("weekday", "hour", "mean_power_w"), _load),
    "attempts": Table(("asked", *VERDICTS), _attempts),
    "posts": Table(
        ("post", *(each.name for each in FIGURES if each.of_post is not None), "meters_low"), _posts
    ),
    "days": Table(("post", "day", "energy_wh"), _days),
}  # fmt: skip
