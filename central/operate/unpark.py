"""Freeing a parked key: the operator's word goes to the log, and the worker folds what waits where it stands."""

from uuid import uuid4

from sqlalchemy import Connection
from wire.appenders import OPERATOR, appended_by
from wire.frame import payload_of

from central.model.records import Message
from central.operate.failures import NotDone
from central.operate.requests import APPEND_TIMEOUT_S, wait_for
from central.store import parked
from central.store.database import Database
from central.store.log_identity import check_cluster
from central.store.parked import ParkedKey
from central.worker.parking import KEY_UNPARKED
from eventlog import Log

UNPARK_TIMEOUT_S = 30.0  # thousands of records are folded in one piece


def unpark(database: Database, log: Log, key: str) -> int:
    """How many records were folded. Raises NotDone; OtherLog and LogError."""
    with database.reader.connect() as connection:
        check_cluster(connection, log.cluster_id())
        found = _parked(connection, key)
    if not found:
        raise NotDone(f"nothing of {key} is parked; wattline-central parked lists what is")
    log.create_topics()
    said = {each.topic: _append(log, each) for each in found}

    def left(connection: Connection) -> list[ParkedKey] | None:
        """What is parked once the worker has tried it."""
        still = [each for each in _parked(connection, key) if each.topic in said]
        return still if all(each.tried == said[each.topic] for each in still) else None

    failed = wait_for(database, left, UNPARK_TIMEOUT_S)
    if failed is None:
        raise NotDone(
            f"it is logged, but was not carried out within {UNPARK_TIMEOUT_S:g} s; is wattline-central worker running?"
        )
    if failed:
        errors = "; ".join(each.error for each in failed)
        raise NotDone(f"{key}: the fold failed again, and nothing of it was folded: {errors}")
    return sum(each.records for each in found)


def _parked(connection: Connection, key: str) -> list[ParkedKey]:
    return [each for each in parked.list_keys(connection) if each.key == key]


def _append(log: Log, parked_key: ParkedKey) -> str:
    """The id of what was said."""
    message_id = str(uuid4())
    message: Message = {"type": KEY_UNPARKED, "message_id": message_id, "key": parked_key.key}
    log.append(parked_key.topic, parked_key.key, payload_of(message), appended_by(OPERATOR)).result(APPEND_TIMEOUT_S)
    return message_id
