"""A worker in a thread of the test, on a real log and a real database."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, select

from central.fold.apply import apply
from central.model.terms import Terms
from central.store.database import Database
from central.store.offsets import read_positions
from central.store.tables import OUTBOX, POSITIONS
from central.worker.batch import Fold
from central.worker.loop import Worker
from central.worker.ticker import Rhythm, Ticker
from eventlog import Log
from eventlog.clock import LogClock, wall_ms
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

TERMS = Terms()
NEVER = Rhythm(interval_s=3_600, silent_after_s=3_600, grace_s=3_600)


class Working:
    """One worker. `error`: what ended it, if anything did. `host_ms`: the clock of the worker's host."""

    def __init__(
        self,
        database: Database,
        log: Log,
        fold: Fold = apply,
        rhythm: Rhythm = NEVER,
        terms: Terms = TERMS,
        host_ms: Callable[[], int] = wall_ms,
    ) -> None:
        self.stop = threading.Event()
        clock = LogClock(host_ms)
        ticker = Ticker(log, rhythm, clock)
        self.worker = Worker(database, log, clock, terms, fold, ticker, self.stop)
        self.error: BaseException | None = None
        self._terms = terms
        self._database = database
        self._log = log
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.worker.run()
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
        """Until everything in the log is folded, its terms too, and nothing waits to go out."""
        self.wait(lambda: is_settled(self._database, self._log, self._terms), "everything folded")


@contextmanager
def working(
    database: Database,
    log: Log,
    fold: Fold = apply,
    rhythm: Rhythm = NEVER,
    terms: Terms = TERMS,
    host_ms: Callable[[], int] = wall_ms,
) -> Generator[Working]:
    one = Working(database, log, fold, rhythm, terms, host_ms)
    one.start()
    try:
        yield one
    finally:
        one.end()


def is_folded(database: Database, log: Log) -> bool:
    """Whether the tables stand at the log's end and the outbox is empty."""
    columns = (POSITIONS.c.topic, POSITIONS.c.partition, POSITIONS.c.next)
    with database.reader.connect() as connection:
        partitions = connection.execute(select(*columns)).all()
        waiting = connection.execute(select(OUTBOX.c.id)).first()
    is_folded = all(log.ends(topic, number).next == at for topic, number, at in partitions)
    return bool(partitions) and waiting is None and is_folded


def is_settled(database: Database, log: Log, terms: Terms) -> bool:
    """Whether everything is folded, and these terms are in force."""
    with database.reader.connect() as connection:
        in_force = {each.terms for each in read_positions(connection).values() if each.terms is not None}
    return in_force == {terms} and is_folded(database, log)


def rows_of(database: Database, table: Table) -> Sequence[dict[str, Any]]:
    with database.reader.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def content(database: Database, table: Table) -> list[dict[str, Any]]:
    """The rows of a table by their key, the same whatever database they lie in."""
    key = [column.name for column in table.primary_key]
    rows = [{name: _plain(value) for name, value in row.items()} for row in rows_of(database, table)]
    return sorted(rows, key=lambda row: [str(row[name]) for name in key])


def _plain(value: Any) -> Any:
    """Databases give decimals and times each in its own way; beside them stand the exact integers."""
    if isinstance(value, Decimal):
        return float(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
