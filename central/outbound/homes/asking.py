"""Asks for what was pressed, on the log, as the API does for a driver: never a relay's level.

What the books do not show yet is kept here, so that who switches on and off again at once is heard.
"""

import logging
import queue
import threading
from collections.abc import Callable

from wire.appenders import API, appended_by
from wire.frame import payload_of
from wire.kinds.log import KINDS

from central.model.ids import session_id
from central.model.records import Message
from central.outbound.homes.command import Command, Unwanted, check_age, command_of, start_of, stop_of
from central.outbound.homes.post import own_sessions
from central.store.database import Database
from central.store.log_identity import OtherLog, check_cluster
from eventlog import Log, LogError

MOST_WAITING = 64
APPEND_TIMEOUT_S = 3.0
LOOK_S = 0.5

logger = logging.getLogger(__name__)


class Asking:
    """`shown`: at these charge points alone; empty: at all. `wall_ms`: this machine's clock."""

    def __init__(self, books: Database, driver_id: str, shown: tuple[str, ...], wall_ms: Callable[[], int]) -> None:
        self._books = books
        self._driver_id = driver_id
        self._shown = shown
        self._wall_ms = wall_ms
        self._waiting: queue.Queue[Command] = queue.Queue(MOST_WAITING)
        self._last: dict[str, str] = {}  # charge point -> the session that was asked for last

    def hear(self, cp_id: str, payload: bytes, *, is_retained: bool) -> None:
        """On any thread; never raises. What is not wanted is said in one line and forgotten."""
        try:
            if is_retained:
                raise Unwanted("it was retained, so nobody knows how old it is")
            if self._shown and cp_id not in self._shown:
                raise Unwanted("the charge point is not among HOMES_POSTS")
            command = command_of(cp_id, payload)
            check_age(command, self._wall_ms())
            self._waiting.put_nowait(command)
        except Unwanted as unwanted:
            logger.warning("a command to %s is refused: %s", cp_id, unwanted)
        except queue.Full:
            logger.warning("a command to %s is refused: %d wait already", cp_id, MOST_WAITING)

    def run(self, log: Log, stop: threading.Event) -> None:
        """Until `stop` is set."""
        while not stop.is_set():
            try:
                command = self._waiting.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            try:
                self.carry_out(log, command)
            except Unwanted as unwanted:
                logger.warning("a command to %s is refused: %s", command.cp_id, unwanted)

    def carry_out(self, log: Log, command: Command) -> None:
        """Raises Unwanted."""
        check_age(command, self._wall_ms())  # it may have waited for the log
        self._check_log(log)
        for message in self._messages(command):
            kind = KINDS[message["type"]]
            try:
                log.append(kind.topic, message[kind.key], payload_of(message), appended_by(API)).result(
                    APPEND_TIMEOUT_S
                )
            except (LogError, TimeoutError) as error:
                raise Unwanted(f"the log cannot be used now ({error})") from error
            logger.info("asked: %s at %s", kind.name, command.cp_id)

    def _check_log(self, log: Log) -> None:
        """Raises Unwanted where nothing may be appended there."""
        try:
            with self._books.reader.connect() as connection:
                check_cluster(connection, log.cluster_id())
        except (OtherLog, LogError) as error:
            raise Unwanted(str(error)) from error

    def _messages(self, command: Command) -> list[Message]:
        """A stop names each of the driver's sessions there; their fold lets one that has ended as it is."""
        with self._books.reader.connect() as connection:
            own = [session for cp_id, session in own_sessions(connection, self._driver_id) if cp_id == command.cp_id]
        if command.on:
            if own:
                logger.info("a charge of the home runs at %s already", command.cp_id)
                return []
            message = start_of(command, self._driver_id)
            self._last[command.cp_id] = session_id(self._driver_id, message["message_id"])
            return [message]
        last = self._last.pop(command.cp_id, None)
        if last is not None and last not in own:
            own.append(last)
        if not own:
            logger.info("no charge of the home runs at %s", command.cp_id)
        return [stop_of(command, self._driver_id, session) for session in own]
