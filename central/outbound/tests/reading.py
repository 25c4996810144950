"""A reader of the log in a thread of the test, on a real log and a real database."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from central.outbound.insight.ahead import Outdated, judge_ahead, to_judge
from central.outbound.insight.run import purpose
from central.outbound.insight.tables import JUDGEMENTS, metadata
from central.outbound.insight.version import MIGRATIONS
from central.outbound.reader import LogReader, Purpose, resting_time_ms
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.offsets import read_positions
from central.tests.working import content
from eventlog import Log
from eventlog.clock import wall_ms
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

LOST_AFTER_MS = 86_400_000


def insight(kept_days: int = 400) -> Purpose:
    """Judges ahead as soon as there is something to judge."""
    return replace(purpose(kept_days, LOST_AFTER_MS), make_interval_s=0.0)


INSIGHT = insight()


class Reading:
    """`error`: what ended it, if anything did."""

    def __init__(self, database: Database, log: Log, purpose: Purpose = INSIGHT) -> None:
        self.stop = threading.Event()
        self.reader = LogReader(database, log, purpose, self.stop)
        self.error: BaseException | None = None
        self._database, self._log, self._purpose = database, log, purpose
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.reader.run()
        except Exception as error:  # noqa: BLE001 -- it is the answer that some tests want
            self.error = error

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self.stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()

    def wait_ended(self) -> BaseException:
        self._thread.join(DEADLINE_S)
        assert self.error is not None
        return self.error

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        def answer() -> Any:
            assert self.error is None, repr(self.error)
            return condition()

        return wait_for(answer, DEADLINE_S, what)

    def catch_up(self) -> None:
        self.wait(lambda: is_read(self._database, self._log), "everything read")
        if self._purpose.make is not None:
            self.wait(lambda: is_judged(self._database), "every month judged")


@contextmanager
def reading(database: Database, log: Log, purpose: Purpose = INSIGHT) -> Generator[Reading]:
    one = Reading(database, log, purpose)
    one.start()
    try:
        yield one
    finally:
        one.end()


def is_read(database: Database, log: Log) -> bool:
    """Whether the database stands at the log's end."""
    with database.reader.connect() as connection:
        positions = read_positions(connection)
    return bool(positions) and all(log.ends(*place).next == position.next for place, position in positions.items())


def is_judged(database: Database) -> bool:
    """Whether all months are judged, up to where insight's database stands."""
    with database.writer.connect() as connection:
        now_ms = resting_time_ms(read_positions(connection), wall_ms())
        if now_ms is None:
            return True
        oldest_ms = connection.execute(select(func.min(JUDGEMENTS.c.at_ms))).scalar()
        return (oldest_ms is None or oldest_ms >= now_ms) and not to_judge(connection, now_ms)


def log_time_ms(database: Database) -> int:
    """By which time insight judges."""
    with database.reader.connect() as connection:
        return resting_time_ms(read_positions(connection), wall_ms()) or 0


def judge_all(database: Database, now_ms: int, lost_after_ms: int = LOST_AFTER_MS) -> None:
    """One pass, to its end."""
    left: Sequence[Outdated] = ()
    is_begun = False
    while left or not is_begun:
        is_begun = True
        with database.writer.begin() as connection:
            left = judge_ahead(connection, now_ms, left, lost_after_ms)


def with_tables(url: str) -> Database:
    database = open_database(url)
    migrate(database.writer, folder=MIGRATIONS)
    return database


def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table of insight."""
    return {table.name: content(database, table) for table in metadata.sorted_tables}
