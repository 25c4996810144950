"""The parts of pages that change by themselves, and how each is read and written."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from central.web import driver_parts
from central.web.live import Beside, Part, PartKey, Shown
from central.web.ops import overview, post
from central.web.templates import render

logger = logging.getLogger(__name__)

PARTS: Mapping[str, Part] = {**driver_parts.PARTS, **overview.PARTS, **post.PARTS}


def read_parts(connection: Connection, keys: Sequence[PartKey], beside: Beside) -> dict[PartKey, Shown]:
    """Those of the keys that there are. What fails to be written holds up none of the others."""
    shown: dict[PartKey, Shown] = {}
    for key in keys:
        try:
            part = read_part(connection, key, beside)
        except SQLAlchemyError:
            raise  # of all of them: the database cannot be used
        except Exception:
            logger.exception("the part %s of %s cannot be written", key.part, key.subject)
        else:
            if part is not None:
                shown[key] = part
    return shown


def read_part(connection: Connection, key: PartKey, beside: Beside) -> Shown | None:
    values = values_of(connection, key, beside)
    return None if values is None else shown_of(key, values)


def values_of(connection: Connection, key: PartKey, beside: Beside) -> Mapping[str, Any] | None:
    """What its template shows, for the page that holds it; None where there is no such thing."""
    return PARTS[key.part].read(connection, key, beside)


def shown_of(key: PartKey, values: Mapping[str, Any]) -> Shown:
    part = PARTS[key.part]
    return Shown(render(part.template, key.language, **values), part.is_final(values))
