"""What a real worker makes of requests that come to nothing, as insight counts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.outbound.insight.attempts import UNHEARD_MS, verdict
from central.outbound.insight.local_time import Span
from central.outbound.insight.period import this_month
from central.outbound.insight.queries import attempts_of, sites_of
from central.outbound.insight.summary import summary_of
from central.outbound.tests.reading import reading, with_tables
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.tests.site import Site
from central.tests.working import working
from eventlog.clock import wall_ms

LOST_AFTER_MS = 86_400_000


@pytest.fixture
def figures(tmp_path: Path) -> Iterator[Database]:
    opened = with_tables(f"sqlite:///{tmp_path / 'figures.db'}")
    yield opened
    opened.dispose()


def ask(site: Site, driver: str, cp_id: str = "cp_001", **fields: object) -> None:
    site.says("charge_request", "api", driver_id=driver, cp_id=cp_id, **fields)


def test_each_refusal_counts_as_what_it_is(site: Site, figures: Database, tmp_path: Path) -> None:
    books = open_database(f"sqlite:///{tmp_path / 'books.db'}")
    migrate(books.writer)
    drivers = ("first", "second", "far", "lost", "poor", "cheap")
    with working(books, site.log) as worker, reading(figures, site.log) as reader:
        site.connect("cp_001", "b1", price_per_kwh=0.25)
        site.board_says("register_request", "b2", id="cp_002", location="Yard", price_per_kwh=0.25)  # no line
        for driver in drivers:
            site.says("driver_register", "api", driver_id=driver)
        worker.catch_up()
        ask(site, "first")
        worker.catch_up()
        ask(site, "second")  # busy
        ask(site, "far", "cp_002")  # offline
        ask(site, "lost", "cp_404")  # no such charge point
        ask(site, "nobody")  # never registered
        ask(site, "first", "cp_002")  # charges already
        worker.catch_up()
        site.says("link_up", "bridge", cp_id="cp_002", link_id="link-b2", board="b2")
        worker.catch_up()
        ask(site, "poor", "cp_002", max_cost_minor=1, price_per_kwh=0.25)  # buys 40 Wh, so it is taken
        ask(site, "cheap", "cp_002", price_per_kwh=0.2)  # dearer than it was shown, or busy
        worker.catch_up()
        reader.catch_up()
    now_ms = wall_ms()
    with figures.reader.connect() as connection:
        everything = Span(0, now_ms + LOST_AFTER_MS)
        attempts = attempts_of(connection, "", everything)
        later_ms = now_ms + UNHEARD_MS + 60_000
        told = sorted((each.driver_id, each.cp_id, verdict(each, later_ms, LOST_AFTER_MS)) for each in attempts)
        (site_row,) = sites_of(connection)
        summary = summary_of(connection, site_row, this_month(now_ms, "UTC"), later_ms, LOST_AFTER_MS)
    assert told == [
        ("cheap", "cp_002", "turned_away"),
        ("far", "cp_002", "failed"),
        ("first", "cp_001", "open"),
        ("first", "cp_002", "own_cause"),
        ("lost", "cp_404", "own_cause"),
        ("nobody", "cp_001", "own_cause"),
        ("poor", "cp_002", "open"),
        ("second", "cp_001", "turned_away"),
    ]
    assert summary.first == (0, 1, 2, 2)
    assert dict(summary.attempts) == {"open": 2, "turned_away": 2, "own_cause": 3, "failed": 1}
    assert summary.lost == (3, None)
    books.dispose()


def test_a_charge_that_goes_on_is_open_while_it_is_heard(site: Site, figures: Database, tmp_path: Path) -> None:
    books = open_database(f"sqlite:///{tmp_path / 'books.db'}")
    migrate(books.writer)
    with working(books, site.log) as worker, reading(figures, site.log) as reader:
        site.connect("cp_001", "b1")
        site.says("driver_register", "api", driver_id="ada")
        worker.catch_up()
        ask(site, "ada")
        worker.catch_up()
        reader.catch_up()
        with figures.reader.connect() as connection:
            (asked,) = attempts_of(connection, "", Span(0, wall_ms() + LOST_AFTER_MS))
        later_ms = asked.asked_at_ms + 5 * LOST_AFTER_MS
        assert verdict(asked, later_ms, LOST_AFTER_MS) == "failed"
        told = {"cp_id": "cp_001", "session_id": asked.session_id, "meter_id": "m-cp_001"}
        site.board_says("charge_started", register_wh=1_000, **told)
        worker.catch_up()
        reader.catch_up()
    with figures.reader.connect() as connection:
        (heard,) = attempts_of(connection, "", Span(0, wall_ms() + LOST_AFTER_MS))
    assert heard.heard_at_ms >= asked.heard_at_ms
    assert verdict(heard, heard.heard_at_ms + LOST_AFTER_MS, LOST_AFTER_MS) == "open"
    books.dispose()
