"""Sites, and which rows are of which: what is at a charge point is of the site where that charge point is now."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, true

from central.store.tables import CHARGING_POINTS, SITE_STAYS, SITES
from central.views.moments import iso

NO_ZONE = "UTC"  # of a charge point that is on no site

_SITE, _POINT, _STAY = SITES.c, CHARGING_POINTS.c, SITE_STAYS.c


def at_sites(cp_id: ColumnElement[str], sites: Collection[str] | None) -> ColumnElement[bool]:
    """The condition in a query that the charge point of `cp_id`, a column of any table, is on one of these sites.

    None: wherever it is, also on none.
    """
    if sites is None:
        return true()
    there = select(_POINT.cp_id).join(SITES, _SITE.site_id == _POINT.site_id)
    return cp_id.in_(there.where(_SITE.removed_at_ms.is_(None), _POINT.site_id.in_(sites)))


def site_of(connection: Connection, cp_id: str) -> str | None:
    """The site that a charge point is on; None where it is on none, or there is no such charge point."""
    there = select(_POINT.site_id).join(SITES, _SITE.site_id == _POINT.site_id)
    return connection.execute(there.where(_POINT.cp_id == cp_id, _SITE.removed_at_ms.is_(None))).scalar_one_or_none()


def zones_at(connection: Connection, cp_ids: Collection[str]) -> dict[str, str]:
    """The time zone of the site of each of these charge points; NO_ZONE of one that is on none."""
    there = select(_POINT.cp_id, _SITE.time_zone).join(SITES, _SITE.site_id == _POINT.site_id)
    found = connection.execute(there.where(_POINT.cp_id.in_(cp_ids)))
    return {**dict.fromkeys(cp_ids, NO_ZONE), **{row.cp_id: row.time_zone for row in found}}


def read_sites(connection: Connection, site_id: str | None = None) -> list[dict[str, Any]]:
    """The sites by name, or the one of this id; those that were removed are left out."""
    is_there = (_POINT.site_id == _SITE.site_id, _POINT.removed_at_ms.is_(None))
    points = select(func.count()).select_from(CHARGING_POINTS).where(*is_there).scalar_subquery()
    columns = (_SITE.site_id, _SITE.name, _SITE.address, _SITE.time_zone, _SITE.guests, points.label("charge_points"))
    wanted = select(*columns).where(_SITE.removed_at_ms.is_(None)).order_by(_SITE.name, _SITE.site_id)
    if site_id is not None:
        wanted = wanted.where(_SITE.site_id == site_id)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def read_stays(connection: Connection, cp_id: str) -> list[dict[str, Any]]:
    """Where a charge point was and is, in order; `until` of where it is now is None."""
    wanted = select(_STAY.site_id, _STAY.since_ms, _STAY.until_ms).where(_STAY.cp_id == cp_id).order_by(_STAY.number)
    return [
        {"site_id": site_id, "since": iso(since_ms), "until": iso(until_ms)}
        for site_id, since_ms, until_ms in connection.execute(wanted)
    ]
