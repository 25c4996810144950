"""The log was away, or is another one than it was: who reads or appends is told, and nothing is skipped in silence."""

import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from eventlog import Log, LogReplaced, LogUnavailable, OffsetOutOfRange, Reader, Record
from eventlog.tests.reading import beginnings, read, read_on
from eventlog.tests.worlds import EmbeddedWorld, KafkaWorld, World
from tools.services.kafka import KafkaBroker
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

KEY = "cp_001"  # of one partition


def append(log: Log, *values: str) -> None:
    for future in [log.append("ev.cp", KEY, value.encode()) for value in values]:
        future.result(DEADLINE_S)


def values(records: list[Record]) -> list[str]:
    return [record.value.decode() for record in records]


def told(reader: Reader) -> LogUnavailable:
    """What the reader says of the log, which hands out nothing before."""

    def refusal() -> LogUnavailable | None:
        try:
            assert reader.poll(100, 0.1) == []
        except LogUnavailable as error:
            return error
        return None

    answer = wait_for(refusal, DEADLINE_S, "the reader tells it")
    assert answer is not None
    return answer


def test_a_reader_tells_that_the_broker_was_away(kafka_world: KafkaWorld, kafka_broker: KafkaBroker) -> None:
    log = kafka_world.open()
    log.create_topics()
    append(log, "0")
    reader = log.reader(beginnings(log, "ev.cp", "ev.driver"))
    assert values(read(reader, 1)) == ["0"]
    kafka_broker.kill()
    told(reader)
    told(reader)  # and again, as long as it is away
    kafka_broker.start()
    append(log, "1", "2")
    assert values(read_on(reader, 2)[0]) == ["1", "2"]
    assert reader.poll(100, 0.2) == []
    reader.close()
    log.close()


def test_a_broker_that_went_and_came_back_between_two_polls(kafka_world: KafkaWorld, kafka_broker: KafkaBroker) -> None:
    """What the consumer has gathered meanwhile is not handed out as if nothing had happened, and not lost either."""
    log = kafka_world.open()
    log.create_topics()
    append(log, "0")
    reader = log.reader(beginnings(log, "ev.cp"))
    assert values(read(reader, 1)) == ["0"]
    kafka_broker.kill()
    kafka_broker.start()
    append(log, "1")
    told(reader)  # that a connection was lost, or before that nobody serves it yet
    assert values(read_on(reader, 1)[0]) == ["1"]
    reader.close()
    log.close()


def test_a_reader_tells_that_the_broker_does_not_answer(kafka_world: KafkaWorld, kafka_broker: KafkaBroker) -> None:
    """A frozen one: no connection breaks by itself."""
    log = kafka_world.open()
    log.create_topics()
    append(log, "0")
    reader = log.reader(beginnings(log, "ev.cp"))
    assert values(read(reader, 1)) == ["0"]
    kafka_broker.process.send_signal(signal.SIGSTOP)
    try:
        told(reader)
    finally:
        kafka_broker.process.send_signal(signal.SIGCONT)
    append(log, "1")
    assert values(read_on(reader, 1)[0]) == ["1"]
    reader.close()
    log.close()


def test_a_topic_made_anew_on_kafka(kafka_world: KafkaWorld) -> None:
    """It has another id, and a reader that is far behind its end already is told so."""
    log = kafka_world.open()
    log.create_topics()
    append(log, "0", "1")
    reader = log.reader(beginnings(log, "ev.cp"))
    assert values(read(reader, 2)) == ["0", "1"]
    kafka_world.make_anew(log, "ev.cp")
    append(log, *map(str, range(10, 20)))

    def is_told() -> bool:
        try:
            return not reader.poll(100, 0.1) and False
        except (LogReplaced, OffsetOutOfRange):
            return True
        except LogUnavailable:
            return False

    wait_for(is_told, DEADLINE_S, "the reader tells it")
    reader.close()
    log.close()


@pytest.fixture
def back(log: Log, embedded_world: EmbeddedWorld) -> Path:
    """A copy of the log from before it held "1" and "2", with more since than the log has."""
    append(log, "0")
    path = embedded_world.path.with_name("copy.db")
    source, copy = sqlite3.connect(embedded_world.path), sqlite3.connect(path)
    with source, copy:
        source.backup(copy)
    source.close()
    copy.close()
    own = EmbeddedWorld(path).open()
    append(own, "10", "11", "12", "13")
    own.close()
    append(log, "1", "2")
    return path


@pytest.fixture
def world(embedded_world: EmbeddedWorld) -> World:
    return embedded_world


@pytest.mark.parametrize("how", ["another file in its place", "moved away"])
def test_the_file_is_exchanged(log: Log, embedded_world: EmbeddedWorld, back: Path, how: str) -> None:
    """Nothing is read or appended any more: what goes into a file without a name is lost."""
    reader = log.reader(beginnings(log, "ev.cp"))
    assert values(read(reader, 3)) == ["0", "1", "2"]
    path = embedded_world.path
    if how == "moved away":
        path.rename(path.with_name("elsewhere.db"))
    else:
        back.replace(path)
    assert f"the file of the embedded log, {path}, was exchanged" in str(told(reader))
    for ask in (
        lambda: append(log, "3"),
        lambda: log.ends("ev.cp", 0),
        log.cluster_id,
        log.create_topics,
        lambda: log.reader({("ev.cp", 0): 0}),
        lambda: reader.poll(1, 0),
    ):
        with pytest.raises(LogReplaced, match="was exchanged"):
            ask()
    reader.close()


def put_back(back: Path, path: Path) -> None:
    source, target = sqlite3.connect(back), sqlite3.connect(path)
    with source, target:
        source.backup(target)
    source.close()
    target.close()


def test_an_older_state_put_back_into_the_same_file(log: Log, embedded_world: EmbeddedWorld, back: Path) -> None:
    """By SQLite's own means, so that the file stays sound; it has grown past the reader's position."""
    reader = log.reader(beginnings(log, "ev.cp"))
    assert values(read(reader, 3)) == ["0", "1", "2"]
    put_back(back, embedded_world.path)
    assert "holds other records of ev.cp/" in str(told(reader))
    assert values(read(reader, 2)) == ["12", "13"]  # told once: who reads on has been warned
    reader.close()


def test_a_reader_that_has_not_read_yet_knows_what_lies_before_it(
    log: Log, embedded_world: EmbeddedWorld, back: Path
) -> None:
    positions = {place: log.ends(*place).next for place in beginnings(log, "ev.cp")}
    reader = log.reader(positions)
    put_back(back, embedded_world.path)
    assert "holds other records of ev.cp/" in str(told(reader))
    reader.close()


def test_a_copy_over_the_open_file(log: Log, embedded_world: EmbeddedWorld, back: Path) -> None:
    """The connections would go on with what they remember of it."""
    reader = log.reader(beginnings(log, "ev.cp"))
    assert values(read(reader, 3)) == ["0", "1", "2"]
    connection = sqlite3.connect(embedded_world.path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copyfile(back, embedded_world.path)
    told(reader)
    reader.close()


def test_checkpoints_disturb_no_reader(log: Log, embedded_world: EmbeddedWorld) -> None:
    reader = log.reader(beginnings(log, "ev.cp"))
    connection = sqlite3.connect(embedded_world.path)
    for number in range(3):
        append(log, f"{number}")
        assert values(read(reader, 1)) == [f"{number}"]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert reader.poll(100, 0.02) == []
    connection.close()
    reader.close()
