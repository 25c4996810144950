"""SIGKILL for the worker at random moments while charges run: the same rows as without, each effect once."""

import random
import time
from pathlib import Path

import pytest

from central.model.terms import Terms
from central.operate.verify import verify
from central.store.database import open_database
from central.store.migrate import migrate
from central.store.tables import CHARGING_SESSIONS, TABLES, TICKETS
from central.tests.engines import CHARGE_WH, Fleet, completed
from central.tests.site import Site
from central.tests.working import content, is_folded, rows_of, working

POINTS, CHARGES, CHECKPOINTS = 5, 12, 60
KILLS = 5
COST_MINOR = CHARGE_WH * 25 // 1_000
DEADLINE_S = 90.0
SPEED = 10_000  # charges of two kWh in no time are believed


@pytest.mark.timeout(150)
def test_killed_again_and_again_the_rows_are_the_same(site: Site, empty_database_url: str, tmp_path: Path) -> None:
    fleet = Fleet(site, POINTS, CHARGES, CHECKPOINTS)
    # The ticker rests: whether a deadline passes before its answer is folded would depend on the pauses.
    settings = {"DATABASE_URL": empty_database_url, "OUTAGE_GRACE_S": "3600", "PLANT_SPEED": str(SPEED)}
    worker = site.process("worker", **settings)
    killed = open_database(empty_database_url)
    migrate(killed.writer)
    worker.start()
    kills_at = sorted(random.sample(range(1, POINTS * CHARGES - POINTS), KILLS))  # after so many charges
    deadline = time.monotonic() + DEADLINE_S
    try:
        fleet.begin()
        while kills_at or not (fleet.is_done and is_folded(killed, site.log)):
            assert time.monotonic() < deadline, worker.log_tail()
            fleet.step(random.uniform(0.0, 0.05))
            if kills_at and fleet.ended >= kills_at[0]:
                worker.kill()
                del kills_at[0]
                worker.start()
    finally:
        worker.stop()
        fleet.close()

    sessions = completed(rows_of(killed, CHARGING_SESSIONS))
    assert set(sessions) == fleet.sessions
    assert set(sessions.values()) == {(CHARGE_WH, COST_MINOR)}
    assert [row["number"] for row in rows_of(killed, TICKETS)] == [1] * POINTS * CHARGES
    assert site.log.ends("ev.dead", 0).next == 0
    with killed.reader.connect() as connection:
        assert not verify(connection)

    undisturbed = open_database(f"sqlite:///{tmp_path / 'undisturbed.db'}")
    migrate(undisturbed.writer)
    with working(undisturbed, site.log, terms=Terms(plant_speed=SPEED)) as one:
        one.catch_up()
    for table in TABLES.values():
        assert content(killed, table) == content(undisturbed, table), table.name
    undisturbed.dispose()
    killed.dispose()
