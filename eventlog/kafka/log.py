"""The log on Apache Kafka. Partition counts, retention and the time stamps of records are the broker's to
keep.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from kafka.errors import KafkaError, TopicAlreadyExistsError, UnknownTopicOrPartitionError

from eventlog.kafka import topic_config
from eventlog.kafka.client import (
    Admin,
    FoundOffset,
    new_admin,
    new_consumer,
    topic_partition,
    topic_settings,
    wait_for_port,
)
from eventlog.kafka.link import Link
from eventlog.kafka.producer import KafkaAppender
from eventlog.kafka.reader import KafkaReader
from eventlog.known_topics import KnownTopics
from eventlog.pending import MAX_PENDING_RECORDS, Pending
from eventlog.port import (
    CONNECT_TIMEOUT_S,
    STREAM_LINGER_MS,
    Appended,
    Ends,
    LogUnavailable,
    TopicMismatch,
    UnknownTopic,
)
from eventlog.record_size import checked_size, encode_key
from eventlog.topics import TOPICS, Topic

EARLIEST = -2
LATEST = -1

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class KafkaLog:
    def __init__(
        self,
        address: str,
        client_id: str,
        topics: Sequence[Topic] = TOPICS,
        *,
        prefix: str = "",
        linger_ms: int = STREAM_LINGER_MS,
        max_pending_records: int = MAX_PENDING_RECORDS,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
    ) -> None:
        """`prefix`: what the topics' names begin with on the broker. Raises LogUnavailable."""
        wait_for_port(address, connect_timeout_s)
        self._address = address
        self._client_id = client_id
        self._prefix = prefix
        self._topics = KnownTopics(topics, f"Kafka at {address}", prefix)
        self._asking = threading.Lock()
        self._admin: Admin = new_admin(address, client_id)
        try:
            self._appender = KafkaAppender(address, client_id, Pending(max_pending_records), linger_ms)
        except LogUnavailable:
            self._admin.close()
            raise

    def _ask(self, question: Callable[[Admin], Answer]) -> Answer:
        with self._asking:
            try:
                return question(self._admin)
            except UnknownTopicOrPartitionError as error:
                raise UnknownTopic(f"Kafka at {self._address} has no such topic or partition") from error
            except KafkaError as error:
                raise LogUnavailable(f"Kafka at {self._address} does not answer: {error}") from error

    def cluster_id(self) -> str:
        return self._ask(lambda admin: admin.describe_cluster()["cluster_id"])

    def create_topics(self) -> None:
        names = list(self._topics.table)
        described = self._described(names)
        missing = [topic for name, topic in self._topics.table.items() if name not in described]
        if missing:
            wanted = {self._prefix + topic.name: topic_config.creation(topic) for topic in missing}
            # Another process may make them at the same moment: what counts is what is there afterwards.
            self._ask(lambda admin: _create(admin, wanted))
            described = self._described(names)
        for name in names:
            self._topics.existing(name, len(described[name]["partitions"]) if name in described else None)
        self._check_configuration(described)
        self._appender.learn(self._prefix + name for name in names)
        self._topics.check({name: len(topic["partitions"]) for name, topic in described.items()})

    def _check_configuration(self, described: Mapping[str, Mapping[str, Any]]) -> None:
        """Raises TopicMismatch. Flushing is set where it is missing: it is no fault of whoever made the topic."""
        found = self._configuration()
        for name, topic in self._topics.table.items():
            if not found[name]:  # as of a topic that is just being deleted
                raise LogUnavailable(f"Kafka at {self._address} does not tell how {self._prefix}{name} is configured")
            complaint = topic_config.complaint(topic, self._prefix + name, self._address, found[name])
            if complaint is not None:
                raise TopicMismatch(complaint)
            if topic_config.must_flush(topic, described[name]["partitions"], found[name]):
                self._set_flush(self._prefix + name)

    def _set_flush(self, name: str) -> None:
        change = topic_settings(name, {topic_config.FLUSH: topic_config.FLUSH_EACH})
        answer = self._ask(lambda admin: admin.alter_configs([change]))["topic"][name]
        if answer != topic_config.DONE:
            raise LogUnavailable(topic_config.flush_complaint(name, self._address, answer))
        logger.info("%s in Kafka at %s has one copy: each record is flushed before it is acked", name, self._address)

    def _configuration(self) -> dict[str, dict[str, str]]:
        """Of each topic the settings that are looked at."""
        asked = [
            topic_settings(self._prefix + name, topic_config.asked(topic)) for name, topic in self._topics.table.items()
        ]
        told = self._ask(lambda admin: admin.describe_configs(asked, config_filter="all"))["topic"]
        return {
            name: {setting: str(each["value"]) for setting, each in told.get(self._prefix + name, {}).items()}
            for name in self._topics.table
        }

    def _described(self, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """What the broker says of those topics that exist."""
        described = self._ask(lambda admin: admin.describe_topics([self._prefix + name for name in names]))
        return {topic["name"].removeprefix(self._prefix): topic for topic in described if not topic["error_code"]}

    def partitions(self, topic: str) -> int:
        told = self._described([topic]).get(topic)
        return self._topics.existing(topic, None if told is None else len(told["partitions"]))

    def topic_id(self, topic: str) -> str:
        return self._topics.existing(topic, self.ids_of([topic]).get(topic))

    def ids_of(self, topics: Sequence[str]) -> dict[str, str]:
        """The ids of those that exist, in one question: 1 ms, and 0.4 of it processor time."""
        return {name: str(told["topic_id"]) for name, told in self._described(topics).items()}

    def ends(self, topic: str, partition: int) -> Ends:
        return self.all_ends([(topic, partition)])[topic, partition]

    def all_ends(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Ends]:
        wanted = {place: topic_partition(self._prefix + place[0], place[1]) for place in places}
        firsts, nexts = (self._offsets(dict.fromkeys(wanted.values(), end)) for end in (EARLIEST, LATEST))
        return {place: Ends(firsts[each].offset, nexts[each].offset) for place, each in wanted.items()}

    def offset_at(self, topic: str, partition: int, timestamp_ms: int) -> int:
        found = self._offset(topic, partition, max(0, timestamp_ms))
        return self._offset(topic, partition, LATEST) if found < 0 else found

    def _offset(self, topic: str, partition: int, time_or_end: int) -> int:
        wanted = topic_partition(self._prefix + topic, partition)
        return self._offsets({wanted: time_or_end})[wanted].offset

    def _offsets(self, wanted: Mapping[Any, int]) -> Mapping[Any, FoundOffset]:
        return self._ask(lambda admin: admin.list_partition_offsets(wanted))

    def append(
        self,
        topic: str,
        key: str | bytes,
        value: bytes,
        headers: Mapping[str, bytes] | None = None,
        partition: int | None = None,
    ) -> Future[Appended]:
        known = self._topics.writable(topic, self._learned)
        headers = headers or {}
        raw_key = encode_key(key)
        size_bytes = checked_size(known, raw_key, value, headers)
        return self._appender.append(self._prefix + topic, raw_key, value, headers, size_bytes, partition)

    def _learned(self, topic: str) -> int:
        """Its partitions, which the producer knows from now on too: a send to a topic not yet known blocks."""
        count = self.partitions(topic)
        self._appender.learn([self._prefix + topic])
        return count

    def reader(self, positions: Mapping[tuple[str, int], int]) -> KafkaReader:
        counts = {topic: self.partitions(topic) for topic in {topic for topic, _ in positions}}
        for topic, partition in positions:
            if not 0 <= partition < counts[topic]:
                raise UnknownTopic(f"there is no {self._prefix}{topic}/{partition} at {self._address}")
        link = Link()
        consumer = new_consumer(self._address, self._client_id, link)
        return KafkaReader(consumer, link, self._prefix, positions, self)

    def close(self) -> None:
        self._appender.close()
        with self._asking:
            self._admin.close()


def _create(admin: Admin, wanted: Mapping[str, object]) -> None:
    try:
        admin.create_topics(wanted, raise_errors=True, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        return
