"""The reader: where it begins, what it does about another log, and what it does about a mistake of ours."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, select

from central.model.ids import session_id
from central.model.record_time import Mark
from central.model.records import Incoming
from central.outbound import reader
from central.outbound.insight.facts import take
from central.outbound.insight.run import empty
from central.outbound.insight.tables import POSTS, REQUESTS
from central.outbound.reader import LogReader, resting_time_ms
from central.outbound.tests.reading import INSIGHT, Reading, everything, is_judged, is_read, reading, with_tables
from central.outbound.tests.yard import BEGAN_MS, MIN_MS
from central.reading.process import Stopped
from central.store.database import Database
from central.store.offsets import Fingerprint, Position, read_positions
from central.store.tables import POSITIONS
from central.tests.site import Site
from central.tests.working import rows_of


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    opened = with_tables(empty_database_url)
    yield opened
    opened.dispose()


def ask(site: Site, *drivers: str) -> None:
    for driver in drivers:
        site.says("charge_request", "api", driver_id=driver, cp_id="cp_001")


def drivers_in(database: Database) -> set[str]:
    with database.reader.connect() as connection:
        return set(connection.execute(select(REQUESTS.c.driver_id)).scalars())


def test_insight_begins_at_the_log_s_beginning(database: Database, site: Site) -> None:
    ask(site, "ada", "lin")
    with reading(database, site.log) as one:
        one.catch_up()
        ask(site, "kim")
        one.wait(lambda: drivers_in(database) == {"ada", "lin", "kim"}, "what came later")


def test_notices_begin_at_its_end_and_go_on_from_there(database: Database, site: Site) -> None:
    later = replace(INSIGHT, begins_at_end=True)
    ask(site, "ada")
    with reading(database, site.log, later) as one:
        one.catch_up()
        ask(site, "lin")
        one.wait(lambda: drivers_in(database) == {"lin"}, "the new one alone")
    ask(site, "kim")
    with reading(database, site.log, later) as one:
        one.wait(lambda: drivers_in(database) == {"lin", "kim"}, "what came while nobody read")


def test_strangers_and_records_in_the_wrong_place_bring_nothing_about(database: Database, site: Site) -> None:
    site.says("charge_request", "ticker", driver_id="ada", cp_id="cp_001")
    site.appends("ev.driver", "lin", b"{not json", "api")
    site.appends("ev.cp", "kim", b'{"type":"charge_request","message_id":"m","driver_id":"kim","cp_id":"c"}', "api")
    ask(site, "eva")
    with reading(database, site.log) as one:
        one.catch_up()
    assert drivers_in(database) == {"eva"}
    assert one.reader.counts["unsound"] == 3


def test_what_take_fails_on_is_left_out_and_the_rest_goes_on(database: Database, site: Site) -> None:
    def fails(connection: Connection, records: Sequence[Incoming]) -> None:
        if any(record.key == "bad" for record in records):
            raise ZeroDivisionError
        take(connection, records)

    ask(site, "ada", "bad", "lin")
    with reading(database, site.log, replace(INSIGHT, take=fails)) as one:
        one.catch_up()
    assert drivers_in(database) == {"ada", "lin"}
    assert one.reader.counts["failed"] == 1


def refusal(database: Database, site: Site) -> str:
    """What it says as it stops; nothing has changed."""
    before = everything(database)
    stopped = Reading(database, site.log)
    stopped.start()
    error = stopped.wait_ended()
    assert isinstance(error, Stopped)
    assert everything(database) == before
    assert "\n" not in str(error)
    return str(error)


def test_another_log_is_refused_until_the_figures_are_made_anew(
    database: Database, site: Site, tmp_path: Path
) -> None:
    ask(site, "ada")
    with reading(database, site.log) as one:
        one.catch_up()
    (tmp_path / "other").mkdir()
    other = Site(tmp_path / "other")
    ask(other, "lin")
    try:
        said = refusal(database, other)
        assert other.log.cluster_id() in said
        assert "wattline-central insight --rebuild" in said
        with database.writer.begin() as connection:
            empty(connection)
        with reading(database, other.log) as one:
            one.catch_up()
        assert drivers_in(database) == {"lin"}
    finally:
        other.close()


def test_a_log_rolled_back_is_refused(database: Database, site: Site) -> None:
    ask(site, "ada", "lin")
    with reading(database, site.log) as one:
        one.catch_up()
    with database.writer.begin() as connection:
        at = POSITIONS.c.next > 0
        connection.execute(POSITIONS.update().where(at).values(next=POSITIONS.c.next + 5))
    assert "the log was rolled back" in refusal(database, site)


def test_another_record_under_the_last_offset_is_refused(database: Database, site: Site) -> None:
    ask(site, "ada")
    with reading(database, site.log) as one:
        one.catch_up()
    with database.writer.begin() as connection:
        connection.execute(POSITIONS.update().values(checksum=POSITIONS.c.checksum + 1))
    assert "holds another record" in refusal(database, site)


def test_two_readers_do_everything_once(database: Database, site: Site) -> None:
    site.connect()
    ask(site, *(f"drv_{number}" for number in range(50)))
    with reading(database, site.log) as one, reading(database, site.log) as two:
        one.catch_up()
        two.catch_up()
        ask(site, "last")
        one.wait(lambda: "last" in drivers_in(database), "the last")
        one.catch_up()
    assert len(rows_of(database, REQUESTS)) == 51
    assert len(rows_of(database, POSTS)) == 1


def test_tables_emptied_under_a_running_reader_are_filled_again(database: Database, site: Site) -> None:
    ask(site, "ada")
    with reading(database, site.log) as one:
        one.catch_up()
        with database.writer.begin() as connection:
            connection.execute(delete(REQUESTS))
            connection.execute(delete(POSITIONS))
        ask(site, "lin")
        one.wait(lambda: drivers_in(database) == {"ada", "lin"}, "all of it again")
        with database.reader.connect() as connection:
            assert read_positions(connection)


Make = Callable[[Connection, int, Sequence[Any]], Sequence[Any]]


class Killed(BaseException):
    """As by SIGKILL: nothing of ours catches it."""


def test_killed_at_every_commit_everything_is_done_once(
    database: Database, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reader dies at its third commit, which is lost; the next one goes on, until one has nothing left to do."""
    monkeypatch.setattr(reader, "BATCH_RECORDS", 2)
    site.connect(rated_current_ma=16_000)
    for number in range(4):
        session = session_id("ada", f"r{number}")
        names = {"cp_id": "cp_001", "driver_id": "ada", "session_id": session}
        site.says("charge_request", "api", message_id=f"r{number}", driver_id="ada", cp_id="cp_001")
        site.says("charge_claimed", "worker", request_id=f"r{number}", **names)
        for wh in (0, 100, 250):
            site.board_says(
                "meter_checkpoint", cp_id="cp_001", session_id=session, meter_id="m", register_wh=number * 500 + wh,
                occurred_at_ms=BEGAN_MS + wh * MIN_MS,
            )  # fmt: skip
        site.says(
            "ticket", "worker", number=1, meter_id="m", start_register_wh=number * 500, reason="vehicle",
            end_register_wh=number * 500 + 300, energy_wh=300, cost_minor=9, started_at_ms=BEGAN_MS,
            ended_at_ms=BEGAN_MS + 400 * MIN_MS, tariff="{}", **names,
        )  # fmt: skip
        site.says("claim_released", "worker", outcome="completed", **names)
    kills = 0
    while not (is_read(database, site.log) and is_judged(database)):
        kills += _killed_at_its_third_commit(database, site)
    assert kills > 5
    undisturbed = with_tables(f"sqlite:///{tmp_path / 'undisturbed.db'}")
    with reading(undisturbed, site.log) as one:
        one.catch_up()
    assert everything(database) == everything(undisturbed)
    undisturbed.dispose()


def _killed_at_its_third_commit(database: Database, site: Site) -> int:
    """How often that happened: 1, or 0 where everything was read before."""
    commits = 0
    stop = threading.Event()
    assert INSIGHT.make is not None

    def on_commit(connection: Connection) -> None:
        nonlocal commits
        del connection
        commits += 1
        if commits == 4:  # the first is that of knowing the log again
            raise Killed

    event.listen(database.writer, "commit", on_commit)
    one = LogReader(database, site.log, replace(INSIGHT, make=_stops_after(INSIGHT.make, stop)), stop)
    try:
        one.run()
    except Killed:
        return 1
    finally:
        event.remove(database.writer, "commit", on_commit)
    return 0


def _stops_after(make: Make, stop: threading.Event) -> Make:
    """As it makes, and no more once nothing is left."""

    def makes(connection: Connection, now_ms: int, left: Sequence[Any]) -> Sequence[Any]:
        after = make(connection, now_ms, left)
        if not left and not after:
            stop.set()
        return after

    return makes


def at(*times_ms: int) -> dict[tuple[str, int], Position]:
    last = Fingerprint(1, 2)
    return {("ev.cp", number): Position(1, Mark(at_ms, at_ms), last) for number, at_ms in enumerate(times_ms)}


def test_what_is_old_is_told_by_the_newest_time_but_one_and_never_by_a_clock_ahead_of_the_host_s() -> None:
    day_ms = 86_400_000
    now_ms = 20_000 * day_ms
    assert resting_time_ms({}, now_ms) is None
    assert resting_time_ms(at(now_ms - day_ms), now_ms) == now_ms - day_ms
    assert resting_time_ms(at(now_ms - 1, now_ms - 900 * day_ms, now_ms - 2), now_ms) == now_ms - 2  # one is idle
    assert resting_time_ms(at(now_ms + 900 * day_ms, now_ms - 2), now_ms) == now_ms - 2  # one stamp was wild
    assert resting_time_ms(at(now_ms + 900 * day_ms, now_ms + 900 * day_ms), now_ms) == now_ms  # so was the clock
