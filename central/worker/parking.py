"""Parked keys within one transaction: which there are, what waits of them, and the record that tells of it.

That a key is parked is a record, `key_parked`, so that a rebuild parks it too, whatever its folds can do by then: it
reads ahead (read_ahead.py) which records could not be folded. All that follows waits, and is folded where
`key_unparked` stands, in one piece: where one record of it fails again, nothing of it has happened, and another
`key_parked` names that `key_unparked`.
"""

from collections.abc import Iterator

from sqlalchemy import Connection
from wire.kinds.fields import TIME_MIN_MS

from central.model.ids import caused_by
from central.model.records import Incoming, Message, Outgoing
from central.store import parked
from central.store.parked import ParkedRecord
from eventlog import Record

KEY_PARKED = "key_parked"
KEY_UNPARKED = "key_unparked"
TOLD_CHARACTERS = 255  # of an error, in a record


class Parking:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._keys = parked.read_keys(connection)
        self._waiting: list[ParkedRecord] = []

    def holds(self, incoming: Incoming) -> bool:
        return (incoming.topic, incoming.key) in self._keys

    def park(self, incoming: Incoming, error: str) -> None:
        """The key of this record is parked from now on."""
        parked.park_key(self._connection, incoming.topic, incoming.key, error, incoming.at_ms)
        self._keys.add((incoming.topic, incoming.key))

    def keep(self, record: Record, incoming: Incoming) -> None:
        """The record waits with its key."""
        headers = {name: content.decode(errors="replace") for name, content in record.headers.items()}
        self._waiting.append(
            ParkedRecord(
                record.topic, incoming.key, record.partition, record.offset, record.value, headers, incoming.at_ms,
                record.timestamp_ms,
            )
        )

    def waiting(self, incoming: Incoming) -> Iterator[tuple[Record, int]]:
        """What waits of the key that `incoming` frees, in its order, each record with the time that its fold sees.

        That is its own, unless a wrong clock made it one that no message may carry, or that is yet to come: then it is
        the one of `incoming`.
        """
        self.write()
        for each in parked.read(self._connection, incoming.topic, incoming.key):
            at_ms = each.at_ms if TIME_MIN_MS <= each.at_ms <= incoming.at_ms else incoming.at_ms
            yield _as_logged(each), at_ms

    def fail(self, incoming: Incoming, error: str) -> None:
        """The key is not freed by `incoming`."""
        tried = incoming.message["message_id"]
        parked.keep_key(self._connection, incoming.topic, incoming.key, error, tried)

    def free(self, incoming: Incoming) -> None:
        parked.free_key(self._connection, incoming.topic, incoming.key)
        self._keys.discard((incoming.topic, incoming.key))

    def write(self) -> None:
        parked.add(self._connection, self._waiting)
        self._waiting = []


def text_of(error: Exception) -> str:
    """As a record may tell it, and any database keep it."""
    text = f"{type(error).__name__}: {error}"
    return "".join(each if each.isprintable() else " " for each in text)[:TOLD_CHARACTERS]


def key_parked(record: Record, incoming: Incoming, error: str) -> Outgoing:
    """What tells that this record could not be folded. One for each place in the log, however often it is said.

    `error`: as `text_of` makes it.
    """
    message_id = caused_by(incoming, KEY_PARKED, record.partition, record.offset)
    message: Message = {"type": KEY_PARKED, "message_id": message_id, "key": incoming.key, "offset": record.offset}
    message["error"] = error
    if incoming.message["type"] == KEY_PARKED:
        message["untold"] = True
    return Outgoing(incoming.topic, incoming.key, message)


def _as_logged(record: ParkedRecord) -> Record:
    headers = {name: text.encode() for name, text in record.headers.items()}
    return Record(record.topic, record.partition, record.offset, record.key, record.value, headers, record.stamp_ms)
