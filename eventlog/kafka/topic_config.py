"""How a topic must be configured on Kafka, and what of one that exists is not so.

Topics may have been made by others, or changed since. Compaction and a short retention lose records, stamps of clients
let any clock into the log, and a codec without its library stops every reader.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from eventlog.kafka.client import BATCH_SIZE_BYTES
from eventlog.topics import Topic

BATCH_OVERHEAD_BYTES = 1_024
FLUSH = "flush.messages"
FLUSH_EACH = "1"
WITHOUT_BOUND = -1
DONE = "OK"  # what the admin client makes of a change that the broker took


class Need(NamedTuple):
    """A setting of a topic. `suffices`: whether what was found does, beside what is wanted."""

    name: str
    wanted: str
    suffices: Callable[[str, str], bool]


def _is_same(found: str, wanted: str) -> bool:
    return found == wanted


def _is_enough(found: str, wanted: str) -> bool:
    return int(found) == WITHOUT_BOUND or WITHOUT_BOUND != int(wanted) <= int(found)


def needs(topic: Topic) -> tuple[Need, ...]:
    retention_ms = WITHOUT_BOUND if topic.retention_ms is None else topic.retention_ms
    # The largest record of a batch of its own, or a full batch of small ones.
    max_batch_bytes = max(topic.max_record_bytes, BATCH_SIZE_BYTES) + BATCH_OVERHEAD_BYTES
    return (
        Need("cleanup.policy", "delete", _is_same),
        Need("retention.ms", str(retention_ms), _is_enough),
        Need("retention.bytes", str(WITHOUT_BOUND), _is_enough),
        Need("message.timestamp.type", "LogAppendTime", _is_same),
        Need("max.message.bytes", str(max_batch_bytes), _is_enough),
        # Whatever a stranger compresses with, no reader needs that codec's library.
        Need("compression.type", "uncompressed", _is_same),
    )


def creation(topic: Topic) -> dict[str, Any]:
    """What `create_topics` of the admin client takes."""
    return {
        "num_partitions": topic.partitions,
        "configs": {need.name: need.wanted for need in needs(topic)},
    }


def asked(topic: Topic) -> list[str]:
    """The settings that are looked at."""
    return [*(need.name for need in needs(topic)), FLUSH]


def complaint(topic: Topic, name: str, address: str, found: Mapping[str, str]) -> str | None:
    """One line on what is wrong with the topic, called `name` there, and how to put it right; None where nothing is."""
    wrong = [need for need in needs(topic) if not _is_met(need, found.get(need.name))]
    if not wrong:
        return None
    told = ", ".join(f"{need.name}={found.get(need.name)}" for need in wrong)
    right = ",".join(f"{need.name}={need.wanted}" for need in wrong)
    return f"{name} in Kafka at {address} has {told}; {_way_out(name, address, right)}"


def flush_complaint(name: str, address: str, answer: str) -> str:
    """As `complaint`, where the broker would not take the setting."""
    refused = f"{name} in Kafka at {address} has one copy, and its records cannot be flushed before they are acked"
    return f"{refused} ({answer}); {_way_out(name, address, f'{FLUSH}={FLUSH_EACH}')}"


def _way_out(name: str, address: str, right: str) -> str:
    command = f"kafka-configs.sh --bootstrap-server {address} --alter --entity-type topics --entity-name {name}"
    return f"set it right: {command} --add-config {right}"


def _is_met(need: Need, found: str | None) -> bool:
    return found is not None and need.suffices(found, need.wanted)


def must_flush(topic: Topic, partitions: list[Mapping[str, Any]], found: Mapping[str, str]) -> bool:
    """Whether the topic is still to be told to flush each record: nobody else has a copy of it."""
    has_one_copy = any(len(partition["replica_nodes"]) == 1 for partition in partitions)
    return topic.is_flushed and has_one_copy and found.get(FLUSH) != FLUSH_EACH
