"""The bound on records that wait for their ack."""

import threading

from eventlog.port import LogBusy

MAX_PENDING_RECORDS = 10_000
MAX_PENDING_BYTES = 16 * 1024 * 1024


class Pending:
    """Counts what waits, in records and bytes. Never waits itself: event loops call it. Thread-safe."""

    def __init__(self, max_records: int = MAX_PENDING_RECORDS, max_bytes: int = MAX_PENDING_BYTES) -> None:
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._records = 0
        self._bytes = 0
        self._changed = threading.Condition()

    def take(self, size_bytes: int) -> None:
        """Raises LogBusy when the bound is reached."""
        with self._changed:
            if self._records >= self._max_records or self._bytes + size_bytes > self._max_bytes:
                raise LogBusy(f"{self._records} records ({self._bytes} bytes) already wait for the log's ack")
            self._records += 1
            self._bytes += size_bytes

    def give_back(self, size_bytes: int) -> None:
        with self._changed:
            self._records -= 1
            self._bytes -= size_bytes
            if not self._records:
                self._changed.notify_all()

    def wait_until_none(self, timeout_s: float) -> bool:
        """False when records still wait after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._records, timeout_s)
