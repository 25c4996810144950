"""Which sites an operator or auditor serves: every one, or those named. The sites themselves are in the books."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select, update

from central.people.roles import OF_SITES
from central.people.tables import PEOPLE, SITES_SERVED

Sites = frozenset[str] | None  # None: every site, and the charge points that are on none

_PERSON, _SERVED = PEOPLE.c, SITES_SERVED.c


def sites_of(connection: Connection, person_id: str, role: str, all_sites: bool) -> Sites:
    """Of somebody with this role; `all_sites`: his row's column."""
    if all_sites or role not in OF_SITES:
        return None
    wanted = select(_SERVED.site_id).where(_SERVED.person_id == person_id)
    return frozenset(connection.execute(wanted).scalars())


def set_sites(connection: Connection, person_id: str, sites: Sites) -> bool:
    """These and no others, from now on. False where there is no such person, or sites do not bind his role."""
    this = update(PEOPLE).where(_PERSON.person_id == person_id, _PERSON.role.in_(OF_SITES))
    if connection.execute(this.values(all_sites=sites is None)).rowcount != 1:
        return False
    connection.execute(delete(SITES_SERVED).where(_SERVED.person_id == person_id))
    if sites:
        connection.execute(insert(SITES_SERVED), [{"person_id": person_id, "site_id": each} for each in sorted(sites)])
    return True


def named_sites(connection: Connection, person_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """The sites that are named for each of these people; nobody is in it for whom none is."""
    found: dict[str, set[str]] = {}
    wanted = select(_SERVED.person_id, _SERVED.site_id).where(_SERVED.person_id.in_(person_ids))
    for person_id, site_id in connection.execute(wanted):
        found.setdefault(person_id, set()).add(site_id)
    return {person_id: frozenset(sites) for person_id, sites in found.items()}
