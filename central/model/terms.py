"""The terms under which folds work. They come from the worker's settings, by way of the log: a fold uses those that
its partition's newest `terms` record told, so that a rebuild under other settings makes the same rows.
"""

import json
from dataclasses import asdict, dataclass, fields

from wire.frame import compact

from central.model.records import Message

KIND = "terms"
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Terms:
    """`currency`: ISO code with two decimals. Every `_ms` is a duration.

    `plant_speed`: how much faster than the clock the metered world runs. 1 wherever current is real; a simulated
    plant on fast time meters more than rated power x clock time would allow, which is otherwise held as implausible.
    """

    currency: str = "EUR"
    command_ttl_ms: int = 30_000
    command_resend_ms: int = 5_000
    lost_after_ms: int = 24 * HOUR_MS
    request_ttl_ms: int = 60_000  # after which nobody stands at the car any more
    claim_hold_ms: int = 600_000  # for which a claim outlives its charge point's connection
    unnamed_for_ms: int = 60_000  # for which a session outlives a status of its engine that does not name it
    replace_for_ms: int = 24 * HOUR_MS  # for which the operator's word lets another board in
    plant_speed: int = 1


def message_fields(terms: Terms) -> Message:
    """What a `terms` record says of them."""
    return asdict(terms)


def told_by(message: Message) -> Terms:
    """A term that the record does not name, being older than the term, has its default, which so never changes."""
    return Terms(**{each.name: message[each.name] for each in fields(Terms) if each.name in message})


def to_text(terms: Terms) -> str:
    return compact(asdict(terms))


def from_text(text: str) -> Terms:
    return told_by(json.loads(text))
