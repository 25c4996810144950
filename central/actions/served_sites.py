"""Which sites operators and auditors serve, as it is said when they are added and afterwards."""

from collections.abc import Iterable

from sqlalchemy import Connection

from central.actions.refusal import Refusal
from central.actions.sites import check_site
from central.people import register
from central.people.roles import OF_SITES
from central.people.sites import Sites, set_sites
from central.store.database import Database


def check_sites(books: Database, sites: Iterable[str]) -> None:
    """Raises Refusal for one that there is not: a misspelt one would be a site that nobody ever sees."""
    with books.reader.connect() as connection:
        for site_id in sites:
            check_site(connection, site_id)


def check_bound(role: str) -> None:
    """Raises Refusal where sites do not bind this role."""
    if role not in OF_SITES:
        raise Refusal(409, "not_of_sites", f"--site is for {' and '.join(sorted(OF_SITES))}; it does not bind {role}")


def serve_sites(people: Database, name: str, sites: Sites) -> None:
    """These sites and no others, from now on; None: all. Raises Refusal."""
    with people.writer.begin() as connection:
        check_bound(_role(connection, name))
        set_sites(connection, name, sites)


def sites_text(sites: Sites) -> str:
    """As people read it."""
    if sites is None:
        return "all sites"
    return ", ".join(sorted(sites)) or "no site"


def _role(connection: Connection, name: str) -> str:
    role = register.role_of(connection, name)
    if role is None:
        raise Refusal(404, "unknown_person", f"nobody is called {name}; `user` lists who is")
    return role
