"""A rebuild publishes nothing, but for what the log has lost."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from wire.kinds import COMMANDS, CP, DEAD, DRIVER

from central.fold.apply import apply
from central.model.records import Incoming, Outgoing
from central.model.rows import Rows
from central.model.terms import Terms
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.tables import CHARGE_REQUESTS, OUTBOX
from central.tests.site import Site
from central.tests.working import TERMS, Working, content, rows_of, working
from eventlog import Record

TOPICS = (CP, DRIVER, COMMANDS, DEAD)


@pytest.fixture
def lined(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Callable[[], Database]]:
    made: list[Database] = []

    def make() -> Database:
        made.append(open_database(f"sqlite:///{tmp_path / f'empty{len(made)}.db'}"))
        migrate(made[-1].writer)
        return made[-1]

    yield make
    for each in made:
        each.dispose()


def lived(site: Site) -> None:
    """A charge is asked for, another refused, and somebody says what cannot be folded."""
    for key in (b"cp_001", b"\xff"):
        site.appends(CP, key, b"not JSON: %r" % key)
    site.connect()
    for driver_id, cp_id in (("ada", "cp_001"), ("bob", "cp_001"), ("eve", "nowhere")):
        site.says("driver_register", "api", driver_id=driver_id)
        request = {"message_id": f"r-{driver_id}", "driver_id": driver_id, "cp_id": cp_id}
        site.says("charge_request", "api", **request)


def fold(database: Database, site: Site, terms: Terms = TERMS) -> None:
    """Until all is folded and said, and what was said is folded."""
    with working(database, site.log, terms=terms) as one:
        one.catch_up()


def values(site: Site, topic: str) -> list[bytes]:
    return [record.value for record in site.read(topic, 0)]


def said(site: Site) -> dict[str, list[bytes]]:
    return {topic: values(site, topic) for topic in TOPICS}


@pytest.mark.parametrize("command_ttl_ms", [1, 3_600_000])
def test_a_rebuild_publishes_nothing(
    database: Database, lined: Site, empty: Callable[[], Database], command_ttl_ms: int
) -> None:
    lived(lined)
    terms = Terms(command_ttl_ms=command_ttl_ms)
    fold(database, lined, terms)
    before = said(lined)
    assert [topic for topic in TOPICS if not before[topic]] == ([COMMANDS] if command_ttl_ms == 1 else [])
    again = empty()
    fold(again, lined, terms)
    assert said(lined) == before
    assert not rows_of(again, OUTBOX)
    assert content(again, CHARGE_REQUESTS) == content(database, CHARGE_REQUESTS)


def test_a_rebuild_that_is_killed_in_between_publishes_nothing(
    database: Database, lined: Site, empty: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(lined)
    fold(database, lined)
    before = said(lined)
    again = empty()
    monkeypatch.setattr("central.worker.intake.BATCH_RECORDS", 1)
    for _ in range(5):
        stop_after_one(again, lined)
    fold(again, lined)
    assert said(lined) == before


def test_a_database_from_a_backup_publishes_nothing_again(lined: Site, empty: Callable[[], Database]) -> None:
    """What was said after the backup lies in the log."""
    database, backup = empty(), empty()
    lived(lined)
    fold(database, lined)
    copy_database(database, backup)
    lined.says("charge_stop_request", "api", driver_id="ada", cp_id="cp_001")
    lined.says("charge_request", "api", message_id="again", driver_id="bob", cp_id="nowhere")
    lined.appends(CP, "cp_001", b"not JSON again")
    fold(database, lined)
    before = said(lined)
    fold(backup, lined)
    assert said(lined) == before
    assert content(backup, CHARGE_REQUESTS) == content(database, CHARGE_REQUESTS)


def copy_database(source: Database, target: Database) -> None:
    with closing(sqlite3.connect(source.place)) as one, closing(sqlite3.connect(target.place)) as other:
        one.backup(other)


def stop_after_one(database: Database, site: Site) -> None:
    """A worker that folds one record, and nothing more."""

    def fold_one(rows: Rows, incoming: Incoming, terms: Terms) -> Sequence[Outgoing]:
        one.stop.set()
        return apply(rows, incoming, terms)

    one = Working(database, site.log, fold_one)
    one.start()
    one.wait(one.stop.is_set, "a record")
    one.end()


@pytest.mark.parametrize("topic", [CP, DRIVER, DEAD])
def test_a_rebuild_says_what_the_log_has_lost(
    database: Database, lined: Site, empty: Callable[[], Database], tmp_path: Path, topic: str
) -> None:
    """Each message of the worker in turn is the first that is gone: it is said again, and the rows come out right."""
    lived(lined)
    fold(database, lined)
    told = [record for record in lined.read(topic) if record.headers.get("by") == b"worker"]
    by_worker = [record for record in told if b'"terms"' not in record.value]  # these are told anew, as they are set
    assert by_worker
    for lost in by_worker:
        folder = tmp_path / f"{lost.partition}-{lost.offset}"
        site = cut(lined, folder, lost)
        before = Counter(values(site, topic))
        again = empty()
        fold(again, site)
        assert (Counter(values(site, topic)) - before)[lost.value] == 1
        assert outcomes(again) == outcomes(database)
        whole = said(site)
        fold(empty(), site)
        assert said(site) == whole
        site.close()


def outcomes(database: Database) -> dict[str, tuple[str, str]]:
    return {row["message_id"]: (row["state"], row["reason"]) for row in rows_of(database, CHARGE_REQUESTS)}


def cut(site: Site, folder: Path, lost: Record) -> Site:
    """The same log in another folder, where one partition ends before this record."""
    folder.mkdir()
    source, target = sqlite3.connect(site.folder / "log.db"), sqlite3.connect(folder / "log.db")
    with source, target:
        source.backup(target)
        slot = "(SELECT slot FROM partitions WHERE topic = ?1 AND partition = ?2)"
        place = (lost.topic, lost.partition, lost.offset)
        target.execute(f"DELETE FROM records WHERE slot = {slot} AND offset >= ?3", place)  # no input
        target.execute(f"UPDATE partitions SET next = ?3 WHERE slot = {slot}", place)  # no input
    source.close()
    target.close()
    return Site(folder)
