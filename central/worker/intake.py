"""Reads the log for the worker. Money goes first: telemetry is read only while nothing else waits."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence

from wire.kinds import CP, DRIVER, SITE, TELEMETRY

from central.store.offsets import TopicPartition
from eventlog import Log, LogError, OffsetOutOfRange, Reader, Record

MONEY_TOPICS = (CP, DRIVER, SITE)
TOPICS = (*MONEY_TOPICS, TELEMETRY)
BATCH_RECORDS = 500
TELEMETRY_BATCH_RECORDS = 200  # some 10 ms of folding: what money waits for it at most
IDLE_POLL_S = 0.05  # how long telemetry waits while there is nothing else

logger = logging.getLogger(__name__)


class Intake:
    """`starts`: the offset to begin at, of each partition. `counts`: telemetry_restarts is counted there."""

    def __init__(self, log: Log, starts: Mapping[TopicPartition, int], counts: Counter[str]) -> None:
        self._log = log
        self._money = log.reader({each: at for each, at in starts.items() if each[0] != TELEMETRY})
        try:
            self._telemetry = log.reader({each: at for each, at in starts.items() if each[0] == TELEMETRY})
        except LogError:
            self._money.close()
            raise
        self._places = tuple(starts)
        self._counts = counts
        self._telemetry_waits = False

    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        """The same readers go on from there: they know what they have read, and whether the log is still that one."""
        for partition, at in positions.items():
            self._reader(partition[0]).seek(*partition, at)
        self._telemetry_waits = False

    def read(self, pause_s: float) -> Sequence[Record]:
        """Waits no longer than `pause_s`, and not at all where telemetry is known to wait.

        Raises OffsetOutOfRange for a topic that is kept for ever, and LogUnavailable.
        """
        records = self._money.poll(BATCH_RECORDS, 0.0 if self._telemetry_waits else min(IDLE_POLL_S, pause_s))
        if records:
            return records
        records = self._read_telemetry()
        self._telemetry_waits = len(records) >= TELEMETRY_BATCH_RECORDS
        return records

    def positions(self) -> dict[TopicPartition, int]:
        """The next offset of each partition; all before has been handed out.

        The rows of the tables may stand behind it: no record comes of the log's own marks, and of what it no longer
        keeps.
        """
        return {partition: self._reader(partition[0]).position(*partition) for partition in self._places}

    def is_at_the_end(self) -> bool:
        """Whether all that is kept for ever was handed out, so that whatever comes is newer."""
        reached = {partition: at for partition, at in self.positions().items() if partition[0] != TELEMETRY}
        return all(reached[partition] >= end.next for partition, end in self._log.all_ends(reached).items())

    def wake(self) -> None:
        """Ends a wait: something was just appended that may be read next. Any thread may call it."""
        self._money.wake()

    def close(self) -> None:
        for reader in (self._money, self._telemetry):
            reader.close()

    def _read_telemetry(self) -> Sequence[Record]:
        try:
            return self._telemetry.poll(TELEMETRY_BATCH_RECORDS, 0.0)
        except OffsetOutOfRange as error:
            # Kept for days only; a lost sample costs nothing, since registers are cumulative.
            self._counts["telemetry_restarts"] += 1
            logger.warning("%s; it is read from its beginning", error)
            self._telemetry.seek(error.topic, error.partition, error.first)
            return []

    def _reader(self, topic: str) -> Reader:
        return self._telemetry if topic == TELEMETRY else self._money
