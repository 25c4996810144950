"""How tests read a log: everything from somewhere, or until so many records are there."""

import time
from collections.abc import Mapping

from eventlog.port import Log, LogUnavailable, Reader, Record
from tools.testing.deadlines import DEADLINE_S


def beginnings(log: Log, *topics: str) -> dict[tuple[str, int], int]:
    return {
        (topic, partition): log.ends(topic, partition).first
        for topic in topics
        for partition in range(log.partitions(topic))
    }


def read(reader: Reader, count: int, max_records: int = 500) -> list[Record]:
    """At least `count` records, and no waiting for more."""
    deadline = time.monotonic() + DEADLINE_S
    records: list[Record] = []
    while len(records) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(records)} of {count} records within {DEADLINE_S:g} s")
        records += reader.poll(max_records, 1.0)
    return records


def read_on(reader: Reader, count: int) -> tuple[list[Record], list[str]]:
    """At least `count` records, and what the reader told meanwhile of a log that was away."""
    deadline = time.monotonic() + DEADLINE_S
    records: list[Record] = []
    told: list[str] = []
    while len(records) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(records)} of {count} records within {DEADLINE_S:g} s; told: {told[-3:]}")
        try:
            records += reader.poll(500, 1.0)
        except LogUnavailable as error:
            told.append(str(error))
    return records, told


def read_all(log: Log, positions: Mapping[tuple[str, int], int]) -> list[Record]:
    """From these positions to what the ends are now."""
    ends = {name: log.ends(*name).next for name in positions}
    reader = log.reader(positions)
    try:
        return read(reader, sum(ends[name] - positions[name] for name in positions))
    finally:
        reader.close()
