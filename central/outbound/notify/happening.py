"""Something that people are told of, and the id of telling it to one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid5

from central.model.ids import NAMESPACE
from central.model.records import Incoming


@dataclass(frozen=True)
class Happening:
    """`cause_id`: of the record that it comes from. `driver_id`: of those that a driver hears. `details`: for words."""

    event: str
    cause_id: str
    at_ms: int
    cp_id: str
    driver_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


def id_of_record(record: Incoming) -> str:
    """Strangers choose message_ids: topic, key and kind belong to it."""
    return "/".join((record.topic, record.key, record.message["type"], record.message["message_id"]))


def delivery_id(happening: Happening, person_id: str, lane: str) -> str:
    """However often it is made, it is one delivery."""
    return str(uuid5(NAMESPACE, "/".join(("notice", happening.cause_id, happening.event, person_id, lane))))
