"""The two logs as the contract suite sees them: how to open one, hold it up, and age it."""

import signal
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from eventlog.embedded.file import WriterLock, delete_older, transaction
from eventlog.embedded.log import EmbeddedLog
from eventlog.kafka.client import new_admin, topic_partition, topic_settings
from eventlog.kafka.log import KafkaLog
from eventlog.pending import MAX_PENDING_RECORDS
from eventlog.port import Log, LogUnavailable, UnknownTopic
from eventlog.topics import TOPICS, Topic
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S


class World(Protocol):
    """One place where a log lies."""

    def open(
        self, topics: Sequence[Topic] = TOPICS, max_pending_records: int = MAX_PENDING_RECORDS
    ) -> Log: ...
    def drop_oldest(self, topic: str, records: int) -> None:
        """Moves the beginning of each of the topic's partitions up by at most so many records."""
        ...

    def held(self) -> AbstractContextManager[None]:
        """Meanwhile the log acknowledges nothing."""
        ...

    @property
    def address(self) -> Sequence[str]:
        """What another process hands to `open_log`: broker, path, topic prefix."""
        ...


@dataclass(frozen=True)
class EmbeddedWorld:
    path: Path

    @property
    def address(self) -> Sequence[str]:
        return ("", str(self.path), "")

    def open(self, topics: Sequence[Topic] = TOPICS, max_pending_records: int = MAX_PENDING_RECORDS) -> Log:
        return EmbeddedLog(self.path, topics, max_pending_records=max_pending_records)

    def drop_oldest(self, topic: str, records: int) -> None:
        connection = sqlite3.connect(self.path, isolation_level=None)
        with transaction(connection, "BEGIN IMMEDIATE"):
            delete_older(connection, topic, time.time_ns() // 1_000_000 + 1_000, records)
        connection.close()

    @contextmanager
    def held(self) -> Generator[None]:
        lock = WriterLock(self.path)
        with lock.held():
            yield
        lock.close()


@dataclass(frozen=True)
class KafkaWorld:
    broker_address: str
    prefix: str
    send_signal: Callable[[signal.Signals], None]

    @property
    def address(self) -> Sequence[str]:
        return (self.broker_address, "unused", self.prefix)

    def open(self, topics: Sequence[Topic] = TOPICS, max_pending_records: int = MAX_PENDING_RECORDS) -> Log:
        return KafkaLog(
            self.broker_address, "test", topics, prefix=self.prefix, max_pending_records=max_pending_records
        )

    def delete(self) -> None:
        """All its topics: a broker that kept those of every test would run out of memory."""
        admin = new_admin(self.broker_address, "test")
        admin.delete_topics([name for name in admin.list_topics() if name.startswith(self.prefix)])
        admin.close()

    def drop_oldest(self, topic: str, records: int) -> None:
        admin = new_admin(self.broker_address, "test")
        log = self.open()
        ends = {partition: log.ends(topic, partition) for partition in range(log.partitions(topic))}
        log.close()
        admin.delete_records(
            {
                topic_partition(self.prefix + topic, partition): min(end.next, end.first + records)
                for partition, end in ends.items()
            }
        )
        admin.close()

    def settings_of(self, topic: str, *names: str) -> dict[str, str]:
        admin = new_admin(self.broker_address, "test")
        name = self.prefix + topic
        told = admin.describe_configs([topic_settings(name, names)], config_filter="all")["topic"][name]
        admin.close()
        return {name: each["value"] for name, each in told.items()}

    def wait_for_settings(self, topic: str, wanted: dict[str, str]) -> None:
        """A broker hears of a change only after it was taken."""
        wait_for(lambda: self.settings_of(topic, *wanted) == wanted, DEADLINE_S, f"{topic} with {wanted}")

    def configure(self, topic: str, **settings: str) -> None:
        """`settings`: names with _ for each dot."""
        admin = new_admin(self.broker_address, "test")
        changes = {name.replace("_", "."): value for name, value in settings.items()}
        admin.alter_configs([topic_settings(self.prefix + topic, changes)])
        admin.close()
        self.wait_for_settings(topic, changes)

    def make_anew(self, log: Log, topic: str) -> None:
        """Deletes the topic and makes it anew."""
        before = log.topic_id(topic)
        admin = new_admin(self.broker_address, "test")
        admin.delete_topics([self.prefix + topic])
        admin.close()

        def is_made_anew() -> bool:
            try:
                log.create_topics()
                return log.topic_id(topic) != before
            except (LogUnavailable, UnknownTopic):  # its deletion takes a moment
                return False

        wait_for(is_made_anew, DEADLINE_S, f"{topic} made anew")

    @contextmanager
    def held(self) -> Generator[None]:
        self.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.send_signal(signal.SIGCONT)
