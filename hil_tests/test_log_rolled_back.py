"""The log comes back without its newest records: the worker refuses it. The way out that docs/operating.md tells ends
in a system that charges, bills nothing twice and locks nobody out.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn, cast

import pytest

from hil_tests.whole_line import DESIGNS, SETTINGS, SHAPES, Site, agree
from runtime.exit_codes import STOPPED_EXIT
from tools.services import kafka
from tools.services.process import wait_for
from tools.stack.log_choice import Wanted
from tools.stack.python_of_boards import interpreter
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

OPERATING = Path(__file__).parents[1] / "docs" / "operating.md"


@pytest.fixture(params=["embedded", "kafka"])
def running(request: pytest.FixtureRequest, tmp_path: Path, missing: Callable[[str], NoReturn]) -> Iterator[Site]:
    log = cast(Wanted, request.param)
    if interpreter().notice:
        missing("MicroPython's unix port")
    if log == "kafka" and (reason := kafka.available()):
        missing(f"Apache Kafka ({reason})")
    with Stack(tmp_path, DESIGNS, log, {**SETTINGS, "UNNAMED_AFTER_S": "2"}) as stack:
        started = Site(stack, tmp_path)
        yield started
        started.tidy()


def copy_log(running: Site, copy: Path) -> None:
    """The log as it is now."""
    log = running.stack.log
    assert log
    if log.broker:
        log.broker.stop()
        shutil.copytree(log.broker.folder / "data", copy)
        log.broker.start()
    else:
        with closing(sqlite3.connect(log.settings["LOG_PATH"])) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)


def put_back(running: Site, copy: Path) -> None:
    """Under everybody's hands. Raises no error: who has the log open has to notice."""
    log = running.stack.log
    assert log
    if log.broker:
        log.broker.stop()
        shutil.rmtree(log.broker.folder / "data")
        copy.rename(log.broker.folder / "data")
        log.broker.start()
    else:
        copy.replace(log.settings["LOG_PATH"])


def refused(running: Site) -> str:
    """The one line with which the worker ended."""
    worker = running.stack.worker
    assert worker.wait_ended(DEADLINE_S) == STOPPED_EXIT
    (told,) = [line for line in worker.said().splitlines() if "the worker stops: " in line]
    assert "'When the worker refuses a log' in docs/operating.md" in told
    return told


def restart_all(running: Site) -> None:
    """An embedded log whose file was exchanged: as the line says."""
    stack = running.stack
    for process in (stack.api, stack.bridge):
        process.stop()
    for end in ("-wal", "-shm"):
        Path(f"{stack.folder / 'log.db'}{end}").unlink(missing_ok=True)
    for process in (stack.worker, stack.api, stack.bridge):
        process.start()


def fold_anew(running: Site) -> Path:
    """As docs/operating.md says. Returns the old database."""
    stack = running.stack
    for process in (stack.api, stack.bridge):
        process.stop()
    database = Path(stack.settings_of_central()["DB_PATH"])
    old = database.with_name("old.db")
    database.rename(old)
    for end in ("-wal", "-shm"):
        beside = Path(f"{database}{end}")
        if beside.exists():
            beside.rename(f"{old}{end}")
    stack.worker.start()
    stack.worker.wait_said("caught up: ", DEADLINE_S)
    bring_names(old, database)
    stack.api.start()
    stack.bridge.start()
    stack.api.wait_said(" ready ", DEADLINE_S)
    return old


def bring_names(old: Path, new: Path) -> None:
    """The statements that docs/operating.md has for it."""
    text = OPERATING.read_text(encoding="utf-8")
    statements = text.partition("```sql\n")[2].partition("```")[0].replace("old.db", str(old))
    with closing(sqlite3.connect(new, timeout=DEADLINE_S)) as connection:
        connection.executescript(statements)


def test_a_log_that_was_rolled_back(running: Site, tmp_path: Path) -> None:
    before, across, after, during = (running.driver() for _ in range(4))
    early = running.charge("cp_tcp", 0.2, before)
    bill = early.ended()
    crossing = running.charge("cp_split", 50, across)
    crossing.flowed_wh(150)
    copy_log(running, tmp_path / "copy")
    # What follows the log will have lost: a charge from its claim to its ticket, the end of one, the beginning of one.
    late = running.charge("cp_tcp", 0.2, after)
    late.ended()
    across.run("stop", "cp_split")
    crossing.ended()
    unknown = running.charge("cp_serial", 50, during)
    unknown.flowed_wh(150)

    put_back(running, tmp_path / "copy")
    told = refused(running)
    if "was exchanged while it was open" in told:
        restart_all(running)
        told = refused(running)
    assert "the log was rolled back" in told
    fold_anew(running)
    unknown.command.kill()

    running.operate("stop", "cp_serial")  # it runs a charge that Central does not know
    unknown.relay_opened()
    running.operate("resume", "cp_serial")
    wait_for(lambda: running.holder(across) is None, DEADLINE_S, "the charge whose end was lost being closed")
    for cp_id, driver in zip(SHAPES, (across, after, during), strict=True):
        charge = running.charge(cp_id, 0.2, driver)
        agree(charge, charge.ended())
    assert set(names(running)) == {driver.name for driver in (before, across, after, during)}
    assert before.run("receipt") == bill
    running.settled()
    billed_once(running)


def names(running: Site) -> list[str]:
    rows = running.rows("SELECT username FROM Drivers ORDER BY username")
    return [name for (name,) in rows]


def billed_once(running: Site) -> None:
    """Each closing of a relay is on one bill at most, and on that with no more than flowed."""
    billed = dict(running.rows("SELECT session_id, energy_wh FROM ChargingSessions WHERE energy_wh > 0"))
    for point in running.stack.charge_points.values():
        for closure in point.plant.state()["sessions"]:
            assert billed.pop(closure["session_id"], 0) <= closure["energy_mwh"] / 1_000 * 1.015 + 1
    assert not billed
