"""A year of figures: made-up charges of many drivers at the posts of one site, in insight's own tables.

Its reader would take minutes to read so many from a log, so their rows are written at once; what is judged ahead of
them, the reader's own step judges.
"""

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Table

from central.money.readings import Reading
from central.outbound.insight.ahead import ALWAYS_MS, Outdated, judge_ahead, outdate
from central.outbound.insight.local_time import day_of
from central.outbound.insight.spreading import energy_by_quarter, quarter_of, time_by_quarter
from central.outbound.insight.tables import (
    CHARGES,
    DAYS,
    MONTHS,
    POSTS,
    QUARTERS,
    REQUESTS,
    SITE_QUARTERS,
    SITES,
    STAYS,
    ZONES,
)
from central.outbound.insight.version import MIGRATIONS
from central.store.database import Database, open_database
from central.store.migrate import migrate

SITE_ID, ZONE = "bench", "Europe/Berlin"
YEAR_MS, DAY_MS, MIN_MS = 365 * 86_400_000, 86_400_000, 60_000
LOST_AFTER_MS = DAY_MS
DRIVERS_PER_POST = 8
RATED_MA = 32_000
POWER_W = (1_900, 3_600, 6_600, 7_200, 11_000)
LASTS_MIN = (30, 240)
REFUSED = {"offline": 0.02, "busy": 0.02, "price_changed": 0.01}  # of all requests
CENTS_PER_KWH = 32
MS_PER_H, WH_PER_KWH = 3_600_000, 1_000

Sums = tuple[int, int, int, int]  # energy_wh, in_use_ms, charges, cost_minor


class Charge(NamedTuple):
    """One request, and what was charged; `refused`: why nothing was."""

    session_id: str
    driver_id: str
    cp_id: str
    asked_at_ms: int
    ended_at_ms: int
    energy_wh: int
    refused: str | None

    @property
    def cost_minor(self) -> int:
        return self.energy_wh * CENTS_PER_KWH // WH_PER_KWH


def fill(file: Path, cp_ids: Sequence[str], charges: int, now_ms: int) -> float:
    """Makes the database and judges all of its months; the processor's ms for each of them."""
    database = open_database(f"sqlite:///{file}")
    try:
        migrate(database.writer, folder=MIGRATIONS)
        with closing(sqlite3.connect(file)) as rows, rows:
            _write(rows, cp_ids, list(_charges(cp_ids, charges, now_ms)), now_ms - YEAR_MS)
        return _judge(database, now_ms)
    finally:
        database.dispose()


def _charges(cp_ids: Sequence[str], charges: int, now_ms: int) -> Iterator[Charge]:
    """Evenly over the year, the last one just now."""
    chance = random.Random(1)
    drivers = [(f"drv_{number:06}", chance.choice(POWER_W)) for number in range(DRIVERS_PER_POST * len(cp_ids))]
    for number in range(charges):
        driver_id, power_w = chance.choice(drivers)
        asked_at_ms = now_ms - YEAR_MS + number * YEAR_MS // charges
        lasted_ms = chance.randrange(*LASTS_MIN) * MIN_MS
        refused = chance.choices([None, *REFUSED], [1 - sum(REFUSED.values()), *REFUSED.values()])[0]
        ended_at_ms, energy_wh = (asked_at_ms, 0) if refused else (
            min(asked_at_ms + lasted_ms, now_ms), power_w * lasted_ms // MS_PER_H
        )  # fmt: skip
        yield Charge(f"s{number:06}", driver_id, chance.choice(cp_ids), asked_at_ms, ended_at_ms, energy_wh, refused)


def _write(rows: sqlite3.Connection, cp_ids: Sequence[str], charges: Sequence[Charge], began_ms: int) -> None:
    _insert(rows, SITES, [(SITE_ID, "Bench", None)])
    _insert(rows, ZONES, [(SITE_ID, began_ms, ZONE)])
    _insert(rows, POSTS, ((cp_id, SITE_ID, True, RATED_MA, None) for cp_id in cp_ids))
    _insert(rows, STAYS, ((cp_id, began_ms, SITE_ID, None) for cp_id in cp_ids))
    _insert(rows, REQUESTS, (
        (each.session_id, each.driver_id, each.cp_id, each.asked_at_ms, each.ended_at_ms,
         "refused" if each.refused else "completed", each.refused)
        for each in charges
    ))  # fmt: skip
    _insert(rows, CHARGES, (
        (each.session_id, each.cp_id, SITE_ID, each.asked_at_ms, RATED_MA, each.asked_at_ms, each.ended_at_ms,
         each.energy_wh, each.cost_minor, "driver", 1, each.energy_wh, each.ended_at_ms - each.asked_at_ms)
        for each in charges if not each.refused
    ))  # fmt: skip
    _roll_up(rows, charges)
    rows.execute("ANALYZE")


def _roll_up(rows: sqlite3.Connection, charges: Sequence[Charge]) -> None:
    quarters: dict[tuple[str, int], list[int]] = {}
    for each in charges:
        start, end = Reading(each.asked_at_ms, 0), Reading(each.ended_at_ms, each.energy_wh)
        for at_ms, energy_wh in energy_by_quarter((start, end)).items():
            quarters.setdefault((each.cp_id, at_ms), [0, 0, 0, 0])[0] += energy_wh
        for at_ms, used_ms in time_by_quarter(each.asked_at_ms, each.ended_at_ms).items():
            quarters.setdefault((each.cp_id, at_ms), [0, 0, 0, 0])[1] += used_ms
        if not each.refused:
            ended = quarters.setdefault((each.cp_id, quarter_of(each.ended_at_ms)), [0, 0, 0, 0])
            ended[2], ended[3] = ended[2] + 1, ended[3] + each.cost_minor
    together: Counter[int] = Counter()
    days: dict[tuple[str, str], list[int]] = {}
    months: dict[tuple[str, str], list[int]] = {}
    for (cp_id, at_ms), sums in quarters.items():
        together[at_ms] += sums[0]
        for of, name in ((days, _day(at_ms)), (months, _day(at_ms)[:7])):
            total = of.setdefault((cp_id, name), [0, 0, 0, 0])
            total[:] = [before + each for before, each in zip(total, sums, strict=True)]
    for table, made in ((QUARTERS, quarters), (DAYS, days), (MONTHS, months)):
        _insert(rows, table, ((SITE_ID, *key, *sums) for key, sums in made.items()))
    _insert(rows, SITE_QUARTERS, ((SITE_ID, at_ms, energy_wh) for at_ms, energy_wh in together.items()))


@cache
def _day(at_ms: int) -> str:
    return day_of(at_ms, ZONE)


def _insert(rows: sqlite3.Connection, table: Table, values: Iterable[tuple[Any, ...]]) -> None:
    places = ", ".join("?" for _ in table.columns)
    rows.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', values)


def _judge(database: Database, now_ms: int) -> float:
    steps, left, began_s = 0, list[Outdated](), time.process_time()
    with database.writer.begin() as connection:
        outdate(connection, SITE_ID, ALWAYS_MS)
    while left or not steps:
        with database.writer.begin() as connection:
            left = judge_ahead(connection, now_ms, left, LOST_AFTER_MS)
        steps += 1
    return (time.process_time() - began_s) / steps * 1_000
