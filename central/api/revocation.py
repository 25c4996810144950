"""Ends the streams of whoever may no longer see them: soon after a token is revoked, or has expired."""

import asyncio
import logging
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

LOOK_EACH_S = 0.25

logger = logging.getLogger(__name__)


class Revocation:
    """The tokens of open streams, asked for all together. Lives on one event loop.

    `holding`: those of these hashes whose tokens still hold.
    """

    def __init__(self, holding: Callable[[Collection[str]], set[str]]) -> None:
        self._holding = holding
        self._open: dict[str, list[Callable[[], None]]] = {}
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, sha256: str, end: Callable[[], None]) -> Generator[None]:
        """`end` is called once this token no longer holds."""
        ends = self._open.setdefault(sha256, [])
        ends.append(end)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            ends.remove(end)
            if not ends:
                del self._open[sha256]

    async def _look(self) -> None:
        while self._open:
            asked = set(self._open)  # streams that begin while the database answers are asked for next time
            try:
                holding = await run_in_threadpool(self._holding, asked)
            except SQLAlchemyError as error:
                logger.warning("whether tokens still hold cannot be asked: %s", error)
                holding = asked
            for sha256 in asked - holding:
                for end in self._open.get(sha256, ()):
                    end()
            await asyncio.sleep(LOOK_EACH_S)
