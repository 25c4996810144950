"""Keys and sizes of records, checked before anything is sent: one record that Kafka refuses costs the whole
producer.
"""

from collections.abc import Mapping

from eventlog.port import BadKey, TooLarge
from eventlog.topics import Topic

# What Kafka's record format adds at most to one record: varint lengths, deltas and attributes, per header two
# lengths.
RECORD_OVERHEAD_BYTES = 32
HEADER_OVERHEAD_BYTES = 8


def encode_key(key: str | bytes) -> bytes:
    """The key's bytes. Raises BadKey for text that has no UTF-8 form (lone surrogates)."""
    if isinstance(key, bytes):
        return key
    try:
        return key.encode()
    except UnicodeEncodeError as error:
        raise BadKey(f"the key {key!r} cannot be written as UTF-8") from error


def decode_key(raw_key: bytes | None) -> str | None:
    """The key's text, or None where there is none."""
    if raw_key is None:
        return None
    try:
        return raw_key.decode()
    except UnicodeDecodeError:
        return None


def checked_size(topic: Topic, key: bytes, value: bytes, headers: Mapping[str, bytes]) -> int:
    """The record's size in bytes. Raises TooLarge."""
    size_bytes = RECORD_OVERHEAD_BYTES + len(key) + len(value)
    for name, content in headers.items():
        size_bytes += len(name.encode()) + len(content) + HEADER_OVERHEAD_BYTES
    if size_bytes > topic.max_record_bytes:
        raise TooLarge(topic.name, size_bytes, topic.max_record_bytes)
    return size_bytes
