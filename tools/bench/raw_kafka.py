"""How fast kafka-python alone produces and consumes, with the settings the project uses it with."""

import threading
import time
from collections.abc import Sequence

from wire.kinds import CP

from eventlog.kafka.client import new_consumer, new_producer, topic_partition
from eventlog.kafka.link import Link
from eventlog.port import STREAM_LINGER_MS
from tools.bench.run import CLIENT_ID

TIMEOUT_S = 120.0
POLL_MS = 200
POLL_RECORDS = 500

Pair = tuple[bytes, bytes]  # key, value


def produced_rate(address: str, prefix: str, pairs: Sequence[Pair], in_flight: int) -> float:
    """Acked records a second into an existing topic, at most `in_flight` unacked."""
    producer = new_producer(address, CLIENT_ID, STREAM_LINGER_MS)
    topic = prefix + CP
    producer.partitions_for(topic)
    room = threading.Semaphore(in_flight)
    began_s = time.perf_counter()
    for key, value in pairs:
        _take(room)
        producer.send(topic, value, key, [("by", b"bridge")]).add_callback(lambda _: room.release())
    for _ in range(in_flight):
        _take(room)
    elapsed_s = time.perf_counter() - began_s
    producer.close(timeout=TIMEOUT_S)
    return len(pairs) / elapsed_s


def _take(room: threading.Semaphore) -> None:
    if not room.acquire(timeout=TIMEOUT_S):
        raise TimeoutError(f"Kafka did not ack within {TIMEOUT_S:g} s")


def consumed_rate(address: str, ends: dict[tuple[str, int], int]) -> float:
    """Records a second from the beginning of these partitions to these offsets."""
    consumer = new_consumer(address, CLIENT_ID, Link())
    places = [topic_partition(topic, number) for topic, number in ends]
    consumer.assign(places)
    for place in places:
        consumer.seek(place, 0)
    left = sum(ends.values())
    began_s = time.perf_counter()
    while left > 0:
        left -= sum(map(len, consumer.poll(timeout_ms=POLL_MS, max_records=POLL_RECORDS).values()))
        if time.perf_counter() - began_s > TIMEOUT_S:
            raise TimeoutError(f"{left} records were not read within {TIMEOUT_S:g} s")
    elapsed_s = time.perf_counter() - began_s
    consumer.close(autocommit=False, timeout_ms=POLL_MS)
    return sum(ends.values()) / elapsed_s
