"""A line to the real API that loses what the test says: what was asked, or what was answered."""

import asyncio
import threading
from concurrent.futures import Future
from enum import Enum
from urllib.parse import urlsplit

CLOSE_TIMEOUT_S = 5.0


class Loses(Enum):
    NOTHING = "nothing"
    QUESTION = "the question: it never arrives, and the line stays open"
    ANSWER = "the answer: the question arrives, and the line then breaks"


class BadLine:
    """Each connection whose first bytes begin with `about` suffers, `times` times; the others do not."""

    def __init__(self, api_url: str, loses: Loses, about: bytes = b"POST /v1/charges ", times: int = 1) -> None:
        parts = urlsplit(api_url)
        assert parts.hostname is not None
        self._host, self._port = parts.hostname, parts.port
        self._loses, self._about, self._left = loses, about, times
        self.suffered = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._opened: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._own_port = self._opened.result(CLOSE_TIMEOUT_S)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._own_port}"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._opened.set_result(server.sockets[0].getsockname()[1])
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._connection(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # either side went away
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection carries one question: it is closed after the answer, so that none hides behind another."""
        head = await reader.readuntil(b"\r\n\r\n")
        suffers = self._left > 0 and head.startswith(self._about)
        self._left -= suffers
        if suffers and self._loses is Loses.QUESTION:
            self.suffered.set()
            await self._stop.wait()
            return
        theirs, ours = await asyncio.open_connection(self._host, self._port)
        try:
            # The Host that the API goes by, and no second question on this connection.
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"host:", b"connection:"))]
            host = f"host: {self._host}:{self._port}".encode()
            ours.write(b"\r\n".join([lines[0], host, b"connection: close", *lines[1:]]))
            forward = asyncio.create_task(_pump(reader, ours))
            if suffers and self._loses is Loses.ANSWER:
                await theirs.read(1)
                self.suffered.set()
            else:
                await _pump(theirs, writer)
            forward.cancel()
        finally:
            ours.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65_536):
        writer.write(chunk)
        await writer.drain()
