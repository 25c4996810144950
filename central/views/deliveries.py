"""What was told to whom, as the database of notices has it: never an address, which is its person's own."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, inspect, select

from central.store.notice_tables import DELIVERIES, DUE
from central.store.paging import After, Page, read_page
from central.store.tables import CHARGING_POINTS, DRIVERS
from central.views.moments import iso
from central.views.sites import at_sites

SORTS = (int, str)  # of what a cursor holds
WEBHOOK = "webhook"  # the channel of programs, which are no persons
_DELIVERY = DELIVERIES.c


class Wanted(NamedTuple):
    """None: any. cp_ids: of these charge points alone, and not of what is of none."""

    state: str | None = None
    cp_ids: Collection[str] | None = None


def has_deliveries(notices: Engine) -> bool:
    """Whether the process that tells people has ever made its tables. Raises OperationalError where it is away."""
    url = notices.url
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return False
    with notices.connect() as connection:
        return inspect(connection).has_table(DELIVERIES.name)


def list_deliveries(connection: Connection, wanted: Wanted, limit: int, after: After | None = None) -> Page:
    """The newest first. Of the database of notices: names are added by `with_names`."""
    chosen = select(DELIVERIES)
    if wanted.state is not None:
        chosen = chosen.where(_DELIVERY.state == wanted.state)
    if wanted.cp_ids is not None:
        chosen = chosen.where(_DELIVERY.cp_id.in_(wanted.cp_ids))
    order = ((_DELIVERY.at_ms, True), (_DELIVERY.delivery_id, False))
    return read_page(connection, chosen, order, limit, after, _shown)


def points_at(books: Connection, sites: Collection[str] | None) -> Collection[str] | None:
    """The charge points at these sites; None: all, and what is at none."""
    if sites is None:
        return None
    point = CHARGING_POINTS.c.cp_id
    return list(books.execute(select(point).where(at_sites(point, sites))).scalars())


def with_names(books: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drivers by their names, operators by what they sign in with; None where nobody has that id any more."""
    persons = {row["person_id"] for row in rows} - {None}
    wanted = select(DRIVERS.c.driver_id, DRIVERS.c.username).where(DRIVERS.c.driver_id.in_(persons))
    drivers = {row[0]: row[1] for row in books.execute(wanted)}
    return [{**row, "person_name": drivers.get(row["person_id"], row["person_id"])} for row in rows]


def _shown(row: RowMapping) -> dict[str, Any]:
    is_program = row["channel"] == WEBHOOK
    waits_until_ms = row["next_try_ms"] if row["state"] == DUE and row["next_try_ms"] else None
    return {
        "delivery_id": row["delivery_id"],
        "at": iso(row["at_ms"]),
        "event": row["event"],
        "cp_id": row["cp_id"] or None,
        "person_id": row["person_id"] or None,
        "channel": row["channel"],
        "webhook_id": row["lane"].removeprefix(f"{WEBHOOK}/") if is_program else None,
        "state": row["state"],
        "tries": row["tries"],
        "error": row["last_error"],
        "why": row["why"],
        "next_try_at": iso(waits_until_ms),
        "done_at": iso(row["done_at_ms"]),
    }
