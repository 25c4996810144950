"""Reads the embedded log. New records are noticed by PRAGMA data_version, which costs a few microseconds.

The last record of each partition before the position is remembered. Where another lies under its offset somebody has
put back an older state of the file, and to read on would skip what lies between.
"""

import sqlite3
import threading
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

from eventlog.embedded.file import FileWatch, connect, refusal, transaction
from eventlog.embedded.headers import unpack_headers
from eventlog.port import LogClosed, LogReplaced, OffsetOutOfRange, Record, UnknownTopic
from eventlog.record_size import decode_key

POLL_INTERVAL_S = 0.005  # 2 % of a core, and half of it is the mean delay of a record


Known = tuple[int, int]  # stamp and checksum of a record


class EmbeddedReader:
    def __init__(self, path: Path, positions: Mapping[tuple[str, int], int], busy_timeout_s: float) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        self._connection = connect(path, busy_timeout_s)
        self._watch = FileWatch(path)
        self._slots = self._find_slots(positions)
        self._names = {slot: name for name, slot in self._slots.items()}
        self._positions = {self._slots[name]: offset for name, offset in positions.items()}
        self._last = {slot: self._record_before(slot) for slot in self._names}
        self._turn = 0
        self._woken = threading.Event()
        self._using = threading.Lock()  # close() waits for the poll it has woken
        self._closed = False
        self.undecodable_keys = 0

    def _find_slots(self, positions: Mapping[tuple[str, int], int]) -> dict[tuple[str, int], int]:
        slots: dict[tuple[str, int], int] = {
            (topic, partition): slot
            for slot, topic, partition in self._connection.execute(
                "SELECT slot, topic, partition FROM partitions"
            )
        }
        for topic, partition in positions:
            if (topic, partition) not in slots:
                self._connection.close()
                raise UnknownTopic(
                    f"there is no {topic}/{partition} in {self._path}; create_topics makes the topics"
                )
        return {name: slots[name] for name in positions}

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        deadline = time.monotonic() + timeout_s
        with self._using:
            try:
                return self._poll(max_records, deadline)
            except sqlite3.Error as error:
                raise refusal(self._path, error) from error

    def _poll(self, max_records: int, deadline: float) -> list[Record]:
        seen_version = None
        while True:
            if self._closed:
                raise LogClosed(f"this reader of {self._path} is closed")
            if self._watch.check():
                self._open_anew()
            # The version is taken before the reading: what is committed between the two is then read again,
            # not missed.
            version = self._connection.execute("PRAGMA data_version").fetchone()
            if version != seen_version:
                seen_version = version
                if records := self._read(max_records):
                    return records
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0:
                return []
            if self._woken.wait(min(POLL_INTERVAL_S, remaining_s)):
                self._woken.clear()
                return self._read(max_records)  # what woke us may have been told of a record

    def _open_anew(self) -> None:
        """A connection that keeps no pages of the file as it was before. Raises LogReplaced."""
        old, self._connection = self._connection, connect(self._path, self._busy_timeout_s)
        old.close()
        for slot in self._names:
            self._check_record_before(slot)

    def _record_before(self, slot: int) -> Known | None:
        """The record before the position; None where the log does not hold it."""
        query = "SELECT timestamp_ms, key, value FROM records WHERE slot = ? AND offset = ?"
        row = self._connection.execute(query, (slot, self._positions[slot] - 1)).fetchone()
        return None if row is None else _known(*row)

    def _check_record_before(self, slot: int) -> None:
        """Raises LogReplaced, once."""
        known, found = self._last[slot], self._record_before(slot)
        if None not in (known, found) and known != found:
            self._last[slot] = found
            topic, partition = self._names[slot]
            raise LogReplaced(f"{self._path} holds other records of {topic}/{partition} than those that were read")

    def _read(self, max_records: int) -> list[Record]:
        with transaction(self._connection, "BEGIN"):
            waiting = self._waiting_slots()
            records: list[Record] = []
            for index, slot in enumerate(waiting):
                share = (max_records - len(records)) // (len(waiting) - index)
                records += self._read_slot(slot, share)
        for record in records:
            slot = self._slots[record.topic, record.partition]
            self._positions[slot] = record.offset + 1
            self._last[slot] = _known(record.timestamp_ms, record.raw_key, record.value)
        return records

    def _waiting_slots(self) -> list[int]:
        """The partitions that hold something new, each poll beginning with another one."""
        waiting: list[int] = []
        ends = self._connection.execute("SELECT slot, first, next FROM partitions").fetchall()
        if not self._names.keys() <= {slot for slot, _, _ in ends}:
            raise LogReplaced(f"topics of {self._path} were made anew")
        for slot, first, next_offset in ends:
            offset = self._positions.get(slot)
            if offset is None:
                continue
            if not first <= offset <= next_offset:
                raise OffsetOutOfRange(*self._names[slot], offset, first, next_offset)
            if offset < next_offset:
                waiting.append(slot)
        if not waiting:
            return []
        self._turn += 1
        begin = self._turn % len(waiting)
        return waiting[begin:] + waiting[:begin]

    def _read_slot(self, slot: int, max_records: int) -> list[Record]:
        self._check_record_before(slot)
        topic, partition = self._names[slot]
        rows = self._connection.execute(
            "SELECT offset, timestamp_ms, key, value, headers FROM records"
            " WHERE slot = ? AND offset >= ? ORDER BY offset LIMIT ?",
            (slot, self._positions[slot], max_records),
        )
        records: list[Record] = []
        for offset, timestamp_ms, raw_key, value, headers in rows:
            key = decode_key(raw_key)
            self.undecodable_keys += key is None and raw_key is not None
            records.append(
                Record(topic, partition, offset, key, value, unpack_headers(headers), timestamp_ms, raw_key)
            )
        return records

    def seek(self, topic: str, partition: int, offset: int) -> None:
        slot = self._slot(topic, partition)
        if offset != self._positions[slot]:
            self._positions[slot] = offset
            self._last[slot] = self._record_before(slot)

    def position(self, topic: str, partition: int) -> int:
        return self._positions[self._slot(topic, partition)]

    def _slot(self, topic: str, partition: int) -> int:
        if (topic, partition) not in self._slots:
            raise UnknownTopic(f"this reader was not given {topic}/{partition}")
        return self._slots[topic, partition]

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        self._closed = True
        self._woken.set()
        with self._using:
            self._connection.close()


def _known(timestamp_ms: int, raw_key: bytes | None, value: bytes) -> Known:
    return timestamp_ms, zlib.crc32(value, zlib.crc32(raw_key or b""))
