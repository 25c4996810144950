"""A log in memory: partitions that keep the order of a key, records stamped with the log's own clock."""

from collections import deque
from dataclasses import dataclass, field
from zlib import crc32

from wire.kinds import COMMANDS

from central.model.records import Message
from central.tests.sequences.clocks import HostClock

PARTITIONS = 2
Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Logged:
    """One record. `stamp_ms`: LogAppendTime."""

    topic: str
    key: str
    message: Message = field(hash=False)
    by: str
    stamp_ms: int


class EventLog:
    """`wild_ms`: how far off the next stamps are. Commands are kept apart: no fold reads them."""

    def __init__(self, clock: HostClock) -> None:
        self.clock = clock
        self.is_away = False
        self.wild_ms: deque[int] = deque()
        self.records: list[Logged] = []  # of all partitions, in the order of their appends
        self.partitions: dict[Partition, list[Logged]] = {}
        self.commands: list[Logged] = []

    def append(self, topic: str, key: str, message: Message, by: str) -> int | None:
        """The record's stamp; None while the log is away."""
        if self.is_away:
            return None
        stamp_ms = self.clock.ms + (self.wild_ms.popleft() if self.wild_ms else 0)
        logged = Logged(topic, key, message, by, stamp_ms)
        if topic == COMMANDS:
            self.commands.append(logged)
        else:
            self._add(logged)
        return stamp_ms

    def lose_newest(self, count: int) -> None:
        """What a disk forgets that was not flushed."""
        kept = self.records[: max(0, len(self.records) - count)]
        self.records, self.partitions = [], {}
        for logged in kept:
            self._add(logged)

    def _add(self, logged: Logged) -> None:
        self.records.append(logged)
        number = crc32(logged.key.encode()) % PARTITIONS
        self.partitions.setdefault((logged.topic, number), []).append(logged)
