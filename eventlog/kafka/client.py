"""kafka-python's clients with the settings that hold, and types for what is used of them: the package has
none.
"""

import importlib
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

from kafka.errors import KafkaError

from eventlog.kafka.link import Link
from eventlog.kafka.records import tolerate_header_names
from eventlog.port import LogUnavailable

# Type checkers bring stubs of an older release, which know neither these clients' settings nor newer errors.
_library: Any = importlib.import_module("kafka")
_admin: Any = importlib.import_module("kafka.admin")
_errors: Any = importlib.import_module("kafka.errors")
LogTruncationError: type[Exception] = _errors.LogTruncationError

REQUEST_TIMEOUT_MS = 5_000
BATCH_SIZE_BYTES = 65_536
RETRY_S = 0.1

CONNECTION: Mapping[str, object] = {
    "request_timeout_ms": REQUEST_TIMEOUT_MS,
    "reconnect_backoff_max_ms": 1_000,
    "bootstrap_timeout_ms": 10_000,
}
PRODUCER: Mapping[str, object] = {
    **CONNECTION,
    "acks": "all",
    "enable_idempotence": True,
    # One batch that expires wedges an idempotent producer for good: none ever does. What waits is bounded
    # outside.
    "delivery_timeout_ms": 2**31 - 1,
    "batch_size": BATCH_SIZE_BYTES,
    "max_request_size": 1_048_576,
    # How long a send may block where the topic's partitions are not known; they are asked for before the
    # first.
    "max_block_ms": 500,
    "allow_auto_create_topics": False,
}
CONSUMER: Mapping[str, object] = {
    **CONNECTION,
    "enable_auto_commit": False,
    # With "earliest" and "latest" an offset that is out of range jumps in silence.
    "auto_offset_reset": "none",
    "max_poll_records": 500,
    # With 1 MB, poll hands out one partition's records for seconds before it comes to the next.
    "max_partition_fetch_bytes": 131_072,
    # Asking for an unknown topic creates it otherwise.
    "allow_auto_create_topics": False,
}


class SentRecord(Protocol):
    """What a callback gets of an acknowledged record."""

    partition: int
    offset: int
    timestamp: int


class SendFuture(Protocol):
    def add_callback(self, callback: Callable[[SentRecord], None]) -> object: ...
    def add_errback(self, errback: Callable[[Exception], None]) -> object: ...


class Producer(Protocol):
    def send(
        self, topic: str, value: bytes, key: bytes, headers: list[tuple[str, bytes]], partition: int | None = None
    ) -> SendFuture: ...
    def partitions_for(self, topic: str) -> set[int]: ...
    def close(self, timeout: float) -> None: ...


class FetchedRecord(Protocol):
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    timestamp: int


class Consumer(Protocol):
    def assign(self, partitions: Sequence[object]) -> None: ...
    def seek(self, partition: object, offset: int) -> None: ...
    def position(self, partition: object) -> int: ...
    def end_offsets(self, partitions: Sequence[object]) -> Mapping[object, int]: ...
    def poll(self, timeout_ms: int, max_records: int) -> Mapping[object, Sequence[FetchedRecord]]: ...
    def close(self, autocommit: bool, timeout_ms: int) -> None: ...


class FoundOffset(Protocol):
    offset: int


class Admin(Protocol):
    def describe_cluster(self) -> Mapping[str, Any]: ...
    def describe_topics(self, topics: Sequence[str]) -> Sequence[Mapping[str, Any]]: ...
    def create_topics(
        self, new_topics: Mapping[str, object], raise_errors: bool, wait_for_metadata: bool
    ) -> Mapping[str, Any]: ...
    def list_partition_offsets(self, specs: Mapping[Any, int]) -> Mapping[Any, FoundOffset]: ...
    def describe_configs(self, config_resources: Sequence[object], config_filter: str) -> Mapping[str, Any]: ...
    def alter_configs(self, config_resources: Sequence[object]) -> Mapping[str, Mapping[str, str]]: ...
    def list_topics(self) -> Sequence[str]: ...
    def delete_topics(self, topics: Sequence[str]) -> object: ...
    def delete_records(self, records_to_delete: Mapping[Any, int]) -> object: ...
    def close(self) -> None: ...


def topic_partition(topic: str, partition: int) -> Any:
    return _library.TopicPartition(topic, partition)


def topic_settings(topic: str, settings: Sequence[str] | Mapping[str, str]) -> Any:
    """For the admin client: settings to ask for, or to set."""
    return _admin.ConfigResource("TOPIC", topic, settings)


def new_producer(address: str, client_id: str, linger_ms: int) -> Producer:
    settings = {**PRODUCER, "linger_ms": linger_ms}
    return cast(Producer, _connected(_library.KafkaProducer, address, client_id, settings))


def new_consumer(address: str, client_id: str, link: Link) -> Consumer:
    """`link`: of this consumer alone."""
    tolerate_header_names()
    settings = {**CONSUMER, "kafka_client": link.client}
    return cast(Consumer, _connected(_library.KafkaConsumer, address, client_id, settings))


def new_admin(address: str, client_id: str) -> Admin:
    return cast(Admin, _connected(_library.KafkaAdminClient, address, client_id, CONNECTION))


def _connected(client: Any, address: str, client_id: str, settings: Mapping[str, object]) -> object:
    try:
        return client(bootstrap_servers=address.split(","), client_id=client_id, **settings)
    except KafkaError as error:
        raise LogUnavailable(f"Kafka at {address} does not answer: {error}") from error


def wait_for_port(address: str, timeout_s: float) -> None:
    """Returns once one of the brokers accepts connections: a client made before that fails after half a
    minute.

    Raises LogUnavailable, and ValueError for an address that is not "host:port".
    """
    deadline = time.monotonic() + timeout_s
    brokers = [_host_and_port(broker) for broker in address.split(",")]
    while not any(_accepts(broker) for broker in brokers):
        if time.monotonic() >= deadline:
            raise LogUnavailable(f"no Kafka broker listens at {address} (waited {timeout_s:g} s)")
        time.sleep(RETRY_S)


def _host_and_port(broker: str) -> tuple[str, int]:
    host, _, port = broker.strip().rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"{broker!r} is no broker address; it should look like localhost:9092")
    return host.strip("[]"), int(port)


def _accepts(broker: tuple[str, int]) -> bool:
    try:
        socket.create_connection(broker, timeout=1.0).close()
    except OSError:
        return False
    return True
