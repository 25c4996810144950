"""The open connections of a server, so that it can end them all and wait until they have ended."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

_END_TIMEOUT_S = 1.0


class Connections:
    def __init__(self) -> None:
        self._writers: dict[asyncio.Task[object], asyncio.StreamWriter] = {}

    def __len__(self) -> int:
        return len(self._writers)

    @contextmanager
    def one(self, writer: asyncio.StreamWriter) -> Generator[None]:
        """While the current task serves it."""
        task = asyncio.current_task()
        assert task is not None
        self._writers[task] = writer
        try:
            yield
        finally:
            del self._writers[task]
            writer.close()

    async def end(self) -> None:
        """Break them all. Their tasks are not cancelled: streams log a cancelled one as an error."""
        for writer in self._writers.values():
            writer.transport.abort()
        if self._writers:
            await asyncio.wait(list(self._writers), timeout=_END_TIMEOUT_S)
