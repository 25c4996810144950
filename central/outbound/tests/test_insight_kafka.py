"""Insight on a real Kafka: killed by SIGKILL while charges run, and made anew, it holds the same rows."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from central.outbound.insight.tables import CHARGES, JUDGEMENTS, QUARTERS
from central.outbound.tests.reading import everything, is_read, judge_all, log_time_ms, reading, with_tables
from central.store.database import Database, open_database
from central.tests.engines import CHARGE_WH, Fleet
from central.tests.site import Site
from central.tests.working import rows_of
from eventlog import open_log
from tools.services import kafka
from tools.testing.deadlines import DEADLINE_S

POINTS, CHARGES_EACH, CHECKPOINTS = 3, 5, 10
ALL_CHARGED = POINTS * CHARGES_EACH
KILLS = 3
SETTINGS = {"LOG_PATH": "", "OUTAGE_GRACE_S": "3600", "PLANT_SPEED": "10000"}


@pytest.fixture
def site(tmp_path: Path, missing: Callable[[str], NoReturn]) -> Iterator[Site]:
    """On a broker of its own, since its processes know the topics by their own names alone."""
    if reason := kafka.available():
        missing(f"Apache Kafka ({reason})")
    with kafka.KafkaBroker() as broker:
        log = open_log(broker.address, Path(), "test")
        log.create_topics()
        own = Site(tmp_path, {**SETTINGS, "BROKER_ADDRESS": broker.address}, log=log)
        yield own
        own.close()


def charged(database: Database) -> int:
    """Receipts that were read."""
    return sum(row["energy_wh"] is not None for row in rows_of(database, CHARGES))


@pytest.mark.timeout(240)
def test_killed_and_made_anew_on_kafka_the_rows_are_the_same(site: Site, tmp_path: Path) -> None:
    worker, figures = site.process("worker"), site.process("insight")
    rebuilding = site.process("insight", "--rebuild")
    site.start(worker, figures)
    fleet = Fleet(site, POINTS, CHARGES_EACH, CHECKPOINTS)
    killed = open_database(f"sqlite:///{tmp_path / 'insight.db'}")
    kills_at = sorted(random.sample(range(1, ALL_CHARGED - POINTS), KILLS))  # after so many charges
    deadline = time.monotonic() + 2 * DEADLINE_S
    try:
        fleet.begin()
        while kills_at or not fleet.is_done:
            assert time.monotonic() < deadline, figures.log_tail() + worker.log_tail()
            fleet.step(0.05)
            if kills_at and fleet.ended >= kills_at[0]:
                figures.kill()
                del kills_at[0]
                figures.start()
        site.wait_for(lambda: charged(killed) == ALL_CHARGED and is_read(killed, site.log), "all receipts")
    finally:
        figures.stop()
        worker.stop()
        fleet.close()
    assert figures.exit_code == 0, figures.log_tail()
    judge_all(killed, log_time_ms(killed))
    before = everything(killed)
    assert before[JUDGEMENTS.name]
    assert sum(row["energy_wh"] for row in rows_of(killed, QUARTERS)) == ALL_CHARGED * CHARGE_WH

    rebuilding.start()
    try:
        rebuilding.wait_said("made anew", DEADLINE_S)
        site.wait_for(lambda: is_read(killed, site.log), "all of it read again")
    finally:
        rebuilding.stop()
    judge_all(killed, log_time_ms(killed))
    assert everything(killed) == before
    killed.dispose()

    undisturbed = with_tables(f"sqlite:///{tmp_path / 'undisturbed.db'}")
    with reading(undisturbed, site.log) as one:
        one.catch_up()
    assert everything(undisturbed) == before
    undisturbed.dispose()
