"""Workers that die at a chosen step, as by SIGKILL, and are started again until all is done.

A step is a commit, which is then lost, or an append: before it, or after the log has it and before anybody noted that.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, cast

from sqlalchemy import Connection, event

from central.model.terms import Terms
from central.store.database import Database
from central.tests.working import TERMS, Working, is_settled
from central.worker.batch import Fold
from eventlog import Appended, Log
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S


class Killed(Exception):
    pass


class Death:
    """Comes once, at this step, counted over all workers. `steps`: how many there were."""

    def __init__(self, at_step: int) -> None:
        self._at_step = at_step
        self.steps = 0

    @property
    def has_come(self) -> bool:
        return self.steps >= self._at_step

    def step(self) -> None:
        self.steps += 1
        if self.steps == self._at_step:
            raise Killed

    def at_commit(self, connection: Connection) -> None:
        del connection
        self.step()


class _Log:
    """What the workers hold of the log."""

    def __init__(self, log: Log, death: Death) -> None:
        self._log = log
        self._death = death

    def append(
        self, topic: str, key: str | bytes, value: bytes, headers: Mapping[str, bytes] | None = None,
        partition: int | None = None,
    ) -> Future[Appended]:  # fmt: skip
        self._death.step()
        future = self._log.append(topic, key, value, headers, partition)
        future.result(DEADLINE_S)
        self._death.step()
        return future

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def fold_mortally(database: Database, log: Log, fold: Fold, death: Death, terms: Terms = TERMS) -> None:
    """Until everything is folded and nothing waits to go out."""
    event.listen(database.writer, "commit", death.at_commit)
    try:
        while not _has_folded(database, log, fold, death, terms):
            pass
    finally:
        event.remove(database.writer, "commit", death.at_commit)


def _has_folded(database: Database, log: Log, fold: Fold, death: Death, terms: Terms) -> bool:
    """False where the worker died."""
    one = Working(database, cast(Log, _Log(log, death)), fold, terms=terms)
    one.start()
    try:
        wait_for(lambda: one.error is not None or is_settled(database, log, terms), DEADLINE_S, "everything folded")
    finally:
        one.end()
    assert one.error is None or isinstance(one.error, Killed), repr(one.error)
    return one.error is None
