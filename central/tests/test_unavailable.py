"""Requests for a charge that are answered 503 leave a trace, by the hour and charge point, and a bounded one."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from central.api.errors import ApiError
from central.api.unavailable import Unavailable
from central.people.opening import make_tables
from central.people.roles import ALL, DRIVER
from central.people.tables import UNAVAILABLE
from central.people.unavailable import HOUR_MS, KEPT_MS, MAX_POINTS, OTHERS, add, by_point, total
from central.store.database import Database, open_database
from central.tests.site import Site
from central.tests.working import rows_of

NOW_MS = 500_000 * HOUR_MS + 5


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'people-of-a-test.db'}")
    make_tables(opened)
    yield opened
    opened.dispose()


def test_they_are_added_up_by_the_hour(people: Database) -> None:
    with people.writer.begin() as connection:
        add(connection, NOW_MS, {"cp_001": 2})
        add(connection, NOW_MS + 1, {"cp_001": 3, "cp_002": 1})
        add(connection, NOW_MS + HOUR_MS, {"cp_001": 7})
    with people.reader.connect() as connection:
        assert total(connection) == 13
        assert by_point(connection, NOW_MS - HOUR_MS, NOW_MS) == {"cp_001": 5, "cp_002": 1}


def test_an_hour_names_so_many_charge_points_and_no_more(people: Database) -> None:
    with people.writer.begin() as connection:
        for begin in (0, MAX_POINTS):
            add(connection, NOW_MS, {f"cp_{number}": 1 for number in range(begin, begin + MAX_POINTS)})
    rows = rows_of(people, UNAVAILABLE)
    assert len(rows) == MAX_POINTS + 1
    assert {row["cp_id"]: row["requests"] for row in rows}[OTHERS] == MAX_POINTS


def test_old_hours_go(people: Database) -> None:
    with people.writer.begin() as connection:
        add(connection, NOW_MS, {"cp_001": 1})
        add(connection, NOW_MS + KEPT_MS + HOUR_MS, {"cp_002": 1})
    assert [row["cp_id"] for row in rows_of(people, UNAVAILABLE)] == ["cp_002"]


def test_what_is_no_503_is_not_counted_and_everything_goes_on_as_it_came(people: Database) -> None:
    async def requests() -> None:
        counted = Unavailable(people, lambda: NOW_MS, pause_s=0.0)
        locked = OperationalError("SELECT 1", {}, Exception("locked"))
        for error in (ApiError(503, "log_away", "away"), ApiError(409, "message_id_taken", "no"), locked):
            with pytest.raises(type(error)), counted.counting("cp_001"):
                raise error
        with counted.counting("cp_001"):
            pass
        await counted.written()

    asyncio.run(requests())
    with people.reader.connect() as connection:
        assert by_point(connection, 0, NOW_MS) == {"cp_001": 2}


def test_a_driver_whom_the_log_s_absence_turns_away_is_counted(site: Site) -> None:
    """A real API whose broker is away."""
    site.start(site.worker)
    away = site.process("api", BROKER_ADDRESS="127.0.0.1:9", LOG_PATH="")
    site.start(away)
    url = "http://" + away.said().rpartition("ready api=")[2].split()[0]
    try:
        with site.client(site.token("drv_1", DRIVER, ALL)) as client:
            body = {"message_id": str(uuid.uuid4()), "cp_id": "cp_001"}
            assert client.post(f"{url}/v1/charges", json=body).status_code == 503
        people = open_database(f"sqlite:///{site.people_file}")

        def counted() -> bool:
            with people.reader.connect() as connection:
                return total(connection) == 1

        site.wait_for(counted, "the refused request")
        people.dispose()
    finally:
        away.stop()
