"""A whole bridge in this process, on a real embedded log: what its tests are tried on."""

import asyncio
import sqlite3
import threading
import uuid
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from wire.frame import parse, payload_of
from wire.kinds import COMMANDS, CP

from bridge.counters import Counters
from bridge.service import Options, Service
from bridge.switchboard import Limits
from eventlog.clock import LogClock, wall_ms
from eventlog.embedded.log import EmbeddedLog
from eventlog.port import Log, Record
from runtime.settings import Login
from runtime.values import Address, SerialPort
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

Message = dict[str, object]


def open_log(path: Path, busy_timeout_s: float = 2.0) -> EmbeddedLog:
    log = EmbeddedLog(path, busy_timeout_s=busy_timeout_s)
    log.create_topics()
    return log


@contextmanager
def refusing(path: Path) -> Generator[None]:
    """Somebody else holds the file: each append of the bridge fails after its short patience."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def records(log: Log, topic: str) -> list[Record]:
    """All records of a topic; in order within a key."""
    ends = {(topic, partition): log.ends(topic, partition).next for partition in range(log.partitions(topic))}
    unread = {place: end for place, end in ends.items() if end}
    found: list[Record] = []
    if not unread:
        return found
    reader = log.reader(dict.fromkeys(unread, 0))
    try:
        while unread:
            for record in reader.poll(1_000, 1.0):
                found.append(record)
                if record.offset + 1 >= ends[topic, record.partition]:
                    unread.pop((topic, record.partition), None)
    finally:
        reader.close()
    return found


def messages(log: Log, topic: str, *kinds: str) -> list[Message]:
    """The messages of these kinds in a topic."""
    return [each for each in (parse(record.value) for record in records(log, topic)) if each["type"] in kinds]


def command(log: Log, message: Message, by: bytes = b"worker") -> None:
    """Appends what the folds' outbox would, and waits until it is logged."""
    log.append(COMMANDS, str(message["cp_id"]), payload_of(message), {"by": by}).result(DEADLINE_S)


def answer_link(log: Log, link_up: Message, **fields: object) -> None:
    """What Central answers to a link_up."""
    response: Message = {"type": "register_response", "message_id": str(uuid.uuid4()), "accepted": True}
    response |= {"cp_id": link_up["cp_id"], "link_id": link_up["link_id"], "in_service": True}
    command(log, response | fields)


LIMITS = Limits(max_lines=2_000, silent_after_s=60.0, heartbeat_interval_s=30.0, health_interval_s=20.0)


class Bench:
    """A running bridge. Its thread is the event loop's; the tests look at it from outside."""

    def __init__(
        self,
        log: Log,
        *,
        serial_ports: Sequence[SerialPort] = (),
        mqtt: Address | None = None,
        mqtt_login: Login | None = None,
        host_ahead_ms: int = 0,
        **limits: float,
    ) -> None:
        """`host_ahead_ms`: how far the bridge's own clock is ahead. `limits`: fields of Limits unlike LIMITS."""
        self.log = log
        self.counters = Counters()
        self._options = Options(
            listen=Address("127.0.0.1", 0),
            plain_port=0,
            serial_ports=serial_ports,
            mqtt=mqtt,
            mqtt_login=mqtt_login,
            limits=replace(LIMITS, **limits),
            command_ttl_s=30.0,
        )
        self._clock = LogClock(lambda: wall_ms() + host_ahead_ms)
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="bridge under test", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self.tcp_port = 0
        self.plain_port = 0

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
            raise
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        service = Service(self.log, self._options, self.counters, self._clock)
        await service.start()
        assert service.plain_port is not None
        self.tcp_port, self.plain_port = service.tcp_port, service.plain_port
        self._started.set()
        await self._stop.wait()
        await service.stop()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(DEADLINE_S)
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Orderly, as on SIGTERM. Again does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(DEADLINE_S)
            assert not self._thread.is_alive()

    def wait_counted(self, name: str, at_least: int = 1) -> None:
        wait_for(lambda: self.counters[name] >= at_least, DEADLINE_S, f"{name} reaching {at_least}")

    def wait_messages(self, topic: str, *kinds: str, count: int = 1) -> list[Message]:
        """The messages of these kinds in the log, once there are at least `count`."""
        def enough() -> list[Message]:
            found = messages(self.log, topic, *kinds)
            return found if len(found) >= count else []

        return wait_for(enough, DEADLINE_S, f"{count} of {kinds} in {topic}")

    def link_of(self, cp_id: str, count: int = 1) -> Message:
        """The newest link_up of a charge point, once there have been `count`."""
        def enough() -> list[Message]:
            found = [each for each in messages(self.log, CP, "link_up") if each["cp_id"] == cp_id]
            return found if len(found) >= count else []

        return wait_for(enough, DEADLINE_S, f"link_up {count} of {cp_id}")[-1]

    def accept(self, cp_id: str, count: int = 1) -> Message:
        """Answers the newest link_up as Central does; returns it."""
        link_up = self.link_of(cp_id, count)
        answer_link(self.log, link_up)
        return link_up
