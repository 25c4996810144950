"""Appends what people ask for. While the log is away requests are refused, and everything that only reads goes on."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from wire.appenders import API, appended_by
from wire.frame import payload_of
from wire.kinds import DRIVER
from wire.kinds.log import KINDS

from central.api.errors import ApiError
from central.model.ids import session_of
from central.model.records import Message
from central.store.opening import wait_for_log
from eventlog import Log, LogBusy, LogClosed, LogError, LogUnavailable, TooLarge
from eventlog.clock import LogClock
from runtime.config import ConfigManager
from runtime.shutdown import Shutdown

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

APPEND_TIMEOUT_S = 3.0
OPEN_TIMEOUT_S = 1.0
REFUSAL_COUNTS_S = 5.0


class LogWriter:
    """Opens the log in the background, as soon as it is there; `failed` where it never can, which ends the process.

    `clock`: the log's, as the acks tell it.
    """

    def __init__(self, config: ConfigManager, shutdown: Shutdown) -> None:
        self._config = config
        self._shutdown = shutdown
        self.failed = False
        self.clock = LogClock()
        self._refuses_until = 0.0
        self._log: Log | None = None
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._open, name="log-opener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _open(self) -> None:
        try:
            self._log = self._opened_log()
        except LogError as error:
            logger.error("the API stops: %s", error)
            self.failed = True
            self._shutdown.request()
        if self._log is not None:
            self._opened.set()

    def _opened_log(self) -> Log | None:
        while (log := wait_for_log(self._config, "wattline-central-api", self._shutdown.requested)) is not None:
            try:
                log.create_topics()
            except LogUnavailable:
                log.close()
            else:
                return log
        return None

    async def append(self, message: Message, appender: str = API, topic: str | None = None) -> None:
        """To the topic of its kind where none is named. Returns once the log has acked it.

        Raises ApiError 503 where it does not, in time.
        """
        kind = KINDS[message["type"]]
        if not self._opened.is_set():
            await run_in_threadpool(self._opened.wait, OPEN_TIMEOUT_S)
        log = self._log
        if log is None:
            raise _away("it cannot be reached")
        try:
            # In a thread: the first append to a topic asks the log whether it is there.
            future = await run_in_threadpool(
                log.append, topic or kind.topic, message[kind.key], payload_of(message), appended_by(appender)
            )
            appended = await asyncio.wait_for(asyncio.wrap_future(future), APPEND_TIMEOUT_S)
        except TooLarge as error:
            raise ApiError(413, "too_large", str(error)) from error
        except (LogBusy, LogClosed, LogUnavailable, TimeoutError) as error:
            logger.warning("%s of %s was not appended: %s", kind.name, message[kind.key], error)
            self._refuses_until = time.monotonic() + REFUSAL_COUNTS_S
            raise _away(str(error) or f"no answer within {APPEND_TIMEOUT_S:g} s") from error
        self._refuses_until = 0.0
        self.clock.acked(appended.timestamp_ms)
        logger.info("appended %s of %s", kind.name, message[kind.key], extra={"session": session_of(message)})

    async def read(self, query: Callable[[Log], Answer]) -> Answer:
        """In a thread. Raises ApiError 503 where the log is away."""
        if self._log is None:
            raise _away("it cannot be reached")
        try:
            return await run_in_threadpool(query, self._log)
        except (LogBusy, LogClosed, LogUnavailable) as error:
            raise _away(str(error)) from error

    async def is_usable(self) -> bool:
        """Whether it can be read now, and took the last request; a refusal is forgotten after a while.

        It may have had no room then. Only a request shows whether there is room again, and there may be none for hours.
        """
        if self._log is None or time.monotonic() < self._refuses_until:
            return False
        try:
            await asyncio.wait_for(run_in_threadpool(self._log.ends, DRIVER, 0), OPEN_TIMEOUT_S)
        except (LogError, TimeoutError):
            return False
        return True

    def close(self) -> None:
        if self._log is not None:
            self._log.close()


def _away(why: str) -> ApiError:
    text = f"the log cannot be used now ({why}); try again with the same id"
    return ApiError(503, "log_away", text, retry=True)
