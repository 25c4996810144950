"""Time enters the log: each deadline once, silence and its end, and nothing before what the log holds is folded."""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wire.kinds.fields import TIME_MIN_MS

from central.model.record_time import IN_A_ROW
from central.model.terms import Terms
from central.store import parked
from central.store.database import Database
from central.store.offsets import TopicPartition, read_positions
from central.store.tables import CHARGING_POINTS, DEADLINES
from central.tests.set_clock import SetClock
from central.tests.site import Site
from central.tests.working import rows_of, working
from central.worker.ticker import MAX_ASKED, Rhythm, Ticker
from eventlog import Record
from eventlog.clock import LogClock
from eventlog.embedded.log import EmbeddedLog
from eventlog.topics import Topic
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

SILENT_AFTER_MS = 3_600_000
QUICK = Rhythm(interval_s=0.02, silent_after_s=SILENT_AFTER_MS / 1_000, grace_s=0.0)
NEVER_SILENT = Rhythm(interval_s=0.0, silent_after_s=86_400.0, grace_s=0.0)


@pytest.fixture
def clock() -> SetClock:
    """The log's."""
    return SetClock()


@pytest.fixture
def lined(tmp_path: Path, clock: SetClock) -> Iterator[Site]:
    site = Site(tmp_path, now_ms=clock)
    yield site
    site.close()


def kinds(records: Any, kind: str) -> list[Record]:
    return [record for record in records if json.loads(record.value)["type"] == kind]


def point(database: Database) -> dict[str, Any]:
    (row,) = rows_of(database, CHARGING_POINTS)
    return row


def authorize(site: Site) -> None:
    """A charge is asked for, whose start nobody answers."""
    site.connect()
    site.says("driver_register", "api", driver_id="ada")
    site.says("charge_request", "api", message_id="r", driver_id="ada", cp_id="cp_001")


def test_a_deadline_passes_once(database: Database, lined: Site) -> None:
    authorize(lined)
    soon = Terms(command_ttl_ms=400, command_resend_ms=100)
    rhythm = Rhythm(interval_s=0.02, silent_after_s=86_400, grace_s=0)
    with working(database, lined.log, rhythm=rhythm, terms=soon) as one:
        one.wait(lambda: any(not row["live"] for row in rows_of(database, DEADLINES)), "the command expires")
        one.catch_up()
    passed = kinds(lined.read("ev.cp"), "deadline_passed")
    assert passed
    assert {record.headers["by"] for record in passed} == {b"ticker"}
    told = [json.loads(record.value) for record in passed]
    assert len({(each["deadline_id"], each["generation"]) for each in told}) == len(told)


def passes(site: Site, clock: SetClock, ahead_ms: int) -> None:
    """The log's clock goes on by so much more, and others are heard in it."""
    clock.ahead_ms = ahead_ms
    for number in range(IN_A_ROW):
        site.says("driver_register", "api", driver_id=f"other{number}")


def test_silence_is_told_once_and_so_is_its_end(database: Database, lined: Site, clock: SetClock) -> None:
    lined.connect()
    with working(database, lined.log, rhythm=QUICK) as one:
        one.wait(lambda: rows_of(database, CHARGING_POINTS) and point(database)["status"] == "ACTIVE", "it is there")
        for times in (1, 2):
            passes(lined, clock, 2 * times * SILENT_AFTER_MS)
            one.wait(lambda: point(database)["silent"], "it falls silent")
            assert point(database)["status"] == "DISCONNECTED"
            heartbeat = {"message_id": f"b1.0123456789abcdef.t{times}", "cp_id": "cp_001", "state": "idle"}
            lined.says("heartbeat", "bridge", **heartbeat)
            one.wait(lambda: not point(database)["silent"], "it is heard again")
        one.catch_up()
    records = lined.read("ev.cp")
    assert (len(kinds(records, "silent")), len(kinds(records, "heard"))) == (2, 2)
    (last,) = {json.loads(record.value)["limit_ms"] for record in kinds(records, "silent")}
    assert last == SILENT_AFTER_MS
    assert lined.log.ends("ev.dead", 0).next == 0


def test_a_line_that_is_down_is_not_called_silent(database: Database, lined: Site, clock: SetClock) -> None:
    lined.connect("cp_001", "b1")
    lined.connect("cp_002", "b2")
    lined.says("link_down", "bridge", cp_id="cp_001", link_id="link-b1")
    with working(database, lined.log, rhythm=QUICK) as one:
        one.catch_up()
        passes(lined, clock, 2 * SILENT_AFTER_MS)
        one.wait(lambda: kinds(lined.read("ev.cp"), "silent"), "the other falls silent")
        assert {record.key for record in kinds(lined.read("ev.cp"), "silent")} == {"cp_002"}


def test_silence_works_again_after_a_clock_that_stepped_back(
    database: Database, lined: Site, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last sign of life lies a day ahead: nobody waits for that day."""
    monkeypatch.setattr("central.worker.ticker.ASK_AGAIN_S", 0.05)
    clock.ahead_ms = 86_400_000
    lined.connect()
    for vehicle in ("present", "absent", "present"):
        lined.board_says("status_notification", cp_id="cp_001", state="idle", vehicle=vehicle)
    rhythm = Rhythm(interval_s=0.02, silent_after_s=0.3, grace_s=0)
    with working(database, lined.log, rhythm=rhythm) as one:
        one.wait(lambda: rows_of(database, CHARGING_POINTS) and point(database)["silent"], "it falls silent")
        lined.board_says("status_notification", cp_id="cp_001", state="idle", vehicle="absent")
        one.wait(lambda: not point(database)["silent"], "it is heard again")
        clock.ahead_ms = 0
        one.wait(lambda: point(database)["silent"], "it falls silent again")


@pytest.fixture
def overdue(database: Database, lined: Site) -> dict[TopicPartition, int]:
    """A deadline that has passed, and where the worker stands."""
    authorize(lined)
    with working(database, lined.log) as one:
        one.wait(lambda: rows_of(database, DEADLINES), "a deadline")
        one.catch_up()
    with database.reader.connect() as connection:
        return {partition: position.next for partition, position in read_positions(connection).items()}


def in_a_day_ms() -> int:
    return time.time_ns() // 1_000_000 + 2 * 86_400_000


def appended(site: Site) -> int:
    return len(kinds(site.read("ev.cp"), "deadline_passed"))


def test_nothing_is_due_before_the_log_is_folded(
    database: Database, lined: Site, overdue: dict[TopicPartition, int]
) -> None:
    ticker = Ticker(lined.log, NEVER_SILENT, LogClock(in_a_day_ms))
    ticker.wait_for_grace()
    lined.says("driver_register", "api", driver_id="bob")  # not folded: somebody's answer might be in it
    with database.reader.connect() as connection:
        ticker.tick(connection, lambda: overdue)
        assert appended(lined) == 0
        lined.says("driver_register", "api", driver_id="eve")  # came after the moment that is judged
        ends = {partition: lined.log.ends(*partition).next for partition in overdue}
        driver_places = [partition for partition in overdue if ends[partition] > overdue[partition]]
        folded = {**overdue, **{partition: ends[partition] for partition in driver_places}}
        ticker.tick(connection, lambda: folded)
    lined.log.append("ev.dead", "k", b"v", {}).result(10)  # behind what the ticker appended without waiting
    assert appended(lined) == len(rows_of(database, DEADLINES))


def test_telemetry_that_waits_holds_up_silence_alone(
    database: Database, lined: Site, clock: SetClock, overdue: dict[TopicPartition, int]
) -> None:
    """A backlog of it takes a while, and no claim, command or session hangs on it; a heartbeat may be in it."""
    heartbeat = {"message_id": "b1.0123456789abcdef.t1", "cp_id": "cp_001", "state": "idle"}
    waiting = lined.says("heartbeat", "bridge", **heartbeat)
    rhythm = Rhythm(interval_s=0, silent_after_s=3_600, grace_s=0)
    ticker = Ticker(lined.log, rhythm, LogClock(in_a_day_ms))
    clock.ahead_ms = 2 * 86_400_000
    with database.reader.connect() as connection:
        ticker.tick(connection, lambda: overdue)
        lined.log.append("ev.dead", "k", b"v", {}).result(10)  # behind what the ticker appended without waiting
        assert appended(lined) == len(rows_of(database, DEADLINES))
        assert not kinds(lined.read("ev.cp"), "silent")
        folded = overdue | {("ev.telemetry", waiting.partition): waiting.offset + 1}
        folded |= {place: lined.log.ends(*place).next for place in overdue if place[0] == "ev.cp"}
        ticker.tick(connection, lambda: folded)
    lined.log.append("ev.dead", "k", b"v", {}).result(10)
    assert len(kinds(lined.read("ev.cp"), "silent")) == 1


def test_nothing_is_due_within_the_grace(database: Database, lined: Site, overdue: dict[TopicPartition, int]) -> None:
    patient = Ticker(lined.log, Rhythm(interval_s=0, silent_after_s=86_400, grace_s=3_600), LogClock(in_a_day_ms))
    patient.wait_for_grace()
    with database.reader.connect() as connection:
        for _ in range(3):
            patient.tick(connection, lambda: overdue)
    lined.log.append("ev.dead", "k", b"v", {}).result(10)
    assert appended(lined) == 0


def test_how_far_the_log_is_read_is_asked_only_where_something_is_due(database: Database, lined: Site) -> None:
    """On Kafka the answer costs what a driver may be waiting for."""

    def asked() -> dict[TopicPartition, int]:
        raise AssertionError("asked")

    ticker = Ticker(lined.log, NEVER_SILENT, LogClock(lambda: TIME_MIN_MS))
    with database.reader.connect() as connection:
        ticker.tick(connection, asked)


def test_what_was_asked_is_not_asked_again_at_once(
    database: Database, lined: Site, overdue: dict[TopicPartition, int]
) -> None:
    ticker = Ticker(lined.log, NEVER_SILENT, LogClock(in_a_day_ms))
    ticker.wait_for_grace()
    with database.reader.connect() as connection:
        for _ in range(5):
            ticker.tick(connection, lambda: overdue)
    lined.log.append("ev.dead", "k", b"v", {}).result(10)
    assert appended(lined) == len(rows_of(database, DEADLINES))


def test_deadlines_pass_where_telemetry_left_the_log_unread(database: Database, lined: Site, tmp_path: Path) -> None:
    """After a week without a worker: what is gone from the log cannot be waited for."""
    authorize(lined)
    with working(database, lined.log) as one:
        one.wait(lambda: rows_of(database, DEADLINES), "a deadline")
        one.catch_up()
    data = {"cp_id": "cp_001", "state": "idle", "message_id": "b1.0123456789abcdef.t1"}
    partition = lined.says("heartbeat", "bridge", **data).partition
    brief = EmbeddedLog(tmp_path / "log.db", [Topic("ev.telemetry", 8, 1, 65_536)], retention_interval_s=0.01)
    wait_for(lambda: brief.ends("ev.telemetry", partition).first == 1, DEADLINE_S, "its retention")
    brief.close()
    rhythm = Rhythm(interval_s=0.02, silent_after_s=86_400, grace_s=0)
    with working(database, lined.log, rhythm=rhythm) as one:
        one.wait(lambda: appended(lined), "a deadline that passes")


def test_deadlines_of_parked_keys_wait_and_hold_up_no_other(database: Database, lined: Site) -> None:
    """What cannot be folded is not said again and again."""
    authorize(lined)
    with working(database, lined.log) as one:
        one.wait(lambda: rows_of(database, DEADLINES), "a deadline")
        one.catch_up()
    own = rows_of(database, DEADLINES)
    with database.writer.begin() as connection:
        parked.park_key(connection, "ev.cp", "cp_bad", "a mistake", 0)
        bad = {**own[0], "key": "cp_bad"}
        due = [{**bad, "deadline_id": f"command:cp_bad:{n}", "due_at_ms": n} for n in range(MAX_ASKED)]
        connection.execute(DEADLINES.insert(), due)
    ticker = Ticker(lined.log, NEVER_SILENT, LogClock(in_a_day_ms))
    ticker.wait_for_grace()
    with database.reader.connect() as connection:
        ticker.tick(connection, dict[TopicPartition, int])
    lined.log.append("ev.dead", "k", b"v", {}).result(10)
    assert appended(lined) == len(own)


def test_a_worker_that_loses_its_place_to_another_lets_deadlines_pass(database: Database, lined: Site) -> None:
    """Two workers at once take turns; the grace is for outages of the log."""
    authorize(lined)
    rhythm = Rhythm(interval_s=0.02, silent_after_s=86_400, grace_s=1.0)
    numbers = itertools.count()

    def passes_under_load() -> bool:
        request = {"message_id": f"r{next(numbers)}", "driver_id": "ada", "cp_id": "nowhere"}
        lined.says("charge_request", "api", **request)
        return appended(lined) > 0

    soon = Terms(command_ttl_ms=400, command_resend_ms=100)
    with (
        working(database, lined.log, rhythm=rhythm, terms=soon) as one,
        working(database, lined.log, rhythm=rhythm, terms=soon) as other,
    ):
        one.wait(passes_under_load, "a deadline that passes")
        assert other.error is None
    assert one.worker.counts["fence_lost"] + other.worker.counts["fence_lost"] > 0
