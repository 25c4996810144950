"""What both logs keep to: the same tests on the embedded one and on a real Kafka."""

import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

import pytest

from eventlog import (
    BadKey,
    Log,
    LogBusy,
    LogClosed,
    OffsetOutOfRange,
    Reader,
    Record,
    TooLarge,
    TopicMismatch,
    UnknownTopic,
)
from eventlog.record_size import RECORD_OVERHEAD_BYTES
from eventlog.tests.appending import KEYS
from eventlog.tests.reading import beginnings, read, read_all
from eventlog.tests.worlds import World
from eventlog.topics import TOPICS, Topic
from tools.testing.deadlines import DEADLINE_S

APPENDING = Path(__file__).with_name("appending.py")


def append(log: Log, key: str, value: bytes, topic: str = "ev.cp") -> tuple[int, int]:
    placed = log.append(topic, key, value).result(DEADLINE_S)
    return placed.partition, placed.offset


def poll_for_ever(reader: Reader, found: list[Record]) -> None:
    """Until it raises: what other partitions hold may come first."""
    while True:
        found += reader.poll(500, 1.0)


def test_an_acknowledged_record_is_read_back_as_it_was(log: Log) -> None:
    before_ms = time.time_ns() // 1_000_000
    headers = {"origin": b"bridge", "odd": bytes(range(256))}
    partition, offset, stamp_ms = log.append("ev.cp", "cp_äöü", b"\x00value\xff", headers).result(DEADLINE_S)
    (record,) = read_all(log, beginnings(log, "ev.cp"))
    assert record == Record(
        "ev.cp",
        partition,
        offset,
        "cp_äöü",
        b"\x00value\xff",
        headers,
        stamp_ms,
        "cp_äöü".encode(),
    )
    assert before_ms - 1_000 <= stamp_ms <= time.time_ns() // 1_000_000 + 1_000


def test_records_of_a_key_keep_their_order_and_their_partition(log: Log) -> None:
    keys = [f"cp_{number:03}" for number in range(40)]
    futures = [log.append("ev.cp", key, str(n).encode()) for n in range(50) for key in keys]
    places = [future.result(DEADLINE_S)[:2] for future in futures]
    records = read_all(log, beginnings(log, "ev.cp"))
    read_places = {(record.partition, record.offset): record for record in records}
    assert len(read_places) == len(records) == len(futures)
    assert set(places) == set(read_places)
    of_key: dict[str | None, list[Record]] = defaultdict(list)
    for record in records:
        of_key[record.key].append(record)
    for key in keys:
        assert [int(record.value) for record in of_key[key]] == list(range(50))
        assert len({record.partition for record in of_key[key]}) == 1
    assert len({record.partition for record in records}) == log.partitions("ev.cp")


def test_a_record_may_name_its_partition(log: Log) -> None:
    placed = [log.append("ev.cp", "same", b"x", partition=number).result(DEADLINE_S)[:2] for number in range(8)]
    assert placed == [(number, 0) for number in range(8)]


def test_ends_say_what_is_kept(log: Log, world: World) -> None:
    partition, _ = append(log, "cp_001", b"0", "ev.telemetry")
    assert log.ends("ev.telemetry", partition) == (0, 1)
    for number in range(1, 5):
        assert append(log, "cp_001", str(number).encode(), "ev.telemetry") == (partition, number)
    assert log.ends("ev.telemetry", partition) == (0, 5)
    world.drop_oldest("ev.telemetry", 2)
    assert log.ends("ev.telemetry", partition) == (2, 5)
    places = [("ev.telemetry", number) for number in range(8)]
    assert log.all_ends(places) == {place: (2, 5) if place[1] == partition else (0, 0) for place in places}
    assert log.all_ends([]) == {}
    assert [record.offset for record in read_all(log, {("ev.telemetry", partition): 2})] == [2, 3, 4]


def test_offset_at_finds_the_first_record_of_a_time(log: Log) -> None:
    partition, _ = append(log, "cp_001", b"0")
    for number in range(1, 4):
        time.sleep(0.005)  # so that their times differ: what is waited for is the clock itself
        append(log, "cp_001", str(number).encode())
    records = read_all(log, {("ev.cp", partition): 0})
    times_ms = [record.timestamp_ms for record in records]
    assert times_ms == sorted(times_ms)
    assert times_ms[0] < times_ms[3]
    for time_ms in times_ms:
        assert log.offset_at("ev.cp", partition, time_ms) == times_ms.index(time_ms)
    assert log.offset_at("ev.cp", partition, 0) == 0
    assert log.offset_at("ev.cp", partition, times_ms[3] + 1) == 4
    assert log.offset_at("ev.cp", (partition + 1) % 8, times_ms[0]) == 0


def test_a_reader_out_of_range_says_so_until_it_seeks(log: Log, world: World) -> None:
    keys = [f"cp_{number}" for number in range(20)]
    places = [append(log, key, b"x", "ev.telemetry") for key in keys * 3]
    lost, fine = places[0][0], next(partition for partition, _ in places if partition != places[0][0])
    world.drop_oldest("ev.telemetry", 2)
    first, next_offset = log.ends("ev.telemetry", lost)
    reader = log.reader({("ev.telemetry", lost): 0, ("ev.telemetry", fine): 2})
    wanted = log.ends("ev.telemetry", fine).next - 2
    found: list[Record] = []
    for outside in (first - 1, next_offset + 1):
        reader.seek("ev.telemetry", lost, outside)
        for _ in range(2):
            with pytest.raises(OffsetOutOfRange) as caught:
                poll_for_ever(reader, found)
            error = caught.value
            assert (error.topic, error.partition, error.offset) == ("ev.telemetry", lost, outside)
            assert (error.first, error.next) == (first, next_offset)
    reader.seek("ev.telemetry", lost, first)
    found += read(reader, wanted + next_offset - first - len(found))
    assert {(record.partition, record.offset) for record in found} == {
        *((fine, offset) for offset in range(2, 2 + wanted)),
        *((lost, offset) for offset in range(first, next_offset)),
    }
    assert len(found) == wanted + next_offset - first
    assert reader.position("ev.telemetry", lost) == next_offset
    reader.close()


def test_a_full_log_says_so_at_once_and_goes_on_afterwards(world: World) -> None:
    log = world.open(max_pending_records=7)
    log.create_topics()
    append(log, "cp_001", b"first")
    with world.held():
        futures = [log.append("ev.cp", "cp_001", str(n).encode()) for n in range(7)]
        with pytest.raises(LogBusy):
            log.append("ev.cp", "cp_001", b"one too many")
        assert not any(future.cancel() for future in futures)
    offsets = [future.result(DEADLINE_S).offset for future in futures]
    assert offsets == list(range(1, 8))
    assert append(log, "cp_001", b"last")[1] == 8
    log.close()


def test_close_fails_what_cannot_be_written_and_does_not_hang(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("eventlog.embedded.writer", "eventlog.kafka.producer"):
        monkeypatch.setattr(f"{module}.CLOSE_TIMEOUT_S", 0.2)
    log = world.open()
    log.create_topics()
    append(log, "cp_001", b"first")
    with world.held():
        futures = [log.append("ev.cp", f"cp_{n}", b"x") for n in range(20)]
        log.close()
        assert all(future.done() for future in futures)
        with pytest.raises(LogClosed):
            log.append("ev.cp", "cp_001", b"x")
    assert all(isinstance(future.exception(0), LogClosed) for future in futures)


def test_close_writes_what_waits(world: World) -> None:
    log = world.open()
    log.create_topics()
    futures = [log.append("ev.cp", f"cp_{n}", b"x") for n in range(500)]
    log.close()
    log.close()  # changes nothing
    assert all(future.exception(0) is None for future in futures)
    again = world.open()
    assert len(read_all(again, beginnings(again, "ev.cp"))) == 500
    again.close()


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_the_largest_record_fits_and_one_byte_more_does_not(log: Log, topic: Topic) -> None:
    room = topic.max_record_bytes - RECORD_OVERHEAD_BYTES - len("cp_001")
    with pytest.raises(TooLarge) as caught:
        log.append(topic.name, "cp_001", bytes(room + 1))
    assert caught.value.max_bytes == topic.max_record_bytes
    partition, offset = append(log, "cp_001", bytes(room), topic.name)
    assert offset == 0
    (record,) = read_all(log, {(topic.name, partition): 0})
    assert len(record.value) == room


def test_what_cannot_be_appended_is_refused_at_once(log: Log) -> None:
    with pytest.raises(BadKey):
        log.append("ev.cp", "\ud800", b"x")
    with pytest.raises(UnknownTopic):
        log.append("ev.other", "cp_001", b"x")
    assert not read_all(log, beginnings(log, "ev.cp"))


def test_what_does_not_exist_is_named(log: Log) -> None:
    reader = log.reader({("ev.cp", 0): 0})
    for question in (
        lambda: log.partitions("ev.other"),
        lambda: log.topic_id("ev.other"),
        lambda: log.ends("ev.other", 0),
        lambda: log.ends("ev.cp", 8),
        lambda: log.all_ends([("ev.cp", 0), ("ev.cp", 8)]),
        lambda: log.offset_at("ev.other", 0, 0),
        lambda: log.reader({("ev.other", 0): 0}),
        lambda: log.reader({("ev.cp", 8): 0}),
        lambda: reader.seek("ev.cp", 1, 0),
        lambda: reader.position("ev.cp", 1),
    ):
        with pytest.raises(UnknownTopic):
            question()
    reader.close()


def test_a_log_keeps_its_identity_and_its_topics(world: World) -> None:
    log = world.open()
    log.create_topics()
    append(log, "cp_001", b"x")
    again = world.open()
    again.create_topics()
    assert again.cluster_id() == log.cluster_id() != ""
    assert {topic.name: again.partitions(topic.name) for topic in TOPICS} == {
        "ev.cp": 8,
        "ev.driver": 8,
        "ev.site": 8,
        "ev.telemetry": 8,
        "ev.commands": 8,
        "ev.dead": 1,
    }
    ids = {topic.name: log.topic_id(topic.name) for topic in TOPICS}
    assert {topic.name: again.topic_id(topic.name) for topic in TOPICS} == ids
    assert len(set(ids.values())) == len(TOPICS)
    assert len(read_all(again, beginnings(again, "ev.cp"))) == 1
    again.close()
    log.close()


def test_another_partition_count_is_refused(log: Log, world: World) -> None:
    other = world.open([Topic("ev.cp", 9, None, 65_536)])
    with pytest.raises(TopicMismatch, match="8 partitions"):
        other.create_topics()
    with pytest.raises(TopicMismatch):
        other.append("ev.cp", "cp_001", b"x")
    other.close()


def test_wake_ends_a_poll(log: Log) -> None:
    reader = log.reader(beginnings(log, "ev.cp"))
    waker = threading.Timer(0.1, reader.wake)
    waker.start()
    assert not reader.poll(10, 600.0)
    waker.join()
    append(log, "cp_001", b"x")
    assert len(reader.poll(10, DEADLINE_S)) == 1
    reader.close()
    reader.close()
    with pytest.raises(LogClosed):
        reader.poll(10, 0)


def test_a_long_partition_does_not_hide_a_short_one(log: Log) -> None:
    (long, _), *others = [append(log, f"cp_{n}", b"x") for n in range(20)]
    short = next(partition for partition, _ in others if partition != long)
    long_keys = [f"cp_{n}" for n, (partition, _) in enumerate([(long, 0), *others]) if partition == long]
    for future in [log.append("ev.cp", long_keys[0], bytes(250)) for _ in range(3_000)]:
        future.result(DEADLINE_S)
    reader = log.reader({("ev.cp", long): 0, ("ev.cp", short): 0})
    partitions: list[int] = []
    while short not in partitions:
        partitions += [record.partition for record in reader.poll(10, 1.0)]
    assert partitions.count(long) < 2_000
    reader.close()


def test_several_processes_write_at_once(log: Log, world: World) -> None:
    command = [sys.executable, str(APPENDING), *world.address]
    writers = [subprocess.Popen([*command, name, "600"], stdout=subprocess.PIPE, text=True) for name in "abc"]
    acks = [line for writer in writers for line in writer.communicate(timeout=60)[0].splitlines()]
    assert all(writer.returncode == 0 for writer in writers)
    records = read_all(log, beginnings(log, "ev.cp"))
    assert sorted(acks) == sorted(
        f"{record.key} {record.value.decode()} {record.partition} {record.offset}" for record in records
    )
    for name in "abc":
        for k in range(KEYS):
            of_key = [int(record.value) for record in records if record.key == f"{name}-{k}"]
            assert of_key == list(range(k, 600, KEYS))
