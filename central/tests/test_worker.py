"""The worker on real logs and databases: what it moves, what it buries, what stops it."""

import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire.ids import lossy_id
from wire.kinds import COMMANDS, DEAD

from central.fold.apply import apply
from central.model.record_time import Mark
from central.model.records import Incoming, Outgoing
from central.model.rows import ChargingPoint, Rows
from central.model.terms import Terms
from central.reading.process import Stopped
from central.store import offsets
from central.store.database import Database
from central.store.tables import (
    CHARGE_REQUESTS,
    CHARGING_POINTS,
    CHARGING_SESSIONS,
    DEADLINES,
    DRIVERS,
    LIVE_FIGURES,
    PARKED_KEYS,
    POSITIONS,
    SEEN_IDS,
)
from central.tests.site import EPOCH, Site
from central.tests.working import Working, rows_of, working
from central.views.dead_letters import read_newest
from central.worker import forgetting
from eventlog.embedded.log import EmbeddedLog


@pytest.fixture
def lined(tmp_path: Path) -> Iterator[Site]:
    """A log and who speaks into it; no process."""
    site = Site(tmp_path)
    yield site
    site.close()


def point(database: Database, cp_id: str = "cp_001") -> dict[str, object]:
    return next(row for row in rows_of(database, CHARGING_POINTS) if row["cp_id"] == cp_id)


def telemetry(site: Site, power_w: int, cp_id: str = "cp_001") -> None:
    site.says(
        "charging_data", "bridge", message_id="b1.0123456789abcdef.t1", cp_id=cp_id, state="idle", meter_id="m",
        register_wh=1_000, session_energy_wh=0, power_w=power_w, current_ma=0, voltage_mv=230_000, limit_ma=16_000,
        limit_reason="rated",
    )  # fmt: skip


def test_a_charge_is_authorized_and_its_command_goes_out(database: Database, lined: Site) -> None:
    lined.connect()
    lined.says("driver_register", "api", driver_id="ada")
    lined.appends(
        "ev.driver", "ada",
        b'{"type":"charge_request","message_id":"uuid","cp_id":"cp_001","driver_id":"ada"}',
    )  # fmt: skip
    telemetry(lined, 1_200)
    with working(database, lined.log) as one:
        one.wait(lambda: rows_of(database, CHARGING_SESSIONS), "a session")
        one.catch_up()
    (session,) = rows_of(database, CHARGING_SESSIONS)
    assert (session["status"], session["driver_id"]) == ("authorized", "ada")
    assert [row["power_w"] for row in rows_of(database, LIVE_FIGURES)] == [1_200]
    commands = [record for record in lined.read(COMMANDS, 2) if b"start_charge" in record.value]
    assert [record.headers["by"] for record in commands] == [b"worker"]
    assert json.loads(commands[0].value)["session_id"] == session["session_id"]


def test_bad_records_become_dead_letters_as_they_came_and_nothing_stops(database: Database, lined: Site) -> None:
    lined.connect()
    lined.appends("ev.cp", b"\xff\xfe", b"noise \x00\xff", "bridge")
    lined.appends("ev.cp", "cp_002", b'{"type":"silent","message_id":"m","cp_id":"cp_001"}', "ticker")
    lined.appends("ev.cp", "x" * 40_000, b'{"type":"silent","message_id":"m","cp_id":"cp_001"}', "ticker")
    lined.says("heartbeat", "api", cp_id="cp_001", state="idle")
    damaged = "b1.0123456789abcdef.1000000000"
    lined.says("fault_notification", "bridge", message_id=damaged, id="cp_001", failure_info="x")
    lined.says("charge_claimed", "worker", cp_id="nowhere", driver_id="ada", session_id="s", request_id="r")
    lined.board_says("status_notification", cp_id="cp_001", state="idle", vehicle="present")
    with working(database, lined.log) as one:
        one.catch_up()
        assert point(database)["vehicle"] == "present"
        buried = read_newest(lined.log, 100)
    by_reason = {letter.reason: letter for letter in buried}
    assert {"not_json", "wrong_key", "wrong_origin", "n_jump"} <= set(by_reason)
    assert by_reason["not_json"].value == "noise \x00\ufffd"
    assert by_reason["wrong_origin"].appender == "api"
    (noise,) = [record for record in lined.read(DEAD) if record.value == b"noise \x00\xff"]
    assert noise.raw_key == b"\xff\xfe"
    assert noise.headers["topic"] == b"ev.cp"
    assert read_newest(lined.log, 1) == buried[-1:]


def test_a_mistake_in_telemetry_parks_nothing(database: Database, lined: Site) -> None:
    def mistaken(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
        if incoming.message.get("power_w") == 1:
            raise KeyError("a mistake in a fold")
        return apply(rows, incoming, terms)

    lined.connect()
    with working(database, lined.log, mistaken) as one:
        one.catch_up()
        telemetry(lined, 1)
        telemetry(lined, 2)
        one.catch_up()
        assert [letter.reason for letter in read_newest(lined.log, 10)] == ["fold_failed"]
    assert [row["power_w"] for row in rows_of(database, LIVE_FIGURES)] == [2]
    assert not rows_of(database, PARKED_KEYS)


def test_telemetry_that_the_database_refuses_parks_nothing(database: Database, lined: Site) -> None:
    def refused_by_check(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
        said = apply(rows, incoming, terms)
        if incoming.message.get("power_w") == 1:
            rows.put(ChargingPoint(incoming.key, status="impossible"))
        return said

    lined.connect()
    with working(database, lined.log, refused_by_check) as one:
        one.catch_up()
        for power_w in (1, 2):
            telemetry(lined, power_w)
        one.catch_up()
        assert [letter.reason for letter in read_newest(lined.log, 10)] == ["fold_failed"]
    assert [row["power_w"] for row in rows_of(database, LIVE_FIGURES)] == [2]
    assert not rows_of(database, PARKED_KEYS)


def test_what_no_fold_asks_for_any_more_leaves_its_tables(
    database: Database, lined: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a worker that always has something to say; what is younger or stands stays."""
    monkeypatch.setattr("central.worker.loop.FORGET_INTERVAL_S", 0.2)
    monkeypatch.setattr("central.worker.loop.CATCH_UP_S", 0.05)

    def old_rows(count: int) -> None:
        with database.writer.begin() as connection:
            seen = {"topic": "ev.cp", "key": "k", "kind": "heard", "at_ms": 1}
            due = {"topic": "ev.cp", "key": "k", "generation": 1, "due_at_ms": 1}
            ids = [str(number) for number in range(count)]
            connection.execute(SEEN_IDS.insert(), [{**seen, "message_id": each} for each in ids])
            connection.execute(DEADLINES.insert(), [{**due, "deadline_id": each, "live": False} for each in ids])

    def left() -> tuple[int, int]:
        lined.says("charge_request", "api", message_id=str(uuid.uuid4()), driver_id="ada", cp_id="nowhere")
        seen = [row for row in rows_of(database, SEEN_IDS) if row["at_ms"] == 1]
        return len(seen), len([row for row in rows_of(database, DEADLINES) if not row["live"]])

    with database.writer.begin() as connection:
        due = {"topic": "ev.cp", "key": "k", "generation": 1, "due_at_ms": 1}
        connection.execute(DEADLINES.insert(), {**due, "deadline_id": "stands", "live": True})
    lined.says("driver_register", "api", driver_id="ada")
    old_rows(2 * forgetting.MAX_ROWS + 1)
    with working(database, lined.log) as one:
        one.wait(lambda: left() == (0, 0), "all that was old gone")
        old_rows(3)
        one.wait(lambda: left() == (0, 0), "and what became old since")
        one.catch_up()
    assert [row["deadline_id"] for row in rows_of(database, DEADLINES)] == ["stands"]
    assert rows_of(database, SEEN_IDS)


def test_telemetry_of_one_that_has_not_registered_is_counted_and_no_dead_letter(
    database: Database, lined: Site
) -> None:
    """A stranger by MQTT could fill ev.dead with it, which is kept for ever."""
    figures = {
        "state": "idle", "meter_id": "m", "register_wh": 0, "session_energy_wh": 0, "power_w": 0, "current_ma": 0,
        "voltage_mv": 230_000, "limit_ma": 16_000, "limit_reason": "rated",
    }  # fmt: skip
    lined.says("charging_data", "bridge", message_id=lossy_id("b1", EPOCH, 1), cp_id="cp_none", **figures)
    with working(database, lined.log) as one:
        one.catch_up()
    assert one.worker.counts["unregistered"] == 1
    assert not lined.read(DEAD, 0)


def test_two_workers_at_once_fold_each_record_once(database: Database, lined: Site) -> None:
    folded: list[tuple[str, str]] = []
    lock = threading.Lock()

    def counting(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
        said = apply(rows, incoming, terms)
        with lock:
            folded.append((incoming.key, incoming.message["message_id"]))
        return said

    lined.says("driver_register", "api", driver_id="ada")
    for number in range(40):
        lined.connect(f"cp_{number:03}", f"b{number}")
    with working(database, lined.log, counting) as one, working(database, lined.log, counting) as other:
        for number in range(400):
            lined.says("charge_request", "api", cp_id="nowhere", driver_id="ada", message_id=f"r{number}")
        one.catch_up()
        other.catch_up()
    counts = one.worker.counts + other.worker.counts
    requests = rows_of(database, CHARGE_REQUESTS)
    assert len(requests) == 400
    assert {row["state"] for row in requests} == {"refused"}
    (driver,) = rows_of(database, DRIVERS)
    assert driver["claim_session_id"] is None
    # What a worker folded in vain was rolled back; what both committed is each record once.
    ends = sum(lined.log.ends(row["topic"], row["partition"]).next for row in rows_of(database, POSITIONS))
    assert counts["folded"] + counts["dead"] == ends
    assert len(folded) >= counts["folded"]


def test_another_log_stops_the_worker(database: Database, lined: Site, tmp_path: Path) -> None:
    with working(database, lined.log) as one:
        one.catch_up()
    other = EmbeddedLog(tmp_path / "other.db")
    wrong = Working(database, other)
    wrong.start()
    error = wrong.wait_ended()
    other.close()
    assert isinstance(error, Stopped)
    assert "LOG_PATH" in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("topic", ["ev.cp", "ev.driver", "ev.site"])
def test_an_offset_out_of_range_stops_the_worker(database: Database, lined: Site, topic: str) -> None:
    with working(database, lined.log) as one:
        one.catch_up()
    with database.writer.begin() as connection:
        offsets.move(connection, (topic, 3), 1, offsets.Position(1_000, Mark()))
    stopped = Working(database, lined.log)
    stopped.start()
    error = stopped.wait_ended()
    assert isinstance(error, Stopped)
    assert f"{topic}/3 ends at 1, and the database goes on at 1000;" in str(error)


def test_telemetry_out_of_range_is_read_from_its_beginning(database: Database, lined: Site) -> None:
    lined.connect()
    telemetry(lined, 7)
    with working(database, lined.log) as one:
        one.catch_up()
    (place,) = [row for row in rows_of(database, POSITIONS) if row["topic"] == "ev.telemetry" and row["next"] == 1]
    with database.writer.begin() as connection:
        offsets.move(connection, ("ev.telemetry", place["partition"]), 1, offsets.Position(1_000, Mark()))
        connection.execute(LIVE_FIGURES.delete())
    with working(database, lined.log) as one:
        one.catch_up()
        assert one.worker.counts["telemetry_restarts"] == 1
    assert [row["power_w"] for row in rows_of(database, LIVE_FIGURES)] == [7]
