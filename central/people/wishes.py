"""How somebody wants to be told: in which language, and at which hours not."""

import re
from typing import NamedTuple

from sqlalchemy import Connection, select

from central.people.tables import WISHES
from central.store.upsert import upsert

DAY_MIN = 24 * 60
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class Wishes(NamedTuple):
    """time_zone: an IANA name; None: that of the site which a notice is about. quiet_from_min, quiet_to_min: minutes of
    the day there, both or none; quiet_to_min may lie on the next day. urgent_anyway: what stops people from charging is
    told at those hours too.
    """

    language: str = "en"
    time_zone: str | None = None
    quiet_from_min: int | None = None
    quiet_to_min: int | None = None
    urgent_anyway: bool = True


def read_wishes(connection: Connection, person_id: str) -> Wishes:
    """Those that everybody has where he never said any."""
    columns = [WISHES.c[name] for name in Wishes._fields]
    found = connection.execute(select(*columns).where(WISHES.c.person_id == person_id)).one_or_none()
    return Wishes() if found is None else Wishes(*found)


def set_wishes(connection: Connection, person_id: str, wishes: Wishes) -> None:
    upsert(connection, WISHES, [{"person_id": person_id, **wishes._asdict()}])


def minute_of(clock: str) -> int:
    """Of 22:30. Raises ValueError."""
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise ValueError("expected a time of day, such as 22:30")
    return 60 * int(found[1]) + int(found[2])


def clock_of(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"
