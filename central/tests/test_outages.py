"""The log or the database away: everybody waits, says so, and nothing is lost, doubled or skipped."""

import signal
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from wire.kinds import COMMANDS

from central.store import outbox
from central.store.database import Database, is_transient, open_database
from central.store.migrate import migrate
from central.store.outbox import OutboxRecord
from central.store.tables import CHARGE_REQUESTS, DRIVERS, OUTBOX, POSITIONS
from central.tests.site import Site, sign_up
from central.tests.working import is_folded, rows_of, working
from central.worker.publisher import Publisher
from eventlog.clock import LogClock
from eventlog.embedded.log import EmbeddedLog
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Somebody else writes this database, and does not come to an end."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.fixture
def lined(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


def test_the_database_locked(lined: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'central.db'}", busy_timeout_s=0.05)
    migrate(database.writer)
    lined.says("driver_register", "api", driver_id="ada")
    with caplog.at_level("INFO"), working(database, lined.log) as one:
        one.catch_up()
        before = rows_of(database, POSITIONS)
        with locked(tmp_path / "central.db"):
            for number in range(50):
                lined.says("charge_request", "api", message_id=f"r{number}", driver_id="ada", cp_id="nowhere")
            one.wait(lambda: "waiting: the database cannot be used: database is locked" in caplog.text, "it says so")
            assert rows_of(database, POSITIONS) == before
            assert not rows_of(database, CHARGE_REQUESTS)
        one.catch_up()
        assert "going on" in caplog.text
    assert len(rows_of(database, CHARGE_REQUESTS)) == 50
    database.dispose()


def publish(database: Database, publisher: Publisher) -> bool:
    """What can go out now; True once the outbox is empty."""
    with database.reader.connect() as connection:
        publisher.publish(connection)
    done = publisher.acked()
    with database.writer.begin() as connection:
        outbox.remove(connection, done)
    publisher.forget(done)
    return not rows_of(database, OUTBOX)


def test_what_the_log_refused_goes_out_again_in_order(database: Database, lined: Site, tmp_path: Path) -> None:
    """The log is locked for a while, again and again, while 150 messages of five keys go out."""
    records = [OutboxRecord(COMMANDS, f"k{n % 5}".encode(), b'{"n":%d}' % n, {"by": "worker"}) for n in range(150)]
    with database.writer.begin() as connection:
        outbox.add(connection, records)
    impatient = EmbeddedLog(tmp_path / "log.db", busy_timeout_s=0.02)
    publisher = Publisher(impatient, LogClock(), lambda: None)

    def is_refused(failed: int) -> bool:
        return publish(database, publisher) or publisher.counts["failed"] > failed

    for _ in range(3):
        with locked(tmp_path / "log.db"):
            wait_for(partial(is_refused, publisher.counts["failed"]), DEADLINE_S, "a refusal")
    wait_for(lambda: publish(database, publisher), DEADLINE_S, "everything published")
    logged = lined.read(COMMANDS, len(records))
    for key in {record.key for record in records}:
        first_said = list(dict.fromkeys(record.value for record in logged if record.raw_key == key))
        assert first_said == [record.value for record in records if record.key == key]
    impatient.close()


def test_a_command_that_expired_before_the_log_took_it_is_dropped_and_told(
    database: Database, lined: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """By the log's clock: before any ack has told it, nobody can say that a command expired."""
    values = [b'{"expires_at_ms":%d}' % at_ms for at_ms in (1_600_000_000_000, 1_600_000_000_001, 4_000_000_000_000)]
    with database.writer.begin() as connection:
        outbox.add(connection, [OutboxRecord(COMMANDS, b"cp_001", value, {"by": "worker"}) for value in values])
    publisher = Publisher(lined.log, LogClock(), lambda: None)
    wait_for(lambda: publish(database, publisher), DEADLINE_S, "the outbox is empty")
    assert [record.value for record in lined.read(COMMANDS)] == [values[0], values[2]]
    assert "a command to cp_001 expired" in caplog.text


def test_the_api_while_the_log_is_away(site: Site) -> None:
    site.start()
    site.connect()
    with site.client() as client:
        driver = sign_up(client)
        body = {"message_id": "c", "cp_id": "cp_001", "driver_id": driver}
        site.wait_for(lambda: client.get("/v1/charge-points").json()["charge_points"], "cp_001")
        with locked(site.folder / "log.db"):
            answer = client.post("/v1/charges", json=body)
            assert (answer.status_code, answer.json()["code"]) == (503, "log_away")
            assert int(answer.headers["Retry-After"]) > 0
            assert client.get("/v1/charge-points").status_code == 200
            assert client.get("/health").json()["log"] == "away"
        # Nobody asks for anything, and it is seen to be back.
        site.wait_for(lambda: client.get("/health").json()["log"] == "open", "the log is back")
        assert client.post("/v1/charges", json=body).status_code == 202
        assert client.get("/health").json()["log"] == "open"
        path = f"/v1/charges/c?driver_id={driver}"
        site.wait_for(lambda: client.get(path).json()["state"] == "authorized", "authorized")


def test_the_worker_starts_before_the_log_can_be_written(site: Site) -> None:
    with locked(site.folder / "log.db"):
        site.worker.start()
        site.worker.wait_said("waiting: the log is away", 20)
        assert " ready " not in site.worker.said()
    site.worker.wait_said(" ready ", 20)


def test_the_worker_and_the_api_start_without_any_broker(site: Site) -> None:
    """Kafka named, and not there: the worker waits; the API answers what needs no log; both end when asked to."""
    database = open_database(f"sqlite:///{site.folder / 'central.db'}")
    migrate(database.writer)
    nowhere = {"BROKER_ADDRESS": "127.0.0.1:1"}
    worker, api = site.process("worker", **nowhere), site.process("api", **nowhere)
    try:
        worker.start()
        site.api = api
        site.start(api)
        worker.wait_said("opening the log 127.0.0.1:1", 30)
        with site.client() as client:
            assert client.get("/v1/charge-points").json()["charge_points"] == []
            assert client.get("/health").json()["log"] == "away"
            answer = client.post("/v1/drivers", json={"message_id": "d", "username": "Ada"})
            assert (answer.status_code, answer.json()["code"]) == (503, "log_away")
        assert [row["created_at_ms"] for row in rows_of(database, DRIVERS)] == [None]
        for process in (worker, api):
            process.send_signal(signal.SIGTERM)
            assert process.wait_ended(DEADLINE_S) == 0
    finally:
        worker.stop()
        database.dispose()


def test_a_full_database_is_waited_for(lined: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'central.db'}")
    migrate(database.writer)

    pages = [1_000_000]

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages[0]}")  # a connection's own

    event.listen(database.writer, "checkout", limit)
    lined.says("driver_register", "api", driver_id="ada")
    with working(database, lined.log) as one:
        one.catch_up()
        pages[0] = 1  # SQLite makes of it: as many as there are
        for number in range(500):
            lined.says("charge_request", "api", message_id=f"r{number}", driver_id="ada", cp_id="nowhere")
        one.wait(lambda: "database or disk is full" in caplog.text, "it says so")
        held = len(rows_of(database, CHARGE_REQUESTS))
        assert held < 500

        pages[0] = 1_000_000
        one.wait(lambda: is_folded(database, lined.log), "it goes on")
    assert len(rows_of(database, CHARGE_REQUESTS)) == 500
    database.dispose()


def test_a_database_that_takes_no_writes_now_is_waited_for(database: Database) -> None:
    """As a standby that has not taken over yet, or a disk that was mounted anew."""
    read_only = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}
    with database.writer.connect() as connection:
        connection.exec_driver_sql(read_only[connection.dialect.name])
        with pytest.raises(SQLAlchemyError) as refused:
            connection.execute(DRIVERS.insert(), {"driver_id": "ada"})
        connection.invalidate()
    assert is_transient(refused.value)
    with database.writer.connect() as connection, pytest.raises(SQLAlchemyError) as mistaken:
        connection.exec_driver_sql("SELECT no_such_column FROM nowhere")
    assert not is_transient(mistaken.value)


@pytest.mark.parametrize(("program", "code"), [("worker", 3), ("api", 2)])
def test_a_wrong_log_file_ends_a_program_with_one_line(site: Site, program: str, code: int) -> None:
    database = open_database(f"sqlite:///{site.folder / 'central.db'}")
    migrate(database.writer)
    database.dispose()
    (site.folder / "no-log.db").write_bytes(b"this is no log at all, and no database either" * 100)
    wrong = site.process(program, LOG_PATH=str(site.folder / "no-log.db"))
    wrong.start()
    try:
        assert wrong.wait_ended(20) == code
    finally:
        wrong.stop()
    (told,) = [line for line in wrong.said().splitlines() if " ERROR " in line]
    assert "no-log.db" in told
    assert "Traceback" not in wrong.said()


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:0", "example.org:0"])
def test_the_api_listens_on_loopback_alone_until_there_is_an_admin(site: Site, address: str) -> None:
    site.api = site.process("api", API_ADDRESS=address)
    site.start()
    assert "there is no admin yet, so the API listens on 127.0.0.1:0 alone" in site.api.said()
    assert site.api_url.startswith("http://127.0.0.1:")


def test_the_api_listens_where_it_is_told_once_there_is_an_admin(site: Site) -> None:
    (site.folder / "password").write_text("correct horse battery\n")
    site.api = site.process("api", API_ADDRESS="0.0.0.0:0", ADMIN_PASSWORD_FILE=str(site.folder / "password"))
    site.start()
    assert "no admin" not in site.api.said()
    assert site.api_url.startswith("http://0.0.0.0:")
    with site.client() as client:
        asked = {"name": "admin", "password": "correct horse battery"}
        assert client.post("/v1/sign-in", json=asked).json()["role"] == "admin"
