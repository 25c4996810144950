"""What the operator asks: appended to the log, then awaited in the tables."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection, select
from wire.check import check
from wire.kinds.log import KINDS

from central.actions.refusal import NotYet, Refusal
from central.model.records import Message
from central.store.database import Database
from central.store.tables import SEEN_IDS

FOLD_TIMEOUT_S = 5.0
FOLD_POLL_S = 0.02

T = TypeVar("T")


def _new_id() -> str:
    return str(uuid4())


@dataclass(frozen=True)
class Operator:
    """Somebody who operates: the database that he sees, his hand on the log, and his word.

    `append`: of a message to a topic; returns once the log has it, and raises what its log raises. `by`: the id of the
    token that he showed (no name: the log has none); None at the command line. `reason`: why, in his words.
    `request_id`: of what he asks; the same one again is carried out once.
    """

    database: Database
    append: Callable[[str, Message], None]
    by: str | None = None
    reason: str | None = None
    request_id: str = field(default_factory=_new_id)

    def read(self, query: Callable[[Connection], T]) -> T:
        with self.database.reader.connect() as connection:
            return query(connection)


def request(
    operator: Operator, kind: str, is_done: Callable[[Connection], bool] | None = None, **fields: object
) -> None:
    """Append a message of this kind and wait until it is folded. `is_done`: whether the tables show its effect then.

    Raises Refusal where it is not admitted, or was refused; NotYet where it is not carried out in time.
    """
    message: Message = {"type": kind, "message_id": operator.request_id, **fields}
    problem = check(message)
    if problem is not None:
        raise Refusal(400, problem.code, problem.text, problem.field)
    row, seen = KINDS[kind], SEEN_IDS.c
    operator.append(row.topic, message)
    folded = select(seen.at_ms).where(
        seen.topic == row.topic, seen.key == message[row.key], seen.message_id == message["message_id"]
    )

    def outcome(connection: Connection) -> bool | None:
        if connection.execute(folded).one_or_none() is None:
            return None
        return is_done is None or is_done(connection)

    done = wait_for(operator.database, outcome, FOLD_TIMEOUT_S)
    if done is None:
        raise NotYet(
            f"it is logged, but was not carried out within {FOLD_TIMEOUT_S:g} s; is wattline-central worker running? "
            f"Is {message[row.key]} parked (wattline-central parked)?"
        )
    if not done:
        text = "it was refused, since something had changed meanwhile; wattline-central dead --limit 5 says why"
        raise Refusal(409, "changed_meanwhile", text)


def request_at_point(
    operator: Operator, cp_id: str, action: str, is_done: Callable[[Connection], bool] | None = None, **fields: object
) -> None:
    """As `request`, of a charge point, with the operator's word."""
    word = {"reason": operator.reason, "by": operator.by}
    told = {name: value for name, value in {**fields, **word}.items() if value is not None}
    request(operator, "operator_request", is_done, cp_id=cp_id, action=action, **told)


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
