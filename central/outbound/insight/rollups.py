"""Roll-ups: quarter-hours are entered, days and months are their sums by the site's own calendar.

A quarter-hour belongs to the day that the zone of its own time gives it. So it makes no difference whether a site's
zone is read before or after its charges: what was entered under another zone is moved.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, select

from central.outbound.insight.local_time import ZoneFrom, day_of, month_of, zone_at
from central.outbound.insight.spreading import QUARTERS_PER_HOUR
from central.outbound.insight.tables import DAYS, MONTHS, PEAKS, QUARTERS, SITE_QUARTERS, SUMS, ZONES
from central.store.upsert import upsert


class Entry(NamedTuple):
    """What a quarter-hour of a post has more."""

    quarter_ms: int
    energy_wh: int = 0
    in_use_ms: int = 0
    charges: int = 0
    cost_minor: int = 0


class Place(NamedTuple):
    """A post, as a part of the site that it is on."""

    site_id: str
    cp_id: str


# Each roll-up by local calendar, its column, and what a quarter-hour gives there.
_CALENDARS = ((DAYS, "day", day_of), (MONTHS, "month", month_of))


def enter(connection: Connection, place: Place, entries: Iterable[Entry]) -> None:
    kept = [each for each in entries if any(each[1:])]
    _add(connection, QUARTERS, place, "quarter_ms", {each.quarter_ms: each[1:] for each in kept})
    flowed = [
        {"site_id": place.site_id, "quarter_ms": each.quarter_ms, "energy_wh": each.energy_wh}
        for each in kept if each.energy_wh
    ]  # fmt: skip
    upsert(connection, SITE_QUARTERS, flowed, added=("energy_wh",))
    _enter_days(connection, place, kept, history_of(connection, place.site_id))


def history_of(connection: Connection, site_id: str) -> list[ZoneFrom]:
    found = select(ZONES.c.since_ms, ZONES.c.zone).where(ZONES.c.site_id == site_id).order_by(ZONES.c.since_ms)
    return [ZoneFrom(*row) for row in connection.execute(found)]


def add_zone(connection: Connection, site_id: str, since: ZoneFrom) -> None:
    """The site's zone from then on; what was entered for later quarter-hours is moved to its days there."""
    before = history_of(connection, site_id)
    upsert(connection, ZONES, [{"site_id": site_id, **since._asdict()}])
    after = history_of(connection, site_id)
    moved: dict[Place, list[Entry]] = defaultdict(list)
    for row in connection.execute(select(QUARTERS).where(QUARTERS.c.site_id == site_id)).mappings():
        quarter_ms: int = row["quarter_ms"]
        if zone_at(before, quarter_ms) != zone_at(after, quarter_ms):
            moved[Place(site_id, row["cp_id"])].append(Entry(quarter_ms, *(row[name] for name in SUMS)))
    for place, entries in moved.items():
        _enter_days(connection, place, [_negative(each) for each in entries], before)
        _enter_days(connection, place, entries, after)
    for table, _, _ in _CALENDARS:
        is_empty = [table.c[name] == 0 for name in SUMS]
        connection.execute(delete(table).where(table.c.site_id == site_id, *is_empty))


def forget_quarters(connection: Connection, before_ms: int) -> None:
    """Older quarter-hours go; the highest of each site's month is kept."""
    old = select(SITE_QUARTERS).where(SITE_QUARTERS.c.quarter_ms < before_ms).order_by(SITE_QUARTERS.c.quarter_ms)
    histories: dict[str, list[ZoneFrom]] = {}
    highest = {(row.site_id, row.month): (row.power_w, row.quarter_ms) for row in connection.execute(select(PEAKS))}
    for site_id, quarter_ms, energy_wh in connection.execute(old):
        if site_id not in histories:
            histories[site_id] = history_of(connection, site_id)
        key = (site_id, month_of(quarter_ms, zone_at(histories[site_id], quarter_ms)))
        power_w = energy_wh * QUARTERS_PER_HOUR
        if power_w > highest.get(key, (0, 0))[0]:
            highest[key] = (power_w, quarter_ms)
    rows = [
        {"site_id": site_id, "month": month, "power_w": power_w, "quarter_ms": quarter_ms}
        for (site_id, month), (power_w, quarter_ms) in highest.items()
    ]
    upsert(connection, PEAKS, rows)
    for table in (QUARTERS, SITE_QUARTERS):
        connection.execute(delete(table).where(table.c.quarter_ms < before_ms))


def _enter_days(connection: Connection, place: Place, entries: Sequence[Entry], history: Sequence[ZoneFrom]) -> None:
    for table, column, name_of in _CALENDARS:
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for each in entries:
            name = name_of(each.quarter_ms, zone_at(history, each.quarter_ms))
            sums[name].update({"": 0, **dict(zip(SUMS, each[1:], strict=True))})
        _add(connection, table, place, column, {name: [total[each] for each in SUMS] for name, total in sums.items()})


def _add(
    connection: Connection,
    table: Table,
    place: Place,
    column: str,
    sums: Mapping[int, Sequence[int]] | Mapping[str, Sequence[int]],
) -> None:
    rows = [
        {**place._asdict(), column: moment, **dict(zip(SUMS, total, strict=True))} for moment, total in sums.items()
    ]
    upsert(connection, table, rows, added=SUMS)


def _negative(entry: Entry) -> Entry:
    return Entry(entry.quarter_ms, *(-each for each in entry[1:]))
