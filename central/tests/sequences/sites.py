"""Sites: made, renamed, given other zones, removed; and posts that are put on them and taken off. Each of them by
somebody who does not ask first whether it can be done.
"""

from collections.abc import Iterable
from itertools import pairwise
from random import Random
from typing import Any

from central.model.rows import ChargingPoint
from central.model.site_rows import Site, SiteStay
from central.tests.sequences.acts import ActKind, Args, Table
from central.tests.sequences.people import operate, post_of
from central.tests.sequences.world import World

IDS = ("yard", "roof")
NAMES = ("Yard", "Roof", "P2")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")


def _say(world: World, site_id: str, action: str, facts: dict[str, Any]) -> None:
    world.say("operator", "site_request", site_id=site_id, action=action, **facts)


def _draw_add(random: Random) -> Args:
    return random.choice(IDS), "add", {"name": random.choice(NAMES), "time_zone": random.choice(ZONES)}


def _draw_set(random: Random) -> Args:
    change = random.choice(("name", "time_zone", "guests"))
    value = {"name": random.choice(NAMES), "time_zone": random.choice(ZONES), "guests": random.random() < 0.5}[change]
    return random.choice(IDS), "set", {change: value}


def _put(world: World, post: int, site_id: str | None) -> None:
    operate(world, post, "site", site_id=site_id)


SITES: Table = {
    "add site": ActKind(3, "the admin says of site {0}: {1} {2}", _draw_add, _say),
    "set site": ActKind(2, "the admin says of site {0}: {1} {2}", _draw_set, _say),
    "remove site": ActKind(2, "the admin says of site {0}: {1}", lambda r: (r.choice(IDS), "remove", {}), _say),
    "put on site": ActKind(3, "the admin puts post {0} on site {1}",
                           lambda r: (post_of(r), r.choice((*IDS, *IDS, None))), _put),
}  # fmt: skip


def stays_are_whole(world: World) -> Iterable[str]:
    """Where a charge point was follows on each other in time, and where it is now is its last stay, if it has one."""
    stays: dict[str, list[SiteStay]] = {}
    for stay in sorted(world.rows_of(SiteStay), key=lambda each: (each.cp_id, each.number)):
        stays.setdefault(stay.cp_id, []).append(stay)
    for cp_id, told in stays.items():
        for one, other in pairwise(told):
            went_back = "log_clock" not in world.mishaps and (one.until_ms or 0) > other.since_ms
            if one.until_ms is None or went_back:
                yield f"{cp_id} is on {one.site_id} until {one.until_ms}, and on {other.site_id} since {other.since_ms}"
    for point in world.rows_of(ChargingPoint):
        last = stays.get(point.cp_id, [])[-1:]
        is_on = last[0].site_id if last and last[0].until_ms is None else None
        if is_on != point.site_id:
            yield f"{point.cp_id} is on {point.site_id}, and its stays say {is_on}"


def sites_have_their_facts(world: World) -> Iterable[str]:
    for site in world.rows_of(Site):
        if not site.name or site.time_zone not in ZONES or not site.added_at_ms:
            yield f"{site.site_id} is called {site.name!r}, in {site.time_zone}, added at {site.added_at_ms}"
