"""A reader of the log in a thread of the test, on a real log and a real database."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from central.outbound.insight.run import purpose
from central.outbound.insight.tables import metadata
from central.outbound.insight.version import MIGRATIONS
from central.outbound.reader import LogReader, Purpose
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.offsets import read_positions
from central.tests.working import content
from eventlog import Log
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

INSIGHT = purpose(400)


class Reading:
    """`error`: what ended it, if anything did."""

    def __init__(self, database: Database, log: Log, purpose: Purpose = INSIGHT) -> None:
        self.stop = threading.Event()
        self.reader = LogReader(database, log, purpose, self.stop)
        self.error: BaseException | None = None
        self._database, self._log = database, log
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


def with_tables(url: str) -> Database:
    database = open_database(url)
    migrate(database.writer, folder=MIGRATIONS)
    return database


def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table of insight."""
    return {table.name: content(database, table) for table in metadata.sorted_tables}
