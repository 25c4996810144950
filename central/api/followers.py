"""Everybody who follows a charge, served by one reading of the database for all of them.

Nothing is read while nobody follows. Each follower holds one place: what it has not taken yet is replaced by what is
newer, so that a slow one costs nothing and is never behind.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from central.api.changes import Changes
from central.views.charge import Charge, is_same
from central.views.queries import ChargeKey

MAX_FOLLOWERS = 500
RETRY_S = 1.0

Read = Callable[[Sequence[ChargeKey]], Mapping[ChargeKey, Charge]]

logger = logging.getLogger(__name__)


class Follower:
    """One who follows one charge. `has_ended`: he may not see it any more."""

    def __init__(self) -> None:
        self.has_ended = False
        self._newest: Charge | None = None
        self._given: Charge | None = None
        self._changed = asyncio.Event()

    def show(self, charge: Charge) -> None:
        if not is_same(self._given, charge):
            self._newest = charge
            self._changed.set()

    def end(self) -> None:
        self.has_ended = True
        self._changed.set()

    async def next(self, timeout_s: float) -> Charge | None:
        """The newest state not taken yet; None when there is none within the time, or no more."""
        try:
            await asyncio.wait_for(self._changed.wait(), timeout_s)
        except TimeoutError:
            return None
        self._changed.clear()
        if self.has_ended:
            return None
        self._given = self._newest
        return self._given


class Followers:
    """Lives on one event loop. `open_changes`: called each time somebody begins to follow while nobody did."""

    def __init__(self, read: Read, open_changes: Callable[[], Changes]) -> None:
        self._read = read
        self._open_changes = open_changes
        self._followers: dict[ChargeKey, set[Follower]] = {}
        self._count = 0
        self._joined = False
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def follow(self, key: ChargeKey) -> Generator[Follower]:
        """Whoever asks for it looks at `is_full` first."""
        follower = Follower()
        self._count += 1
        self._followers.setdefault(key, set()).add(follower)
        self._joined = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            yield follower
        finally:
            self._count -= 1
            self._followers[key].discard(follower)
            if not self._followers[key]:
                del self._followers[key]

    @property
    def is_full(self) -> bool:
        return self._count >= MAX_FOLLOWERS

    async def _watch(self) -> None:
        while self._followers:
            try:
                await self._watch_until_none()
            except (SQLAlchemyError, sqlite3.Error, OSError) as error:
                logger.warning("followers wait: %s", error)
                await asyncio.sleep(RETRY_S)

    async def _watch_until_none(self) -> None:
        changes = self._open_changes()
        try:
            while self._followers:
                if changes.seen() or self._joined:
                    self._joined = False
                    await self._show()
                await asyncio.sleep(changes.interval_s)
        finally:
            changes.close()

    async def _show(self) -> None:
        keys = list(self._followers)
        charges = await run_in_threadpool(self._read, keys)
        for key, charge in charges.items():
            for follower in self._followers.get(key, ()):
                follower.show(charge)
