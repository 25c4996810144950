"""Freeing a parked key: the operator's word goes to the log, and the worker folds what waits where it stands."""

from uuid import UUID, uuid5

from sqlalchemy import Connection

from central.actions.asking import Operator, wait_for
from central.actions.refusal import NotYet, Refusal
from central.model.records import Message
from central.store import parked
from central.store.parked import ParkedKey

UNPARK_TIMEOUT_S = 30.0  # thousands of records are folded in one piece
NAMESPACE = UUID("5f0c1f0e-4a4e-5a55-8d5e-1f6f7f3d9b52")


def unpark(operator: Operator, key: str) -> int:
    """How many records were folded. Raises NotDone; what the log raises where it cannot take it."""
    found = operator.read(lambda connection: _parked(connection, key))
    if not found:
        raise Refusal(404, "nothing_parked", f"nothing of {key} is parked; wattline-central parked lists what is")
    said = {each.topic: _say(operator, each) for each in found}

    def left(connection: Connection) -> list[ParkedKey] | None:
        """What is parked once the worker has tried it."""
        still = [each for each in _parked(connection, key) if each.topic in said]
        return still if all(each.tried == said[each.topic] for each in still) else None

    failed = wait_for(operator.database, left, UNPARK_TIMEOUT_S)
    if failed is None:
        raise NotYet(
            f"it is logged, but was not carried out within {UNPARK_TIMEOUT_S:g} s; is wattline-central worker running?"
        )
    if failed:
        errors = "; ".join(each.error for each in failed)
        raise Refusal(409, "still_parked", f"{key}: the fold failed again, and nothing of it was folded: {errors}")
    return sum(each.records for each in found)


def _parked(connection: Connection, key: str) -> list[ParkedKey]:
    return [each for each in parked.list_keys(connection) if each.key == key]


def _say(operator: Operator, parked_key: ParkedKey) -> str:
    """The id of what was said: one for each topic."""
    message_id = str(uuid5(NAMESPACE, f"{operator.request_id} {parked_key.topic}"))
    message: Message = {"type": "key_unparked", "message_id": message_id, "key": parked_key.key}
    operator.append(parked_key.topic, message)
    return message_id
