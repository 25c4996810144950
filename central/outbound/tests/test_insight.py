"""Insight's tables out of the log of a real Central: the same rows whether it ran along, was killed, or is rebuilt."""

import random
import time
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from wire.kinds import CP, DRIVER, SITE

from central.model.records import Incoming
from central.money.readings import energy_wh as wh_of
from central.money.readings import from_text
from central.outbound.insight.facts import take
from central.outbound.insight.local_time import ZoneFrom
from central.outbound.insight.rollups import add_zone
from central.outbound.insight.run import empty
from central.outbound.insight.tables import CHARGES, DAYS, MONTHS, PEAKS, POSTS, QUARTERS, READINGS, SITES, STAYS, ZONES
from central.outbound.tests.reading import everything, insight, is_read, judge_all, reading, with_tables
from central.outbound.tests.yard import BEGAN_MS, MIN_MS, Yard
from central.reading.admit import admit
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.tables import CHARGING_SESSIONS
from central.tests.engines import CHARGE_WH, Fleet
from central.tests.site import Site
from central.tests.working import is_folded, rows_of, working
from eventlog import Record
from tools.testing.deadlines import DEADLINE_S

POINTS, CHARGES_EACH, CHECKPOINTS = 3, 6, 20
KILLS = 4
HOUR_MS = 60 * MIN_MS
AUTUMN_MS = 1_792_879_200_000  # 2026-10-25 00:00 in Berlin
BERLIN = "Europe/Berlin"


def billed_wh(database: Database) -> int:
    return sum(row["energy_wh"] for row in rows_of(database, QUARTERS))


@pytest.mark.timeout(200)
def test_killed_again_and_again_the_rows_are_those_of_a_rebuild(
    site: Site, empty_database_url: str, tmp_path: Path
) -> None:
    books = {"DB_PATH": str(tmp_path / "books.db"), "OUTAGE_GRACE_S": "3600", "PLANT_SPEED": "10000"}
    settings = {"INSIGHT_DATABASE_URL": empty_database_url, **books}
    fleet = Fleet(site, POINTS, CHARGES_EACH, CHECKPOINTS)
    worker, figures = site.process("worker", **settings), site.process("insight", **settings)
    site.start(worker, figures)
    killed = open_database(empty_database_url)
    kills_at = sorted(random.sample(range(1, POINTS * CHARGES_EACH - POINTS), KILLS))  # after so many charges
    deadline = time.monotonic() + DEADLINE_S
    try:
        fleet.begin()
        while kills_at or not (fleet.is_done and is_read(killed, site.log)):
            assert time.monotonic() < deadline, figures.log_tail() + worker.log_tail()
            fleet.step(random.uniform(0.0, 0.05))
            if kills_at and fleet.ended >= kills_at[0]:
                figures.kill()
                del kills_at[0]
                figures.start()
        all_charged = POINTS * CHARGES_EACH
        site.wait_for(lambda: len(charged(killed)) == all_charged and is_read(killed, site.log), "all receipts")
    finally:
        figures.stop()
        worker.stop()
        fleet.close()
    assert figures.exit_code == 0, figures.log_tail()
    with reading(killed, site.log) as one:  # judges what it had not come to
        one.catch_up()

    assert billed_wh(killed) == POINTS * CHARGES_EACH * CHARGE_WH
    rebuilt = with_tables(f"sqlite:///{tmp_path / 'rebuilt.db'}")
    with reading(rebuilt, site.log) as one:
        one.catch_up()
    assert everything(rebuilt) == everything(killed)
    with killed.writer.begin() as connection:
        empty(connection)
    with reading(killed, site.log) as one:
        one.catch_up()
    assert everything(killed) == everything(rebuilt)
    killed.dispose()
    rebuilt.dispose()


def charged(database: Database) -> Sequence[dict[str, object]]:
    return [row for row in rows_of(database, CHARGES) if row["energy_wh"] is not None]


@pytest.mark.parametrize(
    ("night_ms", "days", "hours"),
    [
        (BEGAN_MS, ("2026-03-28", "2026-03-29", "2026-03-30"), 23),
        (AUTUMN_MS - HOUR_MS + 100_000, ("2026-10-24", "2026-10-25", "2026-10-26"), 25),
    ],
)
def test_a_charge_over_the_night_of_a_clock_change_lies_in_its_days(
    tmp_path: Path, night_ms: int, days: tuple[str, str, str], hours: int
) -> None:
    """From an hour before the day of the change to 2 h after it: a Wh each 6 s, all the time."""
    yard = Yard(tmp_path / "night", began_ms=night_ms)
    lasted_h = 1 + hours + 2
    yard.charge(1, [(minute, 1_000 + 10 * minute) for minute in range(0, lasted_h * 60 + 1, 10)])
    yard.read()
    with yard.database.writer.begin() as connection:
        add_zone(connection, "", ZoneFrom(night_ms, BERLIN))
    found = {row["day"]: row for row in rows_of(yard.database, DAYS)}
    assert tuple(sorted(found)) == days
    assert sum(row["energy_wh"] for row in found.values()) == lasted_h * 600 == billed_wh(yard.database)
    assert found[days[1]]["energy_wh"] == hours * 600
    assert found[days[1]]["in_use_ms"] == hours * HOUR_MS
    (month,) = rows_of(yard.database, MONTHS)
    assert (month["month"], month["energy_wh"], month["charges"]) == (days[0][:7], lasted_h * 600, 1)
    assert month["cost_minor"] == lasted_h * 600
    assert month["in_use_ms"] == lasted_h * HOUR_MS
    assert rows_of(yard.database, READINGS) == []
    yard.close()


def test_whether_a_site_s_zone_is_read_before_or_after_its_charges_makes_no_difference(tmp_path: Path) -> None:
    rows: list[object] = []
    for name, zone_first in (("first", True), ("last", False)):
        yard = Yard(tmp_path / name)
        yard.charge(1, [(minute, 1_000 + 10 * minute) for minute in range(0, 60 * 50, 10)])
        zones = [ZoneFrom(BEGAN_MS, BERLIN), ZoneFrom(BEGAN_MS + 20 * HOUR_MS, "Asia/Tokyo")]
        for step in ("zones", "charges") if zone_first else ("charges", "zones"):
            if step == "charges":
                yard.read()
                continue
            with yard.database.writer.begin() as connection:
                for each in zones:
                    add_zone(connection, "", each)
        rows.append([rows_of(yard.database, table) for table in (DAYS, MONTHS, QUARTERS, ZONES)])
        assert sum(row["energy_wh"] for row in rows_of(yard.database, DAYS)) == billed_wh(yard.database)
        yard.close()
    assert rows[0] == rows[1]


def test_a_record_twice_counts_once(yard: Yard) -> None:
    yard.charge(1, [(0, 1_000), (30, 4_000), (60, 6_000)])
    again = [(record.topic, record.key, record.value, record.headers) for record in _all(yard.site)]
    yard.read()
    before = _figures(yard.database)
    for topic, key, value, headers in again:
        yard.site.appends(topic, key or "", value, headers["by"].decode())
    yard.read()
    assert _figures(yard.database) == before
    assert billed_wh(yard.database) == 5_000


def _all(site: Site) -> list[Record]:
    return [record for topic in (CP, DRIVER) for record in site.read(topic)]


def _figures(database: Database) -> dict[str, object]:
    """All but the places in the log, and readings: those told again wait for a receipt until they are old."""
    return {name: rows for name, rows in everything(database).items() if name not in ("Positions", "Readings")}


def test_a_correction_is_entered_where_it_flowed(yard: Yard) -> None:
    session = yard.charge(1, [(0, 1_000), (30, 4_000), (60, 5_000)], reason="lost")
    began_ms = BEGAN_MS
    yard.now_ms = began_ms + 90 * MIN_MS
    yard.ticket(session, 2, 5_000, 6_500, began_ms, "lost")
    yard.read()
    (charge,) = rows_of(yard.database, CHARGES)
    assert (charge["energy_wh"], charge["tickets"], charge["ended_at_ms"]) == (5_500, 2, yard.now_ms)
    quarters = rows_of(yard.database, QUARTERS)
    assert sum(row["in_use_ms"] for row in quarters) == 90 * MIN_MS
    assert sum(row["energy_wh"] for row in quarters) == 5_500
    assert sum(row["energy_wh"] for row in quarters if row["quarter_ms"] > began_ms + 60 * MIN_MS) > 500
    assert sum(row["charges"] for row in quarters) == 1


def test_what_was_held_and_is_billed_later_is_spread_over_the_charge(yard: Yard) -> None:
    session = yard.charge(1, [(0, 1_000), (60, 5_000)])
    yard.ticket(session, 2, 5_000, 9_000, BEGAN_MS)
    yard.read()
    quarters = rows_of(yard.database, QUARTERS)
    assert sum(row["energy_wh"] for row in quarters) == 8_000
    assert sum(row["in_use_ms"] for row in quarters) == 60 * MIN_MS
    assert max(row["energy_wh"] for row in quarters) == 2_000


def test_an_implausible_checkpoint_adds_nothing(yard: Yard) -> None:
    yard.charge(1, [(0, 1_000), (20, 900_000), (30, 500), (40, 2_000), (60, 3_000)])
    yard.read()
    assert billed_wh(yard.database) == 2_000


def test_old_quarter_hours_go_and_their_peak_and_months_stay(yard: Yard) -> None:
    yard.charge(1, [(0, 1_000), (60, 9_000)])
    yard.read()
    months, days = rows_of(yard.database, MONTHS), rows_of(yard.database, DAYS)
    highest = max(row["energy_wh"] for row in rows_of(yard.database, QUARTERS))
    yard.now_ms += 40 * 24 * HOUR_MS
    yard.site.says("heard", "ticker", cp_id="cp_001")
    yard.site.says("charge_request", "api", driver_id="lin", cp_id="cp_001")
    with reading(yard.database, yard.site.log, insight(32)) as one:
        one.catch_up()
        one.wait(lambda: not rows_of(yard.database, QUARTERS), "the old ones forgotten")
    assert rows_of(yard.database, MONTHS) == months
    assert rows_of(yard.database, DAYS) == days
    (peak,) = rows_of(yard.database, PEAKS)
    assert peak["power_w"] == 4 * highest


def test_a_post_s_limit_is_the_lower_of_its_board_s_and_the_operator_s(yard: Yard) -> None:
    yard.charge(1, [(0, 1_000), (60, 2_000)])
    yard.site.says("operator_request", "operator", cp_id="cp_001", action="limit", limit_ma=10_000)
    yard.charge(2, [(0, 2_000), (60, 3_000)])
    yard.site.says("operator_request", "operator", cp_id="cp_001", action="limit")
    yard.charge(3, [(0, 3_000), (60, 4_000)])
    yard.read()
    charges = sorted(rows_of(yard.database, CHARGES), key=lambda row: row["claimed_at_ms"])
    assert [row["limit_ma"] for row in charges] == [32_000, 10_000, 32_000]
    assert [row["cp_id"] for row in rows_of(yard.database, POSTS)] == ["cp_001"]
    assert [row["until_ms"] for row in rows_of(yard.database, STAYS)] == [None]


def test_energy_is_what_the_books_bill(site: Site, tmp_path: Path) -> None:
    """On a real worker: the sum over the quarter-hours of each post is that of its sessions in the books."""
    books = open_database(f"sqlite:///{tmp_path / 'books.db'}")
    migrate(books.writer)
    insight = with_tables(f"sqlite:///{tmp_path / 'figures.db'}")
    fleet = Fleet(site, 2, 3, CHECKPOINTS)
    with working(books, site.log) as one, reading(insight, site.log) as other:
        fleet.begin()
        deadline = time.monotonic() + DEADLINE_S
        while not (fleet.is_done and is_folded(books, site.log)):
            assert time.monotonic() < deadline
            fleet.step(0.05)
        one.catch_up()
        other.catch_up()
    for cp_id in ("cp_0", "cp_1"):
        sessions = [row for row in rows_of(books, CHARGING_SESSIONS) if row["cp_id"] == cp_id and row["energy_wh"]]
        told_wh = sum(wh_of(from_text(row["readings"])) for row in sessions)
        entered_wh = sum(row["energy_wh"] for row in rows_of(insight, QUARTERS) if row["cp_id"] == cp_id)
        assert entered_wh == told_wh > 0
    fleet.close()
    insight.dispose()
    books.dispose()


def on_sites(yard: Yard) -> None:
    """A charge on no site, one on each of two, one after the post was removed and registered anew."""
    site = yard.site
    site.says("site_request", "operator", site_id="yard", action="add", name="Yard", time_zone=BERLIN)
    site.says("site_request", "operator", site_id="depot", action="add", name="Depot", time_zone="UTC")
    for number, site_id in enumerate((None, "yard", "depot")):
        if site_id is not None:
            site.says("operator_request", "operator", cp_id="cp_001", action="site", site_id=site_id)
        yard.charge(number, [(0, 1_000 * number), (60, 1_000 * number + 1_000)])
    site.says("operator_request", "operator", cp_id="cp_001", action="remove")
    site.says("operator_request", "operator", cp_id="cp_001", action="site", site_id="yard")  # it is gone
    yard.now_ms += HOUR_MS
    site.connect(rated_current_ma=32_000)
    yard.charge(9, [(0, 9_000), (60, 10_000)])


def test_a_charge_belongs_to_the_site_that_its_post_was_on(yard: Yard) -> None:
    on_sites(yard)
    yard.read()
    energy_wh = {row["site_id"]: row["energy_wh"] for row in rows_of(yard.database, MONTHS)}
    assert energy_wh == {"": 2_000, "yard": 1_000, "depot": 1_000}
    stays = sorted(rows_of(yard.database, STAYS), key=lambda row: row["since_ms"])
    assert [row["site_id"] for row in stays] == ["", "yard", "depot", ""]
    assert [row["until_ms"] for row in stays[:2]] == [row["since_ms"] for row in stays[1:3]]
    assert stays[3]["since_ms"] - stays[2]["until_ms"] == HOUR_MS
    assert stays[3]["until_ms"] is None
    assert {row["site_id"]: row["name"] for row in rows_of(yard.database, SITES)} == {"yard": "Yard", "depot": "Depot"}


def test_what_the_fold_of_sites_refuses_changes_nothing(yard: Yard) -> None:
    site = yard.site
    site.says("site_request", "operator", site_id="yard", action="set", time_zone="Asia/Tokyo")  # there is none yet
    site.says("site_request", "operator", site_id="yard", action="add", name="Yard")  # without a zone
    site.says("site_request", "operator", site_id="yard", action="add", name="Yard", time_zone=BERLIN)
    site.says("site_request", "operator", site_id="yard", action="add", name="Other", time_zone="UTC")  # taken
    site.says("site_request", "operator", site_id="yard", action="set", name="North yard")
    site.says("operator_request", "operator", cp_id="cp_999", action="site", site_id="yard")  # no such post
    yard.read()
    assert [(row["site_id"], row["name"]) for row in rows_of(yard.database, SITES)] == [("yard", "North yard")]
    assert [row["zone"] for row in rows_of(yard.database, ZONES)] == [BERLIN]
    assert [row["cp_id"] for row in rows_of(yard.database, POSTS)] == ["cp_001"]


def test_a_zone_that_nobody_knows_is_utc(yard: Yard) -> None:
    site = yard.site
    site.says("site_request", "operator", site_id="yard", action="add", name="Yard", time_zone="Mars/Olympus")
    site.says("operator_request", "operator", cp_id="cp_001", action="site", site_id="yard")
    yard.charge(1, [(0, 1_000), (60, 2_000)])
    yard.read()
    assert {row["day"] for row in rows_of(yard.database, DAYS)} == {"2026-03-28"}


def test_partitions_in_any_order_make_the_same_rows(tmp_path: Path) -> None:
    """The log of one yard, read topic by topic in each order, record by record."""
    yard = Yard(tmp_path / "yard")
    on_sites(yard)
    site = yard.site
    site.says("site_request", "operator", site_id="yard", action="set", time_zone="Asia/Tokyo")
    orders = list(permutations((CP, DRIVER, SITE)))
    found = [_read_in_order(yard.site, order, tmp_path / f"{number}.db") for number, order in enumerate(orders)]
    assert all(each == found[0] for each in found)
    assert found[0]["Days"]
    assert found[0]["Judgements"]
    yard.close()


def _read_in_order(site: Site, topics: Sequence[str], file: Path) -> dict[str, object]:
    database = with_tables(f"sqlite:///{file}")
    for topic in topics:
        for record in site.read(topic, 0):
            incoming = admit(record, record.timestamp_ms)
            assert isinstance(incoming, Incoming)
            with database.writer.begin() as connection:
                take(connection, [incoming])
    judge_all(database, site.read(SITE, 0)[-1].timestamp_ms)
    rows: dict[str, object] = dict(everything(database))
    database.dispose()
    return rows
