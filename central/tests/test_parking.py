"""Keys whose fold fails: what waits, how it is freed, and that the log alone makes the same rows."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wire.kinds.fields import TIME_MAX_MS, TIME_MIN_MS

from central.actions.parked import unpark
from central.actions.refusal import NotDone
from central.fold.apply import apply
from central.model.record_time import Mark
from central.model.records import Incoming, Outgoing
from central.model.rows import ChargingPoint, Rows
from central.model.terms import Terms
from central.operate.opened import operator_at
from central.store.database import Database
from central.store.tables import CHARGING_POINTS, LAST_SEEN, PARKED, PARKED_KEYS, SEEN_IDS
from central.tests.parking import Mistaken, free, rows, said_to, status
from central.tests.set_clock import SetClock
from central.tests.site import Site
from central.tests.working import rows_of, working
from central.views.dead_letters import read_newest
from central.worker import forgetting
from eventlog.clock import wall_ms

DAY_MS = 24 * 3_600_000


@pytest.fixture
def lined(tmp_path: Path) -> Iterator[Site]:
    """A log and who speaks into it; no process."""
    site = Site(tmp_path)
    yield site
    site.close()


def refused_by_check(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
    said = apply(rows, incoming, terms)
    if incoming.message.get("vehicle") == "absent":
        cp = rows.get(ChargingPoint, incoming.key)
        assert cp is not None
        cp.status = "impossible"
        rows.put(cp)
    return said


def point(database: Database, cp_id: str = "cp_001") -> dict[str, object]:
    return next(row for row in rows_of(database, CHARGING_POINTS) if row["cp_id"] == cp_id)


def test_a_mistake_parks_its_key_and_unpark_folds_it(
    database: Database, lined: Site, caplog: pytest.LogCaptureFixture, rebuilt: Callable[..., Database]
) -> None:
    fold = Mistaken()
    lined.connect("cp_001", "b1")
    lined.connect("cp_002", "b2")
    status(lined, "absent")
    status(lined, "present")
    lined.board_says("fault_notification", "b1", id="cp_001", failure_info="hot", fault="over_temperature")
    status(lined, "present", 2)
    with working(database, lined.log, fold) as one:
        one.catch_up()
        assert point(database, "cp_002")["vehicle"] == "present"
        assert (point(database)["vehicle"], point(database)["status"]) == ("unknown", "ACTIVE")
        assert [(row["key"], row["topic"]) for row in rows_of(database, PARKED_KEYS)] == [("cp_001", "ev.cp")]
        kinds = [json.loads(row["value"])["type"] for row in rows_of(database, PARKED)]
        assert kinds == ["status_notification", "status_notification", "fault_notification"]
        assert "unpark cp_001" in caplog.text
        assert "ZeroDivisionError" in caplog.text
        assert said_to(lined, "cp_001", 3) == ["stop_service"]

        with pytest.raises(NotDone, match="ZeroDivisionError: a mistake in a fold"):
            unpark(operator_at(database, lined.log), "cp_001")
        assert len(rows_of(database, PARKED)) == 3
        one.catch_up()

        fold.mended = True
        assert unpark(operator_at(database, lined.log), "cp_001") == 3
        assert not rows_of(database, PARKED)
        assert (point(database)["vehicle"], point(database)["status"]) == ("present", "FAULTY")
        lined.board_says("recovery_notification", "b1", id="cp_001", fault="over_temperature")
        one.catch_up()
        assert point(database)["status"] == "ACTIVE"
        assert said_to(lined, "cp_001", 4)[-1] == "resume_service"
        with pytest.raises(NotDone, match="nothing of cp_001 is parked"):
            unpark(operator_at(database, lined.log), "cp_001")
    assert rows(rebuilt(lined)) == rows(database)


def test_a_record_that_the_database_refuses_parks_its_key_alone(
    database: Database, lined: Site, rebuilt: Callable[..., Database]
) -> None:
    lined.connect("cp_001", "b1")
    lined.connect("cp_002", "b2")
    status(lined, "absent")
    status(lined, "present", 2)
    with working(database, lined.log, refused_by_check) as one:
        one.catch_up()
        assert point(database, "cp_002")["vehicle"] == "present"
        assert [row["key"] for row in rows_of(database, PARKED_KEYS)] == ["cp_001"]
        assert point(database)["status"] == "ACTIVE"
        with pytest.raises(NotDone, match="ck_ChargingPoints_status"):
            unpark(operator_at(database, lined.log), "cp_001")
        assert len(rows_of(database, PARKED)) == 1
        one.catch_up()
    with working(database, lined.log) as one:
        assert unpark(operator_at(database, lined.log), "cp_001") == 1
        one.catch_up()
    assert point(database)["vehicle"] == "absent"
    assert rows(rebuilt(lined)) == rows(database)


def test_a_key_that_is_still_parked_is_parked_in_a_rebuild(
    database: Database, lined: Site, rebuilt: Callable[..., Database]
) -> None:
    """Even where the fold was mended since: what waits is folded where it is freed, and nowhere else."""
    lined.connect()
    for vehicle in ("present", "absent", "present"):
        status(lined, vehicle)
    with working(database, lined.log, Mistaken()) as one:
        one.catch_up()
    again = rebuilt(lined)
    assert rows(again) == rows(database)
    assert len(rows_of(again, PARKED)) == 2


def test_a_fold_that_fails_with_everything_of_a_key(
    database: Database, lined: Site, rebuilt: Callable[..., Database]
) -> None:
    """Also with what tells that it is parked: its charge point hears nothing until it is freed."""

    def fold(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
        if incoming.key == "cp_001":
            raise ZeroDivisionError("a mistake in a fold")
        return apply(rows, incoming, terms)

    lined.connect()
    with working(database, lined.log) as one:
        one.catch_up()
    with working(database, lined.log, fold) as one:
        for vehicle in ("present", "absent"):
            status(lined, vehicle)
        one.catch_up()
        free(lined, "cp_001")
        one.catch_up()
        assert not [kind for kind in said_to(lined, "cp_001") if kind.endswith("_service")]
        assert not read_newest(lined.log, 10)
    assert rows(rebuilt(lined)) == rows(database)
    with working(database, lined.log) as one:
        one.catch_up()
        unpark(operator_at(database, lined.log), "cp_001")
        one.catch_up()
    assert point(database)["vehicle"] == "absent"
    assert said_to(lined, "cp_001", 3)[-1] == "resume_service"
    assert rows(rebuilt(lined)) == rows(database)


def test_freeing_what_is_not_parked_is_a_dead_letter(
    database: Database, lined: Site, rebuilt: Callable[..., Database]
) -> None:
    lined.connect()
    free(lined, "cp_001")
    with working(database, lined.log) as one:
        one.catch_up()
        assert [letter.reason for letter in read_newest(lined.log, 10)] == ["not_parked"]
    assert rows(rebuilt(lined)) == rows(database)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def stamped(tmp_path: Path, clock: SetClock) -> Iterator[Site]:
    """A log whose clock the test sets."""
    site = Site(tmp_path, now_ms=clock)
    yield site
    site.close()


def test_a_clock_near_the_end_of_time_parks_no_key_for_good(
    database: Database, stamped: Site, clock: SetClock, rebuilt: Callable[..., Database]
) -> None:
    """What expires half a minute later lies beyond what a message may carry."""
    clock.stopped_at_ms = TIME_MAX_MS - 1
    stamped.connect()
    with working(database, stamped.log) as one:
        one.catch_up()
        assert [row["key"] for row in rows_of(database, PARKED_KEYS)] == ["cp_001"]
        with pytest.raises(NotDone, match="expires_at_ms: expected"):
            unpark(operator_at(database, stamped.log), "cp_001")
        clock.stopped_at_ms = None
        for _ in range(3):  # the time of its partition heals
            status(stamped, "present")
        one.catch_up()
        assert unpark(operator_at(database, stamped.log), "cp_001") >= 4
        one.catch_up()
    assert point(database)["status"] == "ACTIVE"
    assert all(at < TIME_MAX_MS - DAY_MS for at in (row["at_ms"] for row in rows_of(database, SEEN_IDS)) if at)
    assert rows(rebuilt(stamped)) == rows(database)


def test_what_was_parked_in_1970_is_freed(database: Database, lined: Site) -> None:
    """By a version of old, which took a stamp as it was."""
    lined.connect()
    status(lined, "absent")
    with working(database, lined.log, Mistaken()) as one:
        one.catch_up()
    with database.writer.begin() as connection:
        connection.execute(PARKED.update().values(at_ms=5_000))
    with working(database, lined.log) as one:
        assert unpark(operator_at(database, lined.log), "cp_001") == 1
    (seen,) = rows_of(database, LAST_SEEN)
    assert seen["logged_at_ms"] > TIME_MIN_MS


def test_nothing_that_a_parked_record_may_ask_for_is_forgotten(database: Database) -> None:
    now_ms, month_ms = wall_ms(), 30 * DAY_MS
    seen = {"topic": "ev.cp", "key": "k", "kind": "heard", "message_id": "m", "at_ms": now_ms - 2 * month_ms}
    waiting = {
        "topic": "ev.cp", "key": "other", "partition": 0, "offset": 7, "value": b"", "headers": "{}",
        "at_ms": now_ms - 2 * month_ms,
    }  # fmt: skip
    with database.writer.begin() as connection:
        connection.execute(SEEN_IDS.insert(), seen)
        connection.execute(PARKED.insert(), waiting)
        assert forgetting.forget(connection, [Mark(now_ms)])
    assert rows_of(database, SEEN_IDS)
    with database.writer.begin() as connection:
        connection.execute(PARKED.delete())
        assert forgetting.forget(connection, [Mark(now_ms)])
    assert not rows_of(database, SEEN_IDS)
