"""Which log is this: what the worker refuses in one line, and what it reads again, on the embedded log."""

import shutil
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wire.frame import payload_of

from central.reading.process import Stopped
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.tables import DRIVERS, LIVE_FIGURES, POSITIONS
from central.tests.site import Site
from central.tests.working import Working, rows_of, working
from central.worker.ticker import Ticker
from eventlog import LogUnavailable, Record
from eventlog.embedded.log import EmbeddedLog
from eventlog.embedded.reader import EmbeddedReader


@pytest.fixture
def lined(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


def register(site: Site, *names: str) -> None:
    for name in names:
        site.says("driver_register", "api", driver_id=name)


def fold(database: Database, site: Site) -> None:
    with working(database, site.log) as one:
        one.catch_up()


def refusal(database: Database, site: Site) -> str:
    """What the worker says as it stops; it has changed nothing."""
    before = rows_of(database, POSITIONS)
    stopped = Working(database, site.log)
    stopped.start()
    error = stopped.wait_ended()
    assert isinstance(error, Stopped)
    assert rows_of(database, POSITIONS) == before
    assert "\n" not in str(error)
    assert "'When the worker refuses a log' in docs/operating.md" in str(error)
    return str(error)


def change_file(folder: Path, *statements: str) -> None:
    """Somebody else's hand on the log's file."""
    connection = sqlite3.connect(folder / "log.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def anew(topic: str) -> list[str]:
    """What deletes a topic."""
    slots = f"SELECT slot FROM partitions WHERE topic = '{topic}'"
    return [
        f"DELETE FROM records WHERE slot IN ({slots})",
        f"DELETE FROM partitions WHERE topic = '{topic}'",
        f"DELETE FROM topics WHERE topic = '{topic}'",
    ]


@pytest.fixture
def rolled_back(database: Database, tmp_path: Path) -> Callable[[int], Site]:
    """A log put back from before what was folded, with so many other records since."""

    def roll_back(records: int) -> Site:
        site = Site(tmp_path)
        register(site, "ada")
        fold(database, site)  # with the terms these are two records
        site.log.close()
        shutil.copy(tmp_path / "log.db", tmp_path / "copy.db")
        site = Site(tmp_path)
        register(site, *(["ada"] * 3))
        fold(database, site)
        site.log.close()
        shutil.copy(tmp_path / "copy.db", tmp_path / "log.db")
        site = Site(tmp_path)
        register(site, *(["ada"] * records))
        return site

    return roll_back


def test_a_log_that_is_shorter_than_what_was_folded(database: Database, rolled_back: Callable[[int], Site]) -> None:
    site = rolled_back(1)
    assert "ends at 3, and the database goes on at 5;" in refusal(database, site)
    site.close()


@pytest.mark.parametrize("records", [3, 10])
def test_a_log_that_has_grown_past_the_position_again(
    database: Database, rolled_back: Callable[[int], Site], records: int
) -> None:
    site = rolled_back(records)
    told = refusal(database, site)
    assert "rolled back and has grown again: ev.driver/" in told
    assert "another record under offset 4 " in told
    site.close()


@pytest.mark.parametrize("topic", ["ev.cp", "ev.driver", "ev.site"])
def test_a_topic_made_anew(database: Database, lined: Site, tmp_path: Path, topic: str) -> None:
    register(lined, "ada")
    lined.connect()
    fold(database, lined)
    change_file(tmp_path, *anew(topic))
    lined.log.create_topics()
    lined.connect()
    register(lined, "ada")
    assert f"{topic} was deleted and made anew: it was " in refusal(database, lined)


def test_a_beginning_that_is_gone_before_it_was_folded(database: Database, lined: Site, tmp_path: Path) -> None:
    register(lined, "ada")
    fold(database, lined)
    register(lined, *(["ada"] * 3))
    change_file(tmp_path, "UPDATE partitions SET first = 3 WHERE next = 5")
    assert "is gone: it holds 3 and later, and the database goes on at 2;" in refusal(database, lined)


def test_an_empty_database_at_a_log_whose_beginning_is_gone(database: Database, lined: Site, tmp_path: Path) -> None:
    register(lined, *(["ada"] * 4))
    change_file(tmp_path, "UPDATE partitions SET first = 3 WHERE next = 4")
    assert "the database is empty, and the beginning of ev.driver/" in refusal(database, lined)


def test_a_refused_log_is_not_remembered(database: Database, lined: Site, tmp_path: Path) -> None:
    """Whoever named a wrong one first can name the right one then."""
    register(lined, *(["ada"] * 4))
    change_file(tmp_path, "UPDATE partitions SET first = 3 WHERE next = 4")
    refusal(database, lined)
    (tmp_path / "right").mkdir()
    right = Site(tmp_path / "right")
    register(right, "bob")
    fold(database, right)
    assert [row["driver_id"] for row in rows_of(database, DRIVERS)] == ["bob"]
    right.close()


def test_the_way_out_is_an_empty_database(
    database: Database, rolled_back: Callable[[int], Site], tmp_path: Path
) -> None:
    site = rolled_back(5)
    refusal(database, site)
    empty = open_database(f"sqlite:///{tmp_path / uuid.uuid4().hex}.db")
    migrate(empty.writer)
    fold(empty, site)
    assert [row["driver_id"] for row in rows_of(empty, DRIVERS)] == ["ada"]
    empty.dispose()
    site.close()


def telemetry(site: Site, power_w: int) -> None:
    site.says(
        "charging_data", "bridge", message_id="b1.0123456789abcdef.t1", cp_id="cp_001", state="idle", meter_id="m",
        register_wh=1_000, session_energy_wh=0, power_w=power_w, current_ma=0, voltage_mv=230_000, limit_ma=16_000,
        limit_reason="rated",
    )  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        ["UPDATE records SET value = CAST(value || x'20' AS BLOB) WHERE {telemetry}"],
        ["UPDATE topics SET topic_id = 'anew' WHERE topic = 'ev.telemetry'"],
        [
            "DELETE FROM records WHERE {telemetry} AND offset > 0",
            "UPDATE partitions SET next = 1 WHERE {telemetry} AND next > 1",
        ],
    ],
)
def test_telemetry_that_is_another_is_read_from_its_beginning_and_counted(
    database: Database, lined: Site, tmp_path: Path, changes: list[str]
) -> None:
    lined.connect()
    telemetry(lined, 7)
    telemetry(lined, 8)
    fold(database, lined)
    slots = "slot IN (SELECT slot FROM partitions WHERE topic = 'ev.telemetry')"
    change_file(tmp_path, *(change.format(telemetry=slots) for change in changes))
    telemetry(lined, 9)
    with database.writer.begin() as connection:
        connection.execute(LIVE_FIGURES.delete())
    with working(database, lined.log) as one:
        one.wait(lambda: one.worker.counts["telemetry_restarts"], "it begins again")
        one.catch_up()
    assert [row["power_w"] for row in rows_of(database, LIVE_FIGURES)] == [9]
    fold(database, lined)


def test_positions_of_a_version_without_fingerprints_go_on(database: Database, lined: Site) -> None:
    register(lined, "ada")
    fold(database, lined)
    with database.writer.begin() as connection:
        connection.execute(POSITIONS.update().values(topic_id=None, checksum=None, stamp_ms=None))
    register(lined, "bob")
    fold(database, lined)
    assert {row["driver_id"] for row in rows_of(database, DRIVERS)} == {"ada", "bob"}
    assert None not in {row["topic_id"] for row in rows_of(database, POSITIONS)}


@pytest.fixture
def older(database: Database, lined: Site, tmp_path: Path) -> Path:
    """An older state of the log, which has grown past it by other records since; "ada" and the terms are in it."""
    register(lined, "ada")
    fold(database, lined)
    source, target = sqlite3.connect(tmp_path / "log.db"), sqlite3.connect(tmp_path / "older.db")
    with source, target:
        source.backup(target)
    source.close()
    target.close()
    own = EmbeddedLog(tmp_path / "older.db")
    for _ in range(6):
        message: dict[str, object] = {"type": "driver_register", "message_id": str(uuid.uuid4()), "driver_id": "ada"}
        own.append("ev.driver", "ada", payload_of(message), {"by": b"api"}).result(10)
    own.close()
    register(lined, *(["ada"] * 3))
    return tmp_path / "older.db"


def stopped_by(database: Database, site: Site, exchange: Callable[[], object]) -> str:
    """What a worker says that runs meanwhile; nothing is folded afterwards."""
    one = Working(database, site.log)
    one.start()
    one.catch_up()
    before = rows_of(database, POSITIONS)
    exchange()
    error = one.wait_ended()
    assert isinstance(error, Stopped)
    assert "'When the worker refuses a log' in docs/operating.md" in str(error)
    assert rows_of(database, POSITIONS) == before
    return str(error)


def test_the_file_is_exchanged_while_the_worker_runs(
    database: Database, lined: Site, older: Path, tmp_path: Path
) -> None:
    told = stopped_by(database, lined, lambda: older.replace(tmp_path / "log.db"))
    assert f"{tmp_path / 'log.db'}, was exchanged while it was open; stop the worker" in told
    lined.log.close()
    for left in ("log.db-wal", "log.db-shm"):  # of the old file, as docs/operating.md says
        (tmp_path / left).unlink(missing_ok=True)
    site = Site(tmp_path)  # all are started again
    assert "rolled back and has grown again: ev.driver/" in refusal(database, site)
    site.close()


def test_an_older_state_is_put_back_while_the_worker_runs(
    database: Database, lined: Site, older: Path, tmp_path: Path
) -> None:
    def put_back() -> None:
        source, target = sqlite3.connect(older), sqlite3.connect(tmp_path / "log.db")
        with source, target:
            source.backup(target)
        source.close()
        target.close()

    assert "rolled back and has grown again: ev.driver/" in stopped_by(database, lined, put_back)


def test_a_topic_is_made_anew_while_the_worker_runs(database: Database, lined: Site, tmp_path: Path) -> None:
    register(lined, *(["ada"] * 3))

    def make_anew() -> None:
        change_file(tmp_path, *anew("ev.driver"))
        lined.log.create_topics()
        register(lined, *(["ada"] * 9))

    assert "ev.driver was deleted and made anew: it was " in stopped_by(database, lined, make_anew)


def test_an_outage_between_two_batches_is_an_outage_for_the_ticker(
    database: Database, lined: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Boards' journals come before any deadline, also where the log had nothing to say while it was away."""
    away = threading.Event()
    read = EmbeddedReader.poll

    def poll(reader: EmbeddedReader, max_records: int, timeout_s: float) -> list[Record]:
        if away.is_set():
            raise LogUnavailable("nobody answers")
        return read(reader, max_records, timeout_s)

    graces: list[Ticker] = []

    def wait_for_grace(ticker: Ticker) -> None:
        graces.append(ticker)

    monkeypatch.setattr(EmbeddedReader, "poll", poll)
    monkeypatch.setattr(Ticker, "wait_for_grace", wait_for_grace)
    register(lined, "ada")
    with caplog.at_level("INFO"), working(database, lined.log) as one:
        one.catch_up()
        one.wait(lambda: "caught up" in caplog.text, "nothing waits any more")
        at_start = len(graces)
        away.set()
        one.wait(lambda: "waiting: the log is away: nobody answers" in caplog.text, "it says so")
        away.clear()
        one.wait(lambda: len(graces) > at_start, "a grace once it is back")
        register(lined, "bob")
        one.catch_up()
