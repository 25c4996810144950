"""Records as folds see them: what comes in, what goes out, and what is refused."""

from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]


@dataclass(frozen=True)
class Outgoing:
    """A message that a fold wants said. Its message_id is derived from its cause (`ids.caused_by`)."""

    topic: str
    key: str
    message: Message = field(hash=False)


@dataclass(frozen=True)
class Problem:
    """Why a record cannot be folded: a code of `model/reasons.py`, and what was wrong in words."""

    reason: str
    text: str


@dataclass(frozen=True)
class Incoming:
    """One record of the log, already held against the table of kinds."""

    topic: str
    key: str
    message: Message = field(hash=False)
    at_ms: int  # the record's time (record_time.py)
    appender: str  # bridge, api, worker, ticker, operator
    problem: "Problem | None" = None  # a board's numbered word that cannot be read: it is counted, then buried
    clock_stands: bool = False  # `at_ms` is the time of a record before it, and not the log's stamp of it


class Refused(Exception):
    """A record that no table admits: it goes to ev.dead with `code`, and changes nothing but that it was seen.

    Handlers refuse before their first `put`; what `apply` has put when it raises this is the SeenWindow or SeenId row
    alone, and stays. (A board whose records are refused must not run out of its window.)
    """

    def __init__(self, code: str, text: str):
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
