"""The deliveries: a row each, from when it is due until it was sent, has failed or was dropped."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from central.outbound.notify.audience import Hearer
from central.outbound.notify.happening import Happening, delivery_id
from central.store.notice_tables import DELIVERIES, DROPPED, DUE, FAILED, SENT

MOST_DUE = 10_000  # of a lane; what comes beyond is dropped and counted
KEPT_MS = 90 * 86_400_000
_DELIVERY = DELIVERIES.c

TOO_MANY, STALE, NO_ADDRESS, NO_CHANNEL = "too_many", "stale", "no_address", "no_channel"


class Delivery(NamedTuple):
    delivery_id: str
    event: str
    cp_id: str
    person_id: str
    channel: str
    lane: str
    at_ms: int
    details: dict[str, Any]
    tries: int


def add_deliveries(connection: Connection, happening: Happening, zone: str, heard_by: Sequence[Hearer]) -> None:
    """Those that are not there yet. zone: in which its times are written."""
    for hearer in heard_by:
        own_id = delivery_id(happening, hearer.person_id, hearer.lane)
        if connection.execute(select(_DELIVERY.state).where(_DELIVERY.delivery_id == own_id)).first() is not None:
            continue
        is_full = _count_due(connection, hearer.lane) >= MOST_DUE
        row = {
            "delivery_id": own_id, "event": happening.event, "cp_id": happening.cp_id, "person_id": hearer.person_id,
            "channel": hearer.channel, "lane": hearer.lane, "at_ms": happening.at_ms,
            "details": json.dumps({**happening.details, "zone": zone}), "state": DROPPED if is_full else DUE,
            "why": TOO_MANY if is_full else None, "next_try_ms": 0,
            "done_at_ms": happening.at_ms if is_full else None,
        }  # fmt: skip
        connection.execute(insert(DELIVERIES), row)


def lanes_due(connection: Connection, now_ms: int) -> set[str]:
    wanted = select(_DELIVERY.lane).distinct().where(_DELIVERY.state == DUE, _DELIVERY.next_try_ms <= now_ms)
    return set(connection.execute(wanted).scalars())


def next_due(connection: Connection, lane: str, now_ms: int) -> Delivery | None:
    """The one that has waited longest."""
    due = (_DELIVERY.state == DUE, _DELIVERY.lane == lane, _DELIVERY.next_try_ms <= now_ms)
    order = (_DELIVERY.next_try_ms, _DELIVERY.at_ms, _DELIVERY.delivery_id)
    row = connection.execute(select(DELIVERIES).where(*due).order_by(*order).limit(1)).mappings().first()
    return None if row is None else _delivery(dict(row))


def note_sent(connection: Connection, delivery: Delivery, now_ms: int) -> None:
    _note(connection, delivery, state=SENT, tries=delivery.tries + 1, done_at_ms=now_ms, last_error=None)


def note_dropped(connection: Connection, delivery: Delivery, now_ms: int, why: str) -> None:
    _note(connection, delivery, state=DROPPED, done_at_ms=now_ms, why=why)


def note_failed(
    connection: Connection, delivery: Delivery, now_ms: int, error: str, again_at_ms: int | None
) -> None:
    """again_at_ms: of the next try; None: it has failed for good."""
    told: dict[str, Any] = {"tries": delivery.tries + 1, "last_error": error}
    if again_at_ms is None:
        _note(connection, delivery, state=FAILED, done_at_ms=now_ms, **told)
    else:
        _note(connection, delivery, next_try_ms=again_at_ms, **told)


def put_off(connection: Connection, delivery: Delivery, until_ms: int) -> None:
    """No try is counted."""
    _note(connection, delivery, next_try_ms=until_ms)


def forget_done(connection: Connection, now_ms: int) -> None:
    old = (_DELIVERY.state != DUE, _DELIVERY.at_ms < now_ms - KEPT_MS)
    connection.execute(delete(DELIVERIES).where(*old))


def count_states(connection: Connection) -> dict[str, int]:
    counted = select(_DELIVERY.state, func.count()).group_by(_DELIVERY.state)
    return {row[0]: row[1] for row in connection.execute(counted)}


def _note(connection: Connection, delivery: Delivery, **values: Any) -> None:
    this = (_DELIVERY.delivery_id == delivery.delivery_id, _DELIVERY.state == DUE)
    connection.execute(update(DELIVERIES).where(*this).values(**values))


def _count_due(connection: Connection, lane: str) -> int:
    counted = select(func.count()).select_from(DELIVERIES).where(_DELIVERY.state == DUE, _DELIVERY.lane == lane)
    return connection.execute(counted).scalar_one()


def _delivery(row: dict[str, Any]) -> Delivery:
    details = json.loads(row["details"])
    return Delivery(**{name: row[name] for name in Delivery._fields if name != "details"}, details=details)
