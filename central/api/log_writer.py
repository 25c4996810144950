"""Appends what people ask for. While the log is away, or is another than the books were folded from, requests are
refused, and everything that only reads the books goes on.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from wire.appenders import API, appended_by
from wire.frame import payload_of
from wire.kinds import DRIVER
from wire.kinds.log import KINDS

from central.api.errors import ApiError
from central.model.ids import session_of
from central.model.records import Message
from central.store.database import Database
from central.store.log_identity import OtherLog, check_cluster
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
CHECKED_FOR_S = 1.0  # whose log it is, is asked at most so often: behind its address may be another broker meanwhile
OTHER_LOG = "other_log"


class LogWriter:
    """Opens the log in the background, as soon as it is there; `failed` where it never can, which ends the process.

    `clock`: the log's, as the acks tell it. `books`: they know which log they were folded from; one that was made anew
    knows none, and any will do.
    """

    def __init__(self, config: ConfigManager, shutdown: Shutdown, books: Database) -> None:
        self._config = config
        self._shutdown = shutdown
        self._books = books
        self._checked_until = 0.0
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
                self._check(log)
                log.create_topics()
            except LogUnavailable:
                log.close()
            except (OtherLog, SQLAlchemyError) as error:
                logger.error("nothing is appended now: %s", error)  # each request asks anew
                return log
            else:
                return log
        return None

    def _check(self, log: Log) -> None:
        """In a thread. Raises OtherLog, LogUnavailable, SQLAlchemyError."""
        if time.monotonic() < self._checked_until:
            return
        cluster_id = log.cluster_id()
        with self._books.reader.connect() as connection:
            check_cluster(connection, cluster_id)
        self._checked_until = time.monotonic() + CHECKED_FOR_S

    def _ask(self, log: Log, query: Callable[[Log], Answer]) -> Answer:
        self._check(log)
        return query(log)

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
                self._ask, log,
                lambda it: it.append(
                    topic or kind.topic, message[kind.key], payload_of(message), appended_by(appender)
                ),
            )
            appended = await asyncio.wait_for(asyncio.wrap_future(future), APPEND_TIMEOUT_S)
        except TooLarge as error:
            raise ApiError(413, "too_large", str(error)) from error
        except OtherLog as error:
            logger.error("%s of %s was not appended: %s", kind.name, message[kind.key], error)
            raise ApiError(503, OTHER_LOG, str(error)) from error
        except (LogBusy, LogClosed, LogUnavailable, TimeoutError) as error:
            logger.warning("%s of %s was not appended: %s", kind.name, message[kind.key], error)
            self._refuses_until = time.monotonic() + REFUSAL_COUNTS_S
            raise _away(str(error) or f"no answer within {APPEND_TIMEOUT_S:g} s") from error
        self._refuses_until = 0.0
        self.clock.acked(appended.timestamp_ms)
        logger.info("appended %s of %s", kind.name, message[kind.key], extra={"session": session_of(message)})

    async def read(self, query: Callable[[Log], Answer]) -> Answer:
        """In a thread. Raises ApiError 503 where the log is away, or another than the books'."""
        if self._log is None:
            raise _away("it cannot be reached")
        try:
            return await run_in_threadpool(self._ask, self._log, query)
        except OtherLog as error:
            raise ApiError(503, OTHER_LOG, str(error)) from error
        except (LogBusy, LogClosed, LogUnavailable) as error:
            raise _away(str(error)) from error

    async def is_usable(self) -> bool:
        return await self.trouble() is None

    async def trouble(self) -> ApiError | None:
        """Why nothing can be asked for now: what a request would be answered, where it is known beforehand.

        It may have had no room for the last one: that is forgotten after a while, since only a request shows whether
        there is room again, and there may be none for hours.
        """
        if self._log is None or time.monotonic() < self._refuses_until:
            return _away("it cannot be reached" if self._log is None else "it did not take the last request")
        try:
            asked = run_in_threadpool(self._ask, self._log, lambda log: log.ends(DRIVER, 0))
            await asyncio.wait_for(asked, OPEN_TIMEOUT_S)
        except OtherLog as error:
            return ApiError(503, OTHER_LOG, str(error))
        except (LogError, TimeoutError) as error:
            return _away(str(error) or f"no answer within {OPEN_TIMEOUT_S:g} s")
        return None

    def close(self) -> None:
        if self._log is not None:
            self._log.close()


def _away(why: str) -> ApiError:
    text = f"the log cannot be used now ({why}); try again with the same id"
    return ApiError(503, "log_away", text, retry=True)
