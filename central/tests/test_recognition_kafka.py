"""Which log is this, on a real Kafka: brokers that lost their newest records, topics made anew, and outages between."""

import shutil
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from wire.frame import payload_of
from wire.kinds import DRIVER

from central.reading.process import Stopped
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.tables import DRIVERS, POSITIONS
from central.tests.working import Working, is_folded, rows_of, working
from central.worker.ticker import Ticker
from eventlog import Log, LogUnavailable, TopicMismatch
from eventlog.tests.worlds import KafkaWorld
from tools.services import kafka
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S


@pytest.fixture(scope="module")
def broker(missing: Callable[[str], NoReturn]) -> Iterator[kafka.KafkaBroker]:
    """Of these tests alone: they put back its data."""
    if reason := kafka.available():
        missing(f"Apache Kafka ({reason})")
    with kafka.KafkaBroker() as started:
        yield started


@pytest.fixture
def world(broker: kafka.KafkaBroker) -> KafkaWorld:
    return KafkaWorld(broker.address, f"t{uuid.uuid4().hex[:8]}.", broker.process.send_signal)


@pytest.fixture
def log(world: KafkaWorld) -> Iterator[Log]:
    opened = world.open()
    opened.create_topics()
    yield opened
    opened.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'central.db'}")
    migrate(opened.writer)
    yield opened
    opened.dispose()


def register(log: Log, *names: str) -> None:
    """Drivers, all in one partition: the key is one, and what does not belong there becomes a dead letter."""
    for name in names:
        message: dict[str, object] = {"type": "driver_register", "message_id": str(uuid.uuid4()), "driver_id": name}

        def is_taken(name: str = name, value: bytes = payload_of(message)) -> bool:
            try:
                return log.append(DRIVER, name, value, {"by": b"api"}).exception(DEADLINE_S) is None
            except LogUnavailable:
                return False

        wait_for(is_taken, DEADLINE_S, "an append")


def put_back(folder: Path, copy: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)


@contextmanager
def stopped(broker: kafka.KafkaBroker) -> Generator[Path]:
    """Its data lie there meanwhile."""
    broker.stop()
    try:
        yield broker.folder / "data"
    finally:
        broker.start()


@pytest.fixture
def earlier(database: Database, broker: kafka.KafkaBroker, log: Log, tmp_path: Path) -> Path:
    """The broker's data when the log held one record of a driver, and the terms in each partition."""
    register(log, "ada")
    with working(database, log) as one:
        one.wait(lambda: rows_of(database, DRIVERS), "the record")
        one.catch_up()
    with stopped(broker) as folder:
        shutil.copytree(folder, tmp_path / "copy")
    return tmp_path / "copy"


def stop_of(one: Working) -> str:
    error = one.wait_ended()
    assert isinstance(error, Stopped)
    assert "\n" not in str(error)
    assert "'When the worker refuses a log' in docs/operating.md" in str(error)
    return str(error)


def refusal(database: Database, log: Log) -> str:
    before = rows_of(database, POSITIONS)
    one = Working(database, log)
    one.start()
    told = stop_of(one)
    assert rows_of(database, POSITIONS) == before
    return told


@pytest.mark.parametrize("records", [1, 10])
def test_a_broker_that_came_back_without_its_newest_records(
    database: Database, broker: kafka.KafkaBroker, world: KafkaWorld, log: Log, earlier: Path, records: int
) -> None:
    """The worker runs meanwhile; it folds nothing of what lies under the offsets it knows already."""
    one = Working(database, log)
    one.start()
    register(log, *(["ada"] * 4))

    def is_caught_up() -> bool:
        try:
            return is_folded(database, log)
        except LogUnavailable:  # the broker has just come back
            return False

    one.wait(is_caught_up, "everything folded")
    before = rows_of(database, POSITIONS)
    with stopped(broker) as folder:
        put_back(folder, earlier)
    other = world.open()
    register(other, *(["ada"] * (records - 1)), "bob")
    told = stop_of(one)
    assert "the log was rolled back" in told
    # With ten records it has, unless the worker looked between the first of them.
    assert records > 4 or "has grown again" not in told
    assert rows_of(database, POSITIONS) == before
    assert "the log was rolled back" in refusal(database, other)
    other.close()


@pytest.mark.parametrize("topic", ["ev.cp", "ev.driver"])
def test_a_topic_made_anew_while_the_worker_runs(
    database: Database, world: KafkaWorld, log: Log, topic: str
) -> None:
    one = Working(database, log)
    one.start()
    register(log, "ada", "ada")
    one.catch_up()
    world.make_anew(log, topic)
    register(log, *(["ada"] * 10))
    assert f"{topic} was deleted and made anew: it was " in stop_of(one)
    assert f"{topic} was deleted and made anew: it was " in refusal(database, log)


def test_an_empty_database_at_a_log_whose_beginning_is_gone(
    database: Database, world: KafkaWorld, log: Log
) -> None:
    register(log, "ada", "bob", "eve")
    world.drop_oldest("ev.driver", 1)
    told = refusal(database, log)
    assert "the database is empty, and the beginning of ev.driver/" in told
    assert "is gone: it holds 1 and later; name the database that was folded from this log" in told


def test_a_beginning_that_is_gone_before_it_was_folded(database: Database, world: KafkaWorld, log: Log) -> None:
    register(log, "ada")
    with working(database, log) as one:
        one.catch_up()
    register(log, *(["ada"] * 4))
    world.drop_oldest("ev.driver", 3)
    assert "is gone: it holds 3 and later, and the database goes on at 2; " in refusal(database, log)


def test_telemetry_alone_made_anew_is_read_from_its_beginning_and_counted(
    database: Database, world: KafkaWorld, log: Log
) -> None:
    def heartbeats(count: int) -> None:
        for number in range(count):
            message: dict[str, object] = {
                "type": "heartbeat", "message_id": f"b1.0123456789abcdef.t{number}", "cp_id": "cp_001", "state": "idle",
            }  # fmt: skip
            log.append("ev.telemetry", "cp_001", payload_of(message), {"by": b"bridge"}).result(DEADLINE_S)

    heartbeats(2)
    with working(database, log) as one:
        one.catch_up()
        world.make_anew(log, "ev.telemetry")
        heartbeats(5)
        one.wait(lambda: one.worker.counts["telemetry_restarts"], "it begins again")
        one.catch_up()
        register(log, "ada")
        one.catch_up()
    assert {row["next"] for row in rows_of(database, POSITIONS) if row["topic"] == "ev.telemetry"} == {0, 5}
    assert [row["driver_id"] for row in rows_of(database, DRIVERS)] == ["ada"]


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_deadlines_wait_a_grace_after_an_outage(
    database: Database, broker: kafka.KafkaBroker, world: KafkaWorld, log: Log, how: str,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Nothing was asked of the log meanwhile: an idle worker alone tells an outage from silence."""
    graces: list[Ticker] = []

    def wait_for_grace(ticker: Ticker) -> None:
        graces.append(ticker)

    monkeypatch.setattr(Ticker, "wait_for_grace", wait_for_grace)
    register(log, "ada")
    with caplog.at_level("INFO"), working(database, log) as one:
        one.wait(lambda: "caught up" in caplog.text, "nothing waits any more")
        at_start = len(graces)
        if how == "killed":
            broker.kill()
            broker.start()
        else:
            with world.held():
                one.wait(lambda: "waiting: the log is away" in caplog.text, "it notices")
        one.wait(lambda: len(graces) > at_start, "a grace begins")
        register(log, "bob")
        one.catch_up()
    assert {row["driver_id"] for row in rows_of(database, DRIVERS)} == {"ada", "bob"}


@pytest.mark.parametrize(
    ("setting", "wrong", "right"),
    [
        ("cleanup.policy", "compact", "delete"),
        ("retention.ms", "600000", "-1"),
        ("message.timestamp.type", "CreateTime", "LogAppendTime"),
    ],
)
def test_topics_that_exist_with_another_configuration(
    database: Database, world: KafkaWorld, log: Log, setting: str, wrong: str, right: str
) -> None:
    world.configure("ev.cp", **{setting.replace(".", "_"): wrong})
    one = Working(database, log)
    one.start()
    told = one.wait_ended()
    assert isinstance(told, TopicMismatch)
    assert f"{world.prefix}ev.cp in Kafka at {world.broker_address} has {setting}={wrong}; " in str(told)
    assert str(told).endswith(f"--entity-name {world.prefix}ev.cp --add-config {setting}={right}")
    assert not rows_of(database, POSITIONS)
