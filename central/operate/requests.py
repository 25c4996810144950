"""What the operator asks: appended to the log, then awaited in the tables."""

import time
from collections.abc import Callable
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection, select
from wire.appenders import OPERATOR, appended_by
from wire.check import check
from wire.frame import payload_of
from wire.kinds.log import KINDS

from central.model.records import Message
from central.operate.failures import NotDone
from central.store.database import Database
from central.store.log_identity import check_cluster
from central.store.tables import SEEN_IDS
from eventlog import Log

APPEND_TIMEOUT_S = 5.0
FOLD_TIMEOUT_S = 5.0
FOLD_POLL_S = 0.02

T = TypeVar("T")


def request(
    database: Database, log: Log, kind: str, is_done: Callable[[Connection], bool] | None = None, **fields: object
) -> None:
    """Append a message of this kind and wait until it is folded. `is_done`: whether the tables show its effect then.

    Raises NotDone where it is not admitted, not carried out in time, or was refused; OtherLog and LogError.
    """
    message: Message = {"type": kind, "message_id": str(uuid4()), **fields}
    problem = check(message)
    if problem is not None:
        raise NotDone(problem.text)
    with database.reader.connect() as connection:
        check_cluster(connection, log.cluster_id())
    log.create_topics()
    row = KINDS[kind]
    log.append(row.topic, message[row.key], payload_of(message), appended_by(OPERATOR)).result(APPEND_TIMEOUT_S)
    seen = SEEN_IDS.c
    folded = select(seen.at_ms).where(
        seen.topic == row.topic, seen.key == message[row.key], seen.message_id == message["message_id"]
    )

    def outcome(connection: Connection) -> bool | None:
        if connection.execute(folded).one_or_none() is None:
            return None
        return is_done is None or is_done(connection)

    done = wait_for(database, outcome, FOLD_TIMEOUT_S)
    if done is None:
        raise NotDone(
            f"it is logged, but was not carried out within {FOLD_TIMEOUT_S:g} s; is wattline-central worker running? "
            f"Is {message[row.key]} parked (wattline-central parked)?"
        )
    if not done:
        raise NotDone("it was refused, since something had changed meanwhile; wattline-central dead --limit 5 says why")


def wait_for(
    database: Database, condition: Callable[[Connection], T | None], timeout_s: float, poll_s: float = FOLD_POLL_S
) -> T | None:
    """What the condition gives, once that is not None; None after this time."""
    deadline = time.monotonic() + timeout_s
    while True:
        with database.reader.connect() as connection:
            found = condition(connection)
        if found is not None or time.monotonic() >= deadline:
            return found
        time.sleep(poll_s)
