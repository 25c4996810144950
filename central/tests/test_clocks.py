"""The log's clock goes wrong: what is folded meanwhile and afterwards, and that a rebuild sees the same."""

import binascii
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wire.kinds.fields import TIME_MIN_MS

from central.model.record_time import Mark
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.tables import CHARGING_SESSIONS, DRIVERS, PARKED_KEYS, POSITIONS, SEEN_IDS
from central.tests.site import Site
from central.tests.working import rows_of, working
from central.worker.forgetting import forget
from eventlog.clock import wall_ms

DAY_MS = 86_400_000


class SetClock:
    """The clock that stamps the log, set by hand."""

    def __init__(self) -> None:
        self.ahead_ms = 0
        self.stopped_at_ms: int | None = None

    def __call__(self) -> int:
        return wall_ms() + self.ahead_ms if self.stopped_at_ms is None else self.stopped_at_ms


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def lined(tmp_path: Path, clock: SetClock) -> Iterator[Site]:
    site = Site(tmp_path, now_ms=clock)
    yield site
    site.close()


@pytest.fixture
def rebuilt(tmp_path: Path) -> Iterator[Callable[[Site], Database]]:
    """A new database folded from the same log."""
    opened: list[Database] = []

    def rebuild(site: Site) -> Database:
        database = open_database(f"sqlite:///{tmp_path / f'again-{len(opened)}.db'}")
        opened.append(database)
        migrate(database.writer)
        with working(database, site.log) as one:
            one.catch_up()
        return database

    yield rebuild
    for database in opened:
        database.dispose()


def registered_at(database: Database) -> dict[str, int]:
    return {row["driver_id"]: row["created_at_ms"] for row in rows_of(database, DRIVERS)}


def times_of(database: Database) -> set[tuple[object, ...]]:
    wanted = ("topic", "partition", "next", "mark_ms", "before_ms", "count")
    return {tuple(row[name] for name in wanted) for row in rows_of(database, POSITIONS)}


def names_of_one_partition(count: int) -> list[str]:
    """Drivers whose records share one mark."""
    names = (f"ada{number}" for number in itertools.count())
    return list(itertools.islice((name for name in names if binascii.crc32(name.encode()) % 8 == 0), count))


def test_a_stamp_a_day_ahead_holds_nothing_up(
    database: Database, lined: Site, clock: SetClock, rebuilt: Callable[[Site], Database]
) -> None:
    """Folded one by one, and in a rebuild all at once: the times are the same."""
    aheads = (0, 0, 0, DAY_MS, 0, 0, 0, -DAY_MS, 0)
    names = names_of_one_partition(len(aheads))
    stamps: list[int] = []
    with working(database, lined.log) as one:
        for name, clock.ahead_ms in zip(names, aheads, strict=True):
            stamps.append(lined.says("driver_register", "api", driver_id=name).result(10).timestamp_ms)
            one.catch_up()
    expected = [*stamps[:7], stamps[6], stamps[8]]
    assert registered_at(database) == dict(zip(names, expected, strict=True))
    again = rebuilt(lined)
    assert registered_at(again) == registered_at(database)
    assert times_of(again) == times_of(database)


def test_a_log_that_began_without_a_clock(database: Database, lined: Site, clock: SetClock) -> None:
    """No time of 1970 reaches a table, nothing is parked for it, and what comes once the clock is set has its time."""
    clock.stopped_at_ms = 5_000
    lined.connect()
    lined.says("driver_register", "api", driver_id="ada").result(10)
    lined.says("charge_request", "api", message_id="early", driver_id="ada", cp_id="cp_001").result(10)
    with working(database, lined.log) as one:
        one.catch_up()
        assert registered_at(database) == {"ada": TIME_MIN_MS}
        (session,) = rows_of(database, CHARGING_SESSIONS)
        assert session["requested_at_ms"] == TIME_MIN_MS
        clock.stopped_at_ms = None
        lined.says("driver_register", "api", driver_id="bob").result(10)
        one.catch_up()
    assert not rows_of(database, PARKED_KEYS)
    assert registered_at(database)["bob"] > TIME_MIN_MS + DAY_MS


def test_what_is_forgotten_goes_by_the_lowest_mark(database: Database) -> None:
    """A partition whose clock is a month ahead makes no id of another forgotten."""
    old, now_ms = 40 * DAY_MS, wall_ms()
    with database.writer.begin() as connection:
        seen = {"topic": "ev.cp", "key": "k", "kind": "heard"}
        ids = [{**seen, "message_id": str(ago), "at_ms": now_ms - ago} for ago in (DAY_MS, 2 * old)]
        connection.execute(SEEN_IDS.insert(), ids)
        assert forget(connection, [Mark(), Mark(now_ms + old), Mark(now_ms)])
    assert [row["message_id"] for row in rows_of(database, SEEN_IDS)] == [str(DAY_MS)]
    with database.writer.begin() as connection:
        assert forget(connection, [Mark(), Mark()])
    assert rows_of(database, SEEN_IDS)
