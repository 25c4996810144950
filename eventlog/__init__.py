"""The log of everything that happened: topics of keyed, ordered, durable records (see port.py)."""

from eventlog.opening import open_log
from eventlog.port import (
    Appended,
    BadKey,
    Ends,
    Log,
    LogBusy,
    LogClosed,
    LogError,
    LogReplaced,
    LogUnavailable,
    OffsetOutOfRange,
    Reader,
    Record,
    TooLarge,
    TopicMismatch,
    UnknownTopic,
)

__all__ = [
    "Appended",
    "BadKey",
    "Ends",
    "Log",
    "LogBusy",
    "LogClosed",
    "LogError",
    "LogReplaced",
    "LogUnavailable",
    "OffsetOutOfRange",
    "Reader",
    "Record",
    "TooLarge",
    "TopicMismatch",
    "UnknownTopic",
    "open_log",
]
