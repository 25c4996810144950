"""What operators asked of charge points: who, what, why, when."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from central.store.paging import After, Page, read_page
from central.store.tables import OPERATOR_WORDS
from central.views.moments import iso

_WORD = OPERATOR_WORDS.c


@dataclass(frozen=True)
class Word:
    """One request that was carried out. `by`: the id of a token, or None. `told`: what else it says."""

    cp_id: str
    request_id: str
    at_ms: int
    action: str
    told: dict[str, Any]
    by: str | None
    reason: str | None


def find_word(connection: Connection, request_id: str) -> Word | None:
    wanted = select(*_COLUMNS).where(_WORD.request_id == request_id).limit(1)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _word(tuple(row))


def list_words(connection: Connection, cp_id: str, limit: int, after: After | None = None) -> Page:
    """What was asked of a charge point, the newest first."""
    wanted = select(*_COLUMNS).where(_WORD.cp_id == cp_id)
    order = ((_WORD.at_ms, True), (_WORD.request_id, False))
    return read_page(connection, wanted, order, limit, after, lambda row: _shown(_word(tuple(row.values()))))


def _shown(word: Word) -> dict[str, Any]:
    return {
        "request_id": word.request_id,
        "cp_id": word.cp_id,
        "at": iso(word.at_ms),
        "action": word.action,
        "told": word.told,
        "by": word.by,
        "reason": word.reason,
    }


def _word(row: tuple[Any, ...]) -> Word:
    cp_id, request_id, at_ms, action, told, by, reason = row
    return Word(cp_id, request_id, at_ms, action, json.loads(told), by, reason)


_COLUMNS = (_WORD.cp_id, _WORD.request_id, _WORD.at_ms, _WORD.action, _WORD.told, _WORD.by, _WORD.reason)
