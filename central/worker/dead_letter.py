"""Dead letters: a record that could not be folded, as it came, with the reason in its headers."""

from wire.appenders import HEADER, WORKER
from wire.kinds import DEAD

from central.reading.admit import DeadLetter, appender_of
from central.store.outbox import OutboxRecord
from eventlog import Record

MAX_TEXT_CHARACTERS = 300


def dead_letter(record: Record, verdict: DeadLetter) -> OutboxRecord:
    key = record.raw_key if record.raw_key is not None else (record.key or "").encode()
    headers = {
        HEADER: WORKER,
        "reason": verdict.reason,
        "text": verdict.text[:MAX_TEXT_CHARACTERS],
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "appender": appender_of(record.headers)[:MAX_TEXT_CHARACTERS],
    }
    return OutboxRecord(DEAD, key, record.value, headers)
