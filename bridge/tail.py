"""Reads the commands' topic in a thread of its own and hands each batch to whoever carries them out."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from wire.kinds import COMMANDS

from bridge.counters import Counters
from eventlog.port import Log, LogClosed, LogError, LogUnavailable, OffsetOutOfRange, Reader, Record

MAX_RECORDS = 64  # of one batch: what the event loop does without a pause
POLL_TIMEOUT_S = 1.0
RETRY_S = 0.5

logger = logging.getLogger(__name__)


class CommandTail:
    """`deliver` is called on this thread, and returns when the batch has been carried out: one is out at a time.

    Begins `ttl_s` before the newest command: none that is older is still worth sending. Nobody's offsets are kept.
    """

    def __init__(
        self, log: Log, ttl_s: float, deliver: Callable[[Sequence[Record]], None], counters: Counters
    ) -> None:
        self._commands = log
        self._ttl_s = ttl_s
        self._deliver = deliver
        self._counters = counters
        self._stopping = threading.Event()
        self._reader: Reader | None = None
        self._away = False
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks it to end; `join` waits until it has."""
        self._stopping.set()
        reader = self._reader
        if reader is not None:
            reader.wake()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._read()
            except LogClosed:
                return
            except LogError as error:
                self._note_away(error)
            except Exception:  # without this thread no command reaches a board, and nobody notices
                logger.exception("reading the commands has failed; beginning anew")
                self._stopping.wait(RETRY_S)

    def _read(self) -> None:
        """Until it is stopped. Raises LogError."""
        reader = self._reader = self._commands.reader(self._positions())
        try:
            while not self._stopping.is_set():
                self._deliver_next(reader)
        finally:
            self._reader = None
            reader.close()

    def _positions(self) -> dict[tuple[str, int], int]:
        """By the stamps of the records alone: this host's clock may be an hour ahead, and would skip what is valid."""
        log = self._commands
        ends = log.all_ends([(COMMANDS, partition) for partition in range(log.partitions(COMMANDS))])
        newest_ms = self._newest_ms({place: end.next for place, end in ends.items() if end.next > end.first})
        since_ms = max(0, newest_ms - int(1_000 * self._ttl_s))
        return {place: log.offset_at(*place, since_ms) for place in ends}

    def _newest_ms(self, ends: Mapping[tuple[str, int], int]) -> int:
        """The latest stamp of the last record in each partition; 0 where there is none."""
        newest_ms = 0
        reader = self._commands.reader({place: end - 1 for place, end in ends.items()}) if ends else None
        try:
            while reader and not self._stopping.is_set() and _left(reader, ends):
                for record in reader.poll(MAX_RECORDS, POLL_TIMEOUT_S):
                    newest_ms = max(newest_ms, record.timestamp_ms)
        finally:
            if reader:
                reader.close()
        return newest_ms

    def _deliver_next(self, reader: Reader) -> None:
        try:
            records = reader.poll(MAX_RECORDS, POLL_TIMEOUT_S)
        except OffsetOutOfRange as error:  # whatever was missed is older than a day, and every command with it
            self._counters.count("commands_skipped")
            reader.seek(error.topic, error.partition, self._positions()[error.topic, error.partition])
            return
        except LogUnavailable as error:  # the reader keeps its place: made anew, it would send old commands again
            self._note_away(error)
            return
        self._away = False
        if records:
            self._deliver(records)

    def _note_away(self, error: LogError) -> None:
        if not self._away:
            self._away = True
            logger.warning("commands cannot be read; trying again: %s", error)
        self._stopping.wait(RETRY_S)


def _left(reader: Reader, ends: Mapping[tuple[str, int], int]) -> bool:
    return any(reader.position(*place) < end for place, end in ends.items())
