"""What only the embedded log's file can suffer: killed writers, a full disk, foreign locks, age."""

import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog import Log, LogError, LogUnavailable, Record
from eventlog.embedded.headers import pack_headers, unpack_headers
from eventlog.embedded.log import EmbeddedLog
from eventlog.tests.reading import beginnings, read_all
from eventlog.tests.worlds import EmbeddedWorld
from eventlog.topics import TOPICS, Topic
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

NOW_MS = 1_800_000_000_000
DAY_MS = 86_400_000
APPENDING = Path(__file__).with_name("appending.py")


@pytest.fixture
def world(embedded_world: EmbeddedWorld) -> EmbeddedWorld:
    return embedded_world


def killed_writers(world: EmbeddedWorld, folder: Path, names: str, acks_each: int) -> list[list[str]]:
    """Writers that append side by side until each has that many acks, killed in the middle; their acks."""
    outputs = [folder / f"acks-{name}" for name in names]
    processes: list[subprocess.Popen[bytes]] = []
    for name, output in zip(names, outputs, strict=True):
        with output.open("wb") as stdout:
            command = [sys.executable, str(APPENDING), *world.address, name, "0"]
            processes.append(subprocess.Popen(command, stdout=stdout))
    for process, output in zip(processes, outputs, strict=True):
        wait_for(lambda output=output: output.read_bytes().count(b"\n") >= acks_each, DEADLINE_S, "enough acks")
        process.send_signal(signal.SIGKILL)
    for process in processes:
        process.wait()
    # The last line of a killed writer may be torn: only whole lines were acknowledged.
    return [output.read_text().split("\n")[:-1] for output in outputs]


def test_killed_writers_lose_nothing_acknowledged_and_tear_nothing(
    world: EmbeddedWorld, tmp_path: Path
) -> None:
    acks: list[str] = []
    for names in ("ab", "cd", "ef"):
        for lines in killed_writers(world, tmp_path, names, 300):
            acks += lines
    log = world.open()
    records = read_all(log, beginnings(log, "ev.cp"))
    for partition in range(8):
        offsets = [record.offset for record in records if record.partition == partition]
        assert offsets == list(range(log.ends("ev.cp", partition).next))
    places = {
        f"{record.key} {record.value.decode()} {record.partition} {record.offset}" for record in records
    }
    assert len(acks) >= 6 * 300
    assert set(acks) <= places
    of_key: dict[str | None, list[Record]] = {}
    for record in records:
        of_key.setdefault(record.key, []).append(record)
    for written in of_key.values():  # each key was written by one writer, in order, without holes
        numbers = [int(record.value) for record in written]
        assert numbers == list(range(numbers[0], numbers[0] + 3 * len(numbers), 3))
    assert log.append("ev.cp", "cp_001", b"goes on").result(20)
    log.close()
    with sqlite3.connect(world.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@contextmanager
def files_at_most(size_bytes: int) -> Generator[None]:
    """The kernel refuses this process writes beyond that size, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_fails_the_append_and_is_recovered_from(log: Log, world: EmbeddedWorld) -> None:
    written = [log.append("ev.cp", "cp_001", b"before").result(20)]
    with files_at_most(world.path.with_name("events.db-wal").stat().st_size + 8_192):
        failing = [log.append("ev.cp", "cp_001", bytes(60_000)) for _ in range(3)]
        assert all(isinstance(future.exception(20), LogUnavailable) for future in failing)
    written += [log.append("ev.cp", "cp_001", b"after").result(20)]
    records = read_all(log, beginnings(log, "ev.cp"))
    assert [record.value for record in records] == [b"before", b"after"]
    assert [(record.partition, record.offset, record.timestamp_ms) for record in records] == written


def test_a_file_that_a_stranger_locks_fails_the_append_and_is_recovered_from(world: EmbeddedWorld) -> None:
    log = EmbeddedLog(world.path, busy_timeout_s=0.05)
    log.create_topics()
    log.append("ev.cp", "cp_001", b"before").result(20)
    stranger = sqlite3.connect(world.path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    locked = log.append("ev.cp", "cp_001", b"lost")
    assert isinstance(locked.exception(20), LogUnavailable)
    assert "locked" in str(locked.exception())
    stranger.execute("ROLLBACK")
    stranger.close()
    log.append("ev.cp", "cp_001", b"after").result(20)
    values = [record.value for record in read_all(log, beginnings(log, "ev.cp"))]
    assert values == [b"before", b"after"]
    log.close()


def test_what_is_past_its_retention_is_deleted_and_nothing_else(world: EmbeddedWorld) -> None:
    brief = [Topic("ev.telemetry", 8, 50, 65_536), Topic("ev.cp", 8, None, 65_536)]
    log = EmbeddedLog(world.path, brief, retention_interval_s=0.01)
    log.create_topics()
    partition = log.append("ev.telemetry", "cp_001", b"0").result(20).partition
    futures = [log.append("ev.telemetry", "cp_001", str(n).encode()) for n in range(1, 2_500)]
    futures += [log.append("ev.cp", "cp_001", str(n).encode()) for n in range(2_500)]
    assert all(future.result(20).partition == partition for future in futures)
    wait_for(lambda: log.ends("ev.telemetry", partition).first == 2_500, DEADLINE_S, "retention")
    assert log.ends("ev.telemetry", partition) == (2_500, 2_500)
    assert log.ends("ev.cp", partition) == (0, 2_500)
    assert log.append("ev.telemetry", "cp_001", b"new").result(20).offset == 2_500
    with sqlite3.connect(world.path) as connection:
        (left,) = connection.execute("SELECT count(*) FROM records").fetchone()
    connection.close()
    assert 2_500 <= left <= 2_501
    log.close()


class SetClock:
    """A host's clock, set by hand."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


def test_stamps_are_the_hosts_clock_as_it_stands(world: EmbeddedWorld) -> None:
    """What to believe of them is their reader's to decide; a stamp held up would stay wrong for good."""
    clock = SetClock(NOW_MS)
    log = EmbeddedLog(world.path, now_ms=clock)
    log.create_topics()
    wanted: list[int] = []
    for clock.now_ms in (NOW_MS, NOW_MS + DAY_MS, NOW_MS + 1, 0, NOW_MS + 2):
        assert log.append("ev.cp", "cp_001", b"x").result(20).timestamp_ms == clock.now_ms
        wanted.append(clock.now_ms)
    assert [record.timestamp_ms for record in read_all(log, beginnings(log, "ev.cp"))] == wanted
    partition = log.append("ev.cp", "cp_001", b"x").result(20).partition
    found = [log.offset_at("ev.cp", partition, at_ms) for at_ms in (0, NOW_MS + 1, NOW_MS + DAY_MS + 1)]
    assert found == [0, 1, 6]
    log.close()


@pytest.mark.parametrize(
    ("stamps", "kept"),
    [
        ((-8 * DAY_MS, 365 * DAY_MS, -8 * DAY_MS, -DAY_MS), 1),  # one from the future holds up nothing
        ((-8 * DAY_MS, -DAY_MS, -NOW_MS, -DAY_MS), 3),  # one of 1970 takes nothing with it
        ((-DAY_MS, -8 * DAY_MS, -8 * DAY_MS), 0),
    ],
)
def test_wrong_stamps_neither_hold_up_nor_hasten_a_deletion(
    world: EmbeddedWorld, stamps: tuple[int, ...], kept: int
) -> None:
    clock = SetClock(NOW_MS)
    log = EmbeddedLog(world.path, now_ms=clock, retention_interval_s=3_600)
    log.create_topics()
    partitions: set[int] = set()
    for apart_ms in stamps:
        clock.now_ms = NOW_MS + apart_ms
        partitions.add(log.append("ev.telemetry", "cp_001", b"x").result(20).partition)
    log.close()
    (partition,) = partitions
    again = EmbeddedLog(world.path, now_ms=SetClock(NOW_MS), retention_interval_s=0.01)
    gone = len(stamps) - kept
    wait_for(lambda: again.ends("ev.telemetry", partition).first == gone, DEADLINE_S, "retention")
    again.append("ev.cp", "cp_001", b"x").result(20)
    assert again.ends("ev.telemetry", partition) == (gone, len(stamps))
    again.close()


VERSION_1 = """
CREATE TABLE identity (cluster_id TEXT NOT NULL);
CREATE TABLE partitions (
    slot INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, first INTEGER NOT NULL DEFAULT 0,
    next INTEGER NOT NULL DEFAULT 0, newest_ms INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, partition)
);
CREATE TABLE records (
    slot INTEGER NOT NULL, offset INTEGER NOT NULL, timestamp_ms INTEGER NOT NULL, key BLOB, value BLOB NOT NULL,
    headers BLOB NOT NULL, PRIMARY KEY (slot, offset)
) WITHOUT ROWID;
INSERT INTO identity VALUES ('an older log');
INSERT INTO partitions VALUES (1, 'ev.dead', 0, 0, 1, 1800000000000);
INSERT INTO records VALUES (1, 0, 1800000000000, x'6b', x'76', x'');
PRAGMA application_id = 0x574C4F47;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
"""


def test_a_log_of_the_first_version_goes_on(world: EmbeddedWorld) -> None:
    world.path.parent.mkdir()
    connection = sqlite3.connect(world.path)
    connection.executescript(VERSION_1)
    connection.close()
    log = world.open()
    log.create_topics()
    assert log.cluster_id() == "an older log"
    assert log.append("ev.dead", "k", b"w").result(20).offset == 1
    assert [record.value for record in read_all(log, {("ev.dead", 0): 0})] == [b"v", b"w"]
    again = world.open()
    assert again.topic_id("ev.dead") == log.topic_id("ev.dead") != again.topic_id("ev.cp")
    again.close()
    log.close()


def test_a_file_that_is_no_log_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE books (title)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LogError, match="is not an event log"):
        EmbeddedLog(path)
    assert path.read_bytes() == before
    path.write_bytes(b"no database at all " * 100)
    with pytest.raises(LogError, match="is not an event log") as caught:
        EmbeddedLog(path)
    assert not isinstance(caught.value, LogUnavailable), "waiting makes no log of it"


def test_a_log_of_a_later_version_is_refused(log: Log, world: EmbeddedWorld, tmp_path: Path) -> None:
    log.close()
    later = tmp_path / "later.db"
    shutil.copy(world.path, later)
    with sqlite3.connect(later) as connection:
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(LogError, match="version 3; this program knows 2"):
        EmbeddedLog(later)


def test_a_place_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LogUnavailable, match=r"file/events\.db"):
        EmbeddedLog(tmp_path / "file" / "events.db")


def test_the_table_of_topics_is_what_the_design_says() -> None:
    day_ms = 86_400_000
    assert {topic.name: (topic.partitions, topic.retention_ms) for topic in TOPICS} == {
        "ev.cp": (8, None),
        "ev.driver": (8, None),
        "ev.site": (8, None),
        "ev.telemetry": (8, 7 * day_ms),
        "ev.commands": (8, day_ms),
        "ev.dead": (1, None),
    }


@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=300), max_size=6))
def test_headers_come_out_as_they_went_in(headers: dict[str, bytes]) -> None:
    assert unpack_headers(pack_headers(headers)) == headers
