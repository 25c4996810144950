"""What notices ask of the books: whose a charge is, and where a charge point stands."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from central.store.tables import CHARGING_POINTS, CHARGING_SESSIONS, SITES

_POINT, _SITE, _SESSION = CHARGING_POINTS.c, SITES.c, CHARGING_SESSIONS.c


class PlaceOf(NamedTuple):
    """site_id: None where it is on none."""

    site_id: str | None
    zone: str


NOWHERE = PlaceOf(None, "UTC")


def place_of(books: Connection, cp_id: str) -> PlaceOf:
    wanted = (
        select(_POINT.site_id, _SITE.time_zone)
        .join(SITES, _SITE.site_id == _POINT.site_id, isouter=True)
        .where(_POINT.cp_id == cp_id)
    )
    found = books.execute(wanted).one_or_none()
    return NOWHERE if found is None else PlaceOf(found[0], found[1] or NOWHERE.zone)


def held_wh_of(books: Connection, session_id: str) -> int:
    """What of a charge is held for the operator."""
    wanted = select(_SESSION.held_wh).where(_SESSION.session_id == session_id)
    return books.execute(wanted).scalar_one_or_none() or 0


def driver_of(books: Connection, session_id: str) -> str | None:
    """None where there is no such charge."""
    return books.execute(select(_SESSION.driver_id).where(_SESSION.session_id == session_id)).scalar_one_or_none()
