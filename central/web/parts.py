"""The parts of pages that change by themselves, and how each is read and written."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from central.web.live import Part, PartKey, Shown
from central.web.templates import render

PARTS: Mapping[str, Part] = {}


def read_parts(connection: Connection, keys: Sequence[PartKey], currency: str) -> dict[PartKey, Shown]:
    """Those of the keys that there are."""
    found = {key: read_part(connection, key, currency) for key in keys}
    return {key: shown for key, shown in found.items() if shown is not None}


def read_part(connection: Connection, key: PartKey, currency: str) -> Shown | None:
    part = PARTS[key.part]
    values = part.read(connection, key, currency)
    return None if values is None else Shown(render(part.template, key.language, **values), part.is_final(values))
