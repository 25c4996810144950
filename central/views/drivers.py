"""Drivers, as those who operate charge points know them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from central.store.paging import After, Order, Page, read_page
from central.store.tables import CHARGING_SESSIONS, DRIVERS
from central.views.moments import iso
from central.views.sites import at_sites

_DRIVER, _SESSION = DRIVERS.c, CHARGING_SESSIONS.c
_NEWEST_FIRST: Order = ((_DRIVER.created_at_ms, True), (_DRIVER.driver_id, False))


def list_drivers(
    connection: Connection, sites: Collection[str] | None, limit: int, after: After | None = None,
    driver_id: str | None = None,
) -> Page:  # fmt: skip
    """The newest first. `sites`: those who asked for a charge at one of these; None: all. `driver_id`: this one alone.
    Who was erased has no name.
    """
    wanted = select(_DRIVER.driver_id, _DRIVER.username, _DRIVER.created_at_ms)
    wanted = wanted.where(_DRIVER.created_at_ms.is_not(None))  # None: a name, of whom the log does not know yet
    if sites is not None:
        here = select(_SESSION.session_id).where(_SESSION.driver_id == _DRIVER.driver_id)
        wanted = wanted.where(here.where(at_sites(_SESSION.cp_id, sites)).exists())
    if driver_id is not None:
        wanted = wanted.where(_DRIVER.driver_id == driver_id)
    return read_page(connection, wanted, _NEWEST_FIRST, limit, after, _shown)


def _shown(row: RowMapping) -> dict[str, Any]:
    created_at = iso(row["created_at_ms"])
    return {"driver_id": row["driver_id"], "username": row["username"], "created_at": created_at}
