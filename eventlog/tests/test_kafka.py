"""What only Kafka can do to its clients: die, refuse, and hold what strangers have written."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from eventlog import Log, LogBusy, LogClosed, LogUnavailable, TopicMismatch, open_log
from eventlog.kafka.client import BATCH_SIZE_BYTES
from eventlog.kafka.log import KafkaLog
from eventlog.kafka.topic_config import flush_complaint, must_flush
from eventlog.record_size import RECORD_OVERHEAD_BYTES
from eventlog.tests.reading import beginnings, read, read_all, read_on
from eventlog.tests.worlds import KafkaWorld
from eventlog.topics import TOPICS, Topic
from tools.services.kafka import KafkaBroker
from tools.services.ports import free_port
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

RECOVERY_TIMEOUT_S = 90.0


@pytest.fixture
def world(kafka_world: KafkaWorld) -> KafkaWorld:
    return kafka_world


def test_a_killed_broker_loses_doubles_and_reorders_nothing(log: Log, kafka_broker: KafkaBroker) -> None:
    reader = log.reader(beginnings(log, "ev.cp"))
    futures = [log.append("ev.cp", f"cp_{n % 20}", str(n).encode()) for n in range(2_000)]
    wait_for(lambda: any(future.done() for future in futures), DEADLINE_S, "a first ack")
    kafka_broker.kill()
    futures += [log.append("ev.cp", f"cp_{n % 20}", str(n).encode()) for n in range(2_000, 4_000)]
    with pytest.raises(LogUnavailable):
        log.ends("ev.cp", 0)
    kafka_broker.start()
    places = {future.result(RECOVERY_TIMEOUT_S) for future in futures}
    records, told = read_on(reader, 4_000)
    reader.close()
    assert told, "the reader did not tell that the broker was away"
    assert {(record.partition, record.offset, record.timestamp_ms) for record in records} == places
    assert len(records) == 4_000
    of_key: dict[str | None, list[int]] = defaultdict(list)
    for record in records:
        of_key[record.key].append(int(record.value))
    assert of_key == {f"cp_{k}": list(range(k, 4_000, 20)) for k in range(20)}


def test_a_poisoned_producer_is_replaced(kafka_world: KafkaWorld) -> None:
    log = kafka_world.open()
    log.create_topics()
    # Another program with a wider table: the broker's own limit refuses what its check lets through.
    wide = kafka_world.open([Topic(topic.name, topic.partitions, None, 500_000) for topic in TOPICS])
    before = wide.append("ev.driver", "driver_1", b"before").result(30)
    poison = wide.append("ev.cp", "cp_001", bytes(2 * BATCH_SIZE_BYTES))
    assert isinstance(poison.exception(30), LogUnavailable)

    def appended() -> bool:
        try:
            return wide.append("ev.driver", "driver_1", b"after").exception(30) is None
        except LogUnavailable:
            return False

    wait_for(appended, RECOVERY_TIMEOUT_S, "a new producer")
    values = [record.value for record in read_all(log, {("ev.driver", before.partition): before.offset})]
    assert (values[0], values[-1]) == (b"before", b"after")
    assert not read_all(log, beginnings(log, "ev.cp"))
    wide.close()
    log.close()


def test_a_producer_that_does_not_end_in_time_holds_up_nothing(
    kafka_world: KafkaWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread may hang in a name server for longer than anybody waits."""
    log, released = kafka_world.open(), threading.Event()

    def hang(sender: object) -> None:
        released.wait(60)

    log.create_topics()
    monkeypatch.setattr("eventlog.kafka.producer.CLOSE_TIMEOUT_S", 0.2)
    monkeypatch.setattr("kafka.producer.sender.Sender.run_once", hang)
    first = log.append("ev.cp", "cp_001", b"wakes the thread, which may still send it")
    futures = [log.append("ev.cp", f"cp_{n}", b"x") for n in range(20)]
    try:
        log.close()
        assert first.done()
        assert all(isinstance(future.exception(0), LogClosed) for future in futures)
    finally:
        released.set()


@pytest.mark.parametrize(
    ("topic", "name", "wrong", "right"),
    [
        ("ev.cp", "cleanup.policy", "compact", "delete"),
        ("ev.driver", "cleanup.policy", "compact,delete", "delete"),
        ("ev.cp", "retention.ms", "600000", "-1"),
        ("ev.telemetry", "retention.ms", "600000", "604800000"),
        ("ev.cp", "retention.bytes", "1000000", "-1"),
        ("ev.driver", "message.timestamp.type", "CreateTime", "LogAppendTime"),
        ("ev.dead", "max.message.bytes", "1000", "263168"),
        ("ev.cp", "compression.type", "zstd", "uncompressed"),
    ],
)
def test_a_topic_that_is_configured_otherwise_is_refused_in_one_line(
    log: Log, kafka_world: KafkaWorld, topic: str, name: str, wrong: str, right: str
) -> None:
    kafka_world.configure(topic, **{name.replace(".", "_"): wrong})
    with pytest.raises(TopicMismatch) as caught:
        log.create_topics()
    told = str(caught.value)
    assert f"{kafka_world.prefix}{topic} in Kafka at {kafka_world.broker_address} has {name}={wrong};" in told
    assert told.endswith(f"--entity-name {kafka_world.prefix}{topic} --add-config {name}={right}")
    assert "\n" not in told
    kafka_world.configure(topic, **{name.replace(".", "_"): right})
    log.create_topics()


def test_a_topic_that_keeps_more_than_is_needed_is_taken(log: Log, kafka_world: KafkaWorld) -> None:
    kafka_world.configure("ev.telemetry", retention_ms="-1", max_message_bytes="2000000")
    log.create_topics()


def test_what_nobody_else_has_is_flushed_before_it_is_acked(kafka_world: KafkaWorld) -> None:
    """Also a topic that was made before, by us or by others."""
    log = kafka_world.open()
    log.create_topics()
    for topic in ("ev.cp", "ev.driver", "ev.site"):
        kafka_world.wait_for_settings(topic, {"flush.messages": "1"})
    assert kafka_world.settings_of("ev.telemetry", "flush.messages")["flush.messages"] != "1"
    kafka_world.configure("ev.cp", flush_messages="1000")
    log.create_topics()
    kafka_world.wait_for_settings("ev.cp", {"flush.messages": "1"})
    log.close()


def test_copies_on_other_brokers_are_not_flushed() -> None:
    topic, telemetry = (next(each for each in TOPICS if each.name == name) for name in ("ev.cp", "ev.telemetry"))
    one, three = {"replica_nodes": [1]}, {"replica_nodes": [1, 2, 3]}
    assert must_flush(topic, [one, three], {})
    assert not must_flush(topic, [three, three], {})
    assert not must_flush(telemetry, [one], {})
    assert "flush.messages=1" in flush_complaint("ev.cp", "127.0.0.1:9092", "not authorized")


class NotUtf8(str):
    """A header name that another producer's library would write as it is."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"na\xffme"


@pytest.fixture
def stranger(kafka_broker: KafkaBroker) -> Iterator[Any]:
    producer = KafkaProducer(bootstrap_servers=kafka_broker.address, compression_type="gzip")
    yield producer
    producer.close()


def test_no_stranger_stops_a_reader(log: Log, kafka_world: KafkaWorld, stranger: Any) -> None:
    topic = f"{kafka_world.prefix}ev.dead"
    odd: list[dict[str, Any]] = [
        {"value": b"no key"},
        {"key": b"\xff\xfe", "value": b"odd key"},
        {"key": b"no value", "value": None},
        {"key": b"k", "value": b"odd header", "headers": [(NotUtf8("x"), b"1"), ("good", b"2")]},
        {"key": b"k", "value": b"headers", "headers": [("a", b"1"), ("a", b"2"), ("b", b"")]},
        {"key": b"k", "value": b"of 1970", "timestamp_ms": 0},
        {"key": b"k", "value": bytes(60_000)},
    ]
    for record in odd:
        stranger.send(topic, **record)
    stranger.flush()
    log.append("ev.dead", "cp_001", b"ours").result(30)
    reader = log.reader({("ev.dead", 0): 0})
    records = read(reader, len(odd) + 1)
    assert [record.key for record in records] == [None, None, "no value", "k", "k", "k", "k", "cp_001"]
    assert [record.raw_key for record in records[:2]] == [None, b"\xff\xfe"]
    assert [record.value for record in records[:5]] == [b"no key", b"odd key", b"", b"odd header", b"headers"]
    assert records[3].headers == {"na?me": b"1", "good": b"2"}
    assert records[4].headers == {"a": b"2", "b": b""}
    assert all(record.timestamp_ms > 1_600_000_000_000 for record in records)
    assert reader.undecodable_keys == 1
    reader.seek("ev.dead", 0, 4)  # into the middle of a batch that holds the odd header
    assert [record.offset for record in read(reader, len(records) - 4)] == list(range(4, len(records)))
    assert reader.position("ev.dead", 0) == log.ends("ev.dead", 0).next
    reader.close()


def test_a_stranger_cannot_write_what_the_dead_letter_topic_cannot_hold(
    log: Log, kafka_world: KafkaWorld, stranger: Any
) -> None:
    largest = max(topic.max_record_bytes for topic in TOPICS if topic.name != "ev.dead") + 1_024
    accepted = stranger.send(f"{kafka_world.prefix}ev.cp", key=b"k", value=bytes(largest - 200)).get(30)
    (record,) = read_all(log, {("ev.cp", accepted.partition): accepted.offset})
    log.append("ev.dead", "k", record.value.hex().encode()).result(30)
    assert 2 * largest + RECORD_OVERHEAD_BYTES < 262_144


def test_a_broker_that_is_away_at_the_start_is_said_so() -> None:
    address = f"127.0.0.1:{free_port()}"
    began = time.monotonic()
    with pytest.raises(LogUnavailable, match=f"no Kafka broker listens at {address}"):
        KafkaLog(address, "test", connect_timeout_s=0.3)
    assert time.monotonic() >= began + 0.3


@pytest.mark.parametrize("address", ["localhost", "localhost:", ":9092", "localhost:kafka", "a:1,b"])
def test_a_bad_address_is_named(address: str) -> None:
    with pytest.raises(ValueError, match="no broker address"):
        open_log(address, Path("unused"), "test")


def test_the_bound_holds_while_the_broker_is_away(kafka_world: KafkaWorld, kafka_broker: KafkaBroker) -> None:
    log = kafka_world.open(max_pending_records=50)
    log.create_topics()
    kafka_broker.kill()
    try:
        futures = [log.append("ev.cp", f"cp_{n}", b"x") for n in range(50)]
        with pytest.raises(LogBusy):
            log.append("ev.cp", "cp_001", b"x")
    finally:
        kafka_broker.start()
    assert all(future.result(RECOVERY_TIMEOUT_S) for future in futures)
    log.close()
