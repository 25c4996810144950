"""Counts the requests for a charge that are answered 503; nobody else learns of them.

Kept by the hour and charge point beside people's tokens (central/people/unavailable.py). Written once a second at most:
an outage makes many.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from central.api.errors import ApiError
from central.people.unavailable import MAX_POINTS, OTHERS, add
from central.store.database import Database, is_transient, reason_of

PAUSE_S = 1.0

logger = logging.getLogger(__name__)


class Unavailable:
    """Used on the event loop. `now_ms`: the host's clock."""

    def __init__(self, people: Database, now_ms: Callable[[], int], pause_s: float = PAUSE_S) -> None:
        self._people = people
        self._now_ms = now_ms
        self._pause_s = pause_s
        self._waiting: Counter[str] = Counter()
        self._writing: asyncio.Task[None] | None = None

    @contextmanager
    def counting(self, cp_id: str) -> Generator[None]:
        """Around a request for a charge at this charge point; what goes wrong goes on as it came."""
        try:
            yield
        except (ApiError, SQLAlchemyError) as error:
            if error.status == 503 if isinstance(error, ApiError) else is_transient(error):
                self._count(cp_id)
            raise

    async def written(self) -> None:
        """Once all that was counted is kept."""
        if self._writing is not None:
            await self._writing

    def _count(self, cp_id: str) -> None:
        has_place = cp_id in self._waiting or len(self._waiting) < MAX_POINTS
        self._waiting[cp_id if has_place else OTHERS] += 1
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """Until nothing waits; what the database does not take waits on."""
        while self._waiting:
            await asyncio.sleep(self._pause_s)
            waiting, self._waiting = self._waiting, Counter()
            try:
                await run_in_threadpool(self._add, waiting)
            except SQLAlchemyError as error:
                logger.warning("refused requests are counted later: %s", reason_of(error))
                self._waiting += waiting

    def _add(self, waiting: Counter[str]) -> None:
        with self._people.writer.begin() as connection:
            add(connection, self._now_ms(), waiting)
