"""The terms that are set beside those that the log has told, under which folds work."""

from typing import Any

from sqlalchemy import Connection

from central.model.terms import message_fields
from central.store.offsets import read_positions
from central.store.opening import terms_of
from runtime.config import ConfigManager


def show_terms(config: ConfigManager, connection: Connection) -> list[dict[str, Any]]:
    """`in_force`: None before a worker has run. Several values: some partitions have not come to the newest yet."""
    told = {position.terms for position in read_positions(connection).values() if position.terms is not None}
    in_force = [message_fields(each) for each in told]
    return [
        {"term": name, "set": value, "in_force": _joined({each[name] for each in in_force})}
        for name, value in message_fields(terms_of(config)).items()
    ]


def _joined(values: set[object]) -> object:
    return next(iter(values), None) if len(values) < 2 else ", ".join(sorted(map(str, values)))
