"""Requests for a charge that were answered 503: no record of the log tells of them, so they are counted here.

By the hour and the charge point; what is older than KEPT_MS goes.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, select

from central.people.tables import UNAVAILABLE
from central.store.upsert import upsert

HOUR_MS = 3_600_000
KEPT_MS = 400 * 24 * HOUR_MS
MAX_POINTS = 1_000  # that one hour names; a stranger may name anything
OTHERS = ""  # all beyond


def add(connection: Connection, at_ms: int, requests: Mapping[str, int]) -> None:
    """`requests`: by charge point, at most MAX_POINTS of them."""
    hour_ms = at_ms - at_ms % HOUR_MS
    of_hour = UNAVAILABLE.c.hour_ms == hour_ms
    known = set(connection.execute(select(UNAVAILABLE.c.cp_id).where(of_hour)).scalars())
    sums: dict[str, int] = {}
    for cp_id, count in requests.items():
        has_place = cp_id in known or len(known) < MAX_POINTS
        name = cp_id if has_place else OTHERS
        known.add(name)
        sums[name] = sums.get(name, 0) + count
    rows = [{"hour_ms": hour_ms, "cp_id": name, "requests": count} for name, count in sums.items()]
    upsert(connection, UNAVAILABLE, rows, added=("requests",))
    connection.execute(delete(UNAVAILABLE).where(UNAVAILABLE.c.hour_ms < hour_ms - KEPT_MS))


def total(connection: Connection) -> int:
    """Of all hours that are kept."""
    return int(connection.execute(select(func.coalesce(func.sum(UNAVAILABLE.c.requests), 0))).scalar_one())


def by_point(connection: Connection, from_ms: int, to_ms: int) -> dict[str, int]:
    """Of the hours that begin within."""
    within = (UNAVAILABLE.c.hour_ms >= from_ms, UNAVAILABLE.c.hour_ms < to_ms)
    summed = select(UNAVAILABLE.c.cp_id, func.sum(UNAVAILABLE.c.requests)).where(*within).group_by(UNAVAILABLE.c.cp_id)
    return {cp_id: int(count) for cp_id, count in connection.execute(summed)}
