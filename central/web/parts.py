"""The parts of pages that change by themselves, and how each is read and written."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from central.web import driver_parts
from central.web.live import Part, PartKey, Shown
from central.web.ops import overview, post
from central.web.templates import render

PARTS: Mapping[str, Part] = {**driver_parts.PARTS, **overview.PARTS, **post.PARTS}


def read_parts(connection: Connection, keys: Sequence[PartKey], currency: str) -> dict[PartKey, Shown]:
    """Those of the keys that there are."""
    found = {key: read_part(connection, key, currency) for key in keys}
    return {key: shown for key, shown in found.items() if shown is not None}


def read_part(connection: Connection, key: PartKey, currency: str) -> Shown | None:
    values = values_of(connection, key, currency)
    return None if values is None else shown_of(key, values)


def values_of(connection: Connection, key: PartKey, currency: str) -> Mapping[str, Any] | None:
    """What its template shows, for the page that holds it; None where there is no such thing."""
    return PARTS[key.part].read(connection, key, currency)


def shown_of(key: PartKey, values: Mapping[str, Any]) -> Shown:
    part = PARTS[key.part]
    return Shown(render(part.template, key.language, **values), part.is_final(values))
