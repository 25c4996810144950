"""The log's clock goes wrong: what is folded meanwhile and afterwards, and that a rebuild sees the same."""

import binascii
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wire.kinds.fields import TIME_MIN_MS

from central.model.record_time import Mark
from central.model.terms import Terms
from central.store.database import Database, open_database
from central.store.log_identity import note_clock, read_clock
from central.store.offsets import Position
from central.store.tables import CHARGING_SESSIONS, DEADLINES, DRIVERS, PARKED_KEYS, POSITIONS, SEEN_IDS
from central.tests.set_clock import SetClock
from central.tests.site import Site
from central.tests.working import rows_of, working
from central.worker.clock_alarm import ClockAlarm
from central.worker.forgetting import forget, marks_of
from central.worker.ticker import Rhythm
from eventlog.clock import wall_ms

DAY_MS = 86_400_000


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def lined(tmp_path: Path, clock: SetClock) -> Iterator[Site]:
    site = Site(tmp_path, now_ms=clock)
    yield site
    site.close()


def registered_at(database: Database) -> dict[str, int]:
    return {row["driver_id"]: row["created_at_ms"] for row in rows_of(database, DRIVERS)}


def times_of(database: Database) -> set[tuple[object, ...]]:
    wanted = ("topic", "partition", "next", "mark_ms", "before_ms", "count")
    return {tuple(row[name] for name in wanted) for row in rows_of(database, POSITIONS)}


def names_of_one_partition(count: int) -> list[str]:
    """Drivers whose records share one mark."""
    names = (f"ada{number}" for number in itertools.count())
    return list(itertools.islice((name for name in names if binascii.crc32(name.encode()) % 8 == 0), count))


def test_a_stamp_a_day_ahead_holds_nothing_up(
    database: Database, lined: Site, clock: SetClock, rebuilt: Callable[..., Database]
) -> None:
    """Folded one by one, and in a rebuild all at once: the times are the same."""
    aheads = (0, 0, 0, DAY_MS, 0, 0, 0, -DAY_MS, 0)
    names = names_of_one_partition(len(aheads))
    stamps: list[int] = []
    with working(database, lined.log) as one:
        for name, clock.ahead_ms in zip(names, aheads, strict=True):
            stamps.append(lined.says("driver_register", "api", driver_id=name).timestamp_ms)
            one.catch_up()
    expected = [*stamps[:7], stamps[6], stamps[8]]
    assert registered_at(database) == dict(zip(names, expected, strict=True))
    again = rebuilt(lined)
    assert registered_at(again) == registered_at(database)
    assert times_of(again) == times_of(database)


def test_a_log_that_began_without_a_clock(database: Database, lined: Site, clock: SetClock) -> None:
    """No time of 1970 reaches a table, nothing is parked for it, and what comes once the clock is set has its time."""
    clock.stopped_at_ms = 5_000
    lined.connect()
    lined.says("driver_register", "api", driver_id="ada")
    lined.says("charge_request", "api", message_id="early", driver_id="ada", cp_id="cp_001")
    with working(database, lined.log) as one:
        one.catch_up()
        assert registered_at(database) == {"ada": TIME_MIN_MS}
        (session,) = rows_of(database, CHARGING_SESSIONS)
        assert session["requested_at_ms"] == TIME_MIN_MS
        clock.stopped_at_ms = None
        lined.says("driver_register", "api", driver_id="bob")
        one.catch_up()
    assert not rows_of(database, PARKED_KEYS)
    assert registered_at(database)["bob"] > TIME_MIN_MS + DAY_MS


def test_what_is_forgotten_goes_by_the_lowest_mark(database: Database) -> None:
    """A partition whose clock is a month ahead makes no id of another forgotten."""
    old, now_ms = 40 * DAY_MS, wall_ms()
    with database.writer.begin() as connection:
        seen = {"topic": "ev.cp", "key": "k", "kind": "heard"}
        ids = [{**seen, "message_id": str(ago), "at_ms": now_ms - ago} for ago in (DAY_MS, 2 * old)]
        connection.execute(SEEN_IDS.insert(), ids)
        assert forget(connection, [Mark(), Mark(now_ms + old), Mark(now_ms)])
    assert [row["message_id"] for row in rows_of(database, SEEN_IDS)] == [str(DAY_MS)]
    with database.writer.begin() as connection:
        assert forget(connection, [Mark(), Mark()])
    assert rows_of(database, SEEN_IDS)


def test_what_is_forgotten_does_not_wait_for_sites() -> None:
    """Which change once in a while: their partitions stand where they were when the first worker told its terms."""
    positions = {("ev.cp", 0): Position(5, Mark(2)), ("ev.site", 0): Position(1, Mark(1))}
    assert marks_of(positions) == [Mark(2)]


AN_HOUR_AND_A_DAY = [-DAY_MS, -DAY_MS // 24, DAY_MS // 24, DAY_MS]
SOON = Terms(command_ttl_ms=400, command_resend_ms=100)
RESENT = Terms(command_ttl_ms=600_000, command_resend_ms=100)
QUICK = Rhythm(interval_s=0.02, silent_after_s=86_400, grace_s=0)


@pytest.mark.parametrize("host_ahead_ms", AN_HOUR_AND_A_DAY)
def test_a_worker_whose_host_is_wrong_sends_commands_lets_deadlines_pass_and_says_so(
    database: Database, lined: Site, host_ahead_ms: int, caplog: pytest.LogCaptureFixture
) -> None:
    lined.connect()
    lined.says("driver_register", "api", driver_id="ada")
    lined.says("charge_request", "api", message_id="r", driver_id="ada", cp_id="cp_001")
    with working(database, lined.log, rhythm=QUICK, terms=RESENT, host_ms=SetClock(host_ahead_ms)) as one:
        said = lined.read("ev.commands", 3)  # with register_response, and the start said again when a deadline passed
        assert [b"start_charge" in record.value for record in said].count(True) >= 2
        one.catch_up()
        assert one.worker.counts["expired"] == 0
    with database.reader.connect() as connection:
        noted_ms = read_clock(connection)
    assert noted_ms is not None
    assert abs(noted_ms + host_ahead_ms) < 5_000
    assert "ALARM: the log's clock is" in caplog.text
    (session,) = rows_of(database, CHARGING_SESSIONS)
    assert session["status"] == "authorized"


def test_a_ticker_that_is_a_day_ahead_ends_nothing(
    database: Database, lined: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has not heard the log's clock yet, and says that every deadline has passed; each is told again in its time."""
    monkeypatch.setattr("central.worker.ticker.ASK_AGAIN_S", 0.05)
    lined.connect()
    lined.says("driver_register", "api", driver_id="ada")
    lined.says("charge_request", "api", message_id="r", driver_id="ada", cp_id="cp_001")
    with working(database, lined.log, terms=SOON) as one:
        one.wait(lambda: len(rows_of(database, DEADLINES)) == 2, "the command's and the session's deadline")
        one.catch_up()
    with working(database, lined.log, rhythm=QUICK, terms=SOON, host_ms=SetClock(DAY_MS + 3_600_000)) as one:
        one.wait(lambda: any(not row["live"] for row in rows_of(database, DEADLINES)), "the command expires")
        one.catch_up()
    told = [json.loads(record.value) for record in lined.read("ev.cp")]
    passed = [each["deadline_id"] for each in told if each["type"] == "deadline_passed"]
    assert any(deadline_id.startswith("lost:") for deadline_id in passed), "told too early"
    (session,) = rows_of(database, CHARGING_SESSIONS)
    assert session["status"] == "authorized"


def test_health_tells_that_clocks_are_apart(site: Site) -> None:
    site.start()
    with site.client() as client:
        assert client.get("/health").json()["alarms"] == []
        database = open_database(f"sqlite:///{site.folder / 'central.db'}")
        with database.writer.begin() as connection:
            note_clock(connection, -DAY_MS)
        database.dispose()
        (alarm,) = client.get("/health").json()["alarms"]
        assert alarm == "the log's clock is 86400 s behind that of the worker's host"


def test_an_alarm_ends_once_the_clocks_have_agreed_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    now_s = 0.0
    alarm = ClockAlarm(hold_s=60, monotonic_s=lambda: now_s)
    assert not alarm.look(None)
    assert not alarm.look(5_000)
    assert alarm.look(-5_001)
    assert not alarm.look(-9_000), "told already"
    assert alarm.look(-60_000)
    now_s = 30.0
    assert not alarm.look(0)
    now_s = 61.0
    with caplog.at_level("INFO"):
        assert alarm.look(0)
    assert alarm.ahead_ms is None
    assert caplog.text.count("ALARM") == 2
    assert "agree again" in caplog.text
