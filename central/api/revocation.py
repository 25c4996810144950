"""Ends the streams of whoever may no longer see them: soon after a token is revoked or has expired, or its person
serves other sites.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from central.people.register import Person
from central.people.sites import Sites

LOOK_EACH_S = 0.25

logger = logging.getLogger(__name__)


class Revocation:
    """The tokens of open streams, asked for all together. Lives on one event loop.

    `holding`: those of these hashes whose tokens still hold, with the sites that their persons serve.
    """

    def __init__(self, holding: Callable[[Collection[str]], Mapping[str, Sites]]) -> None:
        self._holding = holding
        self._open: dict[tuple[str, Sites], list[Callable[[], None]]] = {}
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, person: Person, end: Callable[[], None]) -> Generator[None]:
        """`end` is called once the token that he showed no longer holds, or he serves other sites than he did."""
        shown = (person.sha256, person.sites)
        ends = self._open.setdefault(shown, [])
        ends.append(end)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            ends.remove(end)
            if not ends:
                del self._open[shown]

    async def _look(self) -> None:
        while self._open:
            asked = set(self._open)  # streams that begin while the database answers are asked for next time
            try:
                holding = await run_in_threadpool(self._holding, [sha256 for sha256, _ in asked])
            except SQLAlchemyError as error:
                logger.warning("whether tokens still hold cannot be asked: %s", error)
            else:
                for shown in asked - set(holding.items()):
                    for end in self._open.get(shown, ()):
                        end()
            await asyncio.sleep(LOOK_EACH_S)
