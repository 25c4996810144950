"""Everybody who follows something that changes, such as a charge, served by one reading of the database for all.

Nothing is read while nobody follows. Each follower holds one place: what it has not taken yet is replaced by what is
newer, so that a slow one costs nothing and is never behind.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from central.api.changes import Changes

MAX_FOLLOWERS = 500
RETRY_S = 1.0

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

logger = logging.getLogger(__name__)


class Follower(Generic[Value]):
    """One who follows one thing. `has_ended`: he may not see it any more.

    `is_same`: whether two states of it differ in nothing that is worth telling.
    """

    def __init__(self, is_same: Callable[[Value, Value], bool]) -> None:
        self.has_ended = False
        self._is_same = is_same
        self._newest: Value | None = None
        self._given: Value | None = None
        self._changed = asyncio.Event()

    def show(self, value: Value) -> None:
        if self._given is None or not self._is_same(self._given, value):
            self._newest = value
            self._changed.set()

    def has_seen(self, value: Value) -> None:
        """He knows this state from before, and is told of the next that differs."""
        self._given = value

    def end(self) -> None:
        self.has_ended = True
        self._changed.set()

    async def next(self, timeout_s: float) -> Value | None:
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


class Followers(Generic[Key, Value]):
    """Lives on one event loop. `read`: those of the keys that there are, in a thread. `is_same`: as Follower's.

    `open_changes`: called each time somebody begins to follow while nobody did.
    """

    def __init__(
        self,
        read: Callable[[Sequence[Key]], Mapping[Key, Value]],
        is_same: Callable[[Value, Value], bool],
        open_changes: Callable[[], Changes],
    ) -> None:
        self._read = read
        self._is_same = is_same
        self._open_changes = open_changes
        self._followers: dict[Key, set[Follower[Value]]] = {}
        self._count = 0
        self._joined = False
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def follow(self, key: Key) -> Generator[Follower[Value]]:
        """Whoever asks for it looks at `is_full` first."""
        follower = Follower(self._is_same)
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
            except Exception:  # a mistake of ours; unsaid, everybody's streams would stand still
                logger.exception("followers cannot be told")
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
        values = await run_in_threadpool(self._read, keys)
        for key, value in values.items():
            for follower in self._followers.get(key, ()):
                follower.show(value)
