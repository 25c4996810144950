"""Who is known, and by which tokens: reading and writing the people's tables, in transactions of the caller's."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from central.people import roles
from central.people.sites import Sites, named_sites, sites_of
from central.people.tables import CONTACTS, DEVICES, PEOPLE, TOKENS, UNWANTED, WISHES
from central.store.paging import After, Page, read_page
from runtime.tokens import id_of

_PERSON, _TOKEN = PEOPLE.c, TOKENS.c


@dataclass(frozen=True)
class Person:
    """Somebody who has shown who he is. `sha256`: of the token that he showed. `sites`: that bind what he sees and
    does; None: all.
    """

    person_id: str
    role: str
    scope: str
    sha256: str
    sites: Sites = None

    def may(self, right: str) -> bool:
        return right in roles.rights(self.role, self.scope)

    def serves(self, site_id: str | None) -> bool:
        """Whether what is at a charge point of this site is his business; None: one that is on no site."""
        return self.sites is None or site_id in self.sites

    @property
    def driver_id(self) -> str | None:
        """None for those who do not charge."""
        return self.person_id if self.role == roles.DRIVER else None


class Known(NamedTuple):
    """Whom an id belongs to, or belonged to before he was erased."""

    role: str
    is_erased: bool


class Taken(Exception):
    """The id or the token is somebody else's already."""


def add_person(
    connection: Connection, person_id: str, role: str, now_ms: int, password_hash: str | None = None
) -> bool:
    """False where that person is known already, with this role. Raises Taken where it has another, or was erased."""
    known = known_as(connection, person_id)
    if known is not None and known.is_erased:
        raise Taken(f"{person_id} was erased, and is nobody any more; choose another id")
    if known is None:
        row = {"person_id": person_id, "role": role, "password_hash": password_hash, "created_at_ms": now_ms}
        connection.execute(insert(PEOPLE), row)
        return True
    if known.role != role:
        raise Taken(f"{person_id} is known already, as {known.role}")
    return False


def known_as(connection: Connection, person_id: str) -> Known | None:
    """None where nobody ever had this id."""
    wanted = select(_PERSON.role, _PERSON.erased_at_ms).where(_PERSON.person_id == person_id)
    found = connection.execute(wanted).one_or_none()
    return None if found is None else Known(found[0], found[1] is not None)


def erase(connection: Connection, person_id: str, now_ms: int) -> None:
    """Password, contacts and tokens are gone, and the id is nobody's."""
    connection.execute(delete(CONTACTS).where(CONTACTS.c.person_id == person_id))
    connection.execute(delete(DEVICES).where(DEVICES.c.person_id == person_id))
    connection.execute(delete(UNWANTED).where(UNWANTED.c.person_id == person_id))
    connection.execute(delete(WISHES).where(WISHES.c.person_id == person_id))
    connection.execute(delete(TOKENS).where(_TOKEN.person_id == person_id))
    this = update(PEOPLE).where(_PERSON.person_id == person_id)
    connection.execute(this.values(password_hash=None, erased_at_ms=now_ms))


def set_password(connection: Connection, person_id: str, password_hash: str) -> bool:
    """False where nobody of that name is known."""
    this = update(PEOPLE).where(_PERSON.person_id == person_id).values(password_hash=password_hash)
    return connection.execute(this).rowcount == 1


def password_of(connection: Connection, person_id: str) -> str | None:
    """Its hash; None where there is no such person, or no password."""
    wanted = select(_PERSON.password_hash).where(_PERSON.person_id == person_id)
    return connection.execute(wanted).scalar_one_or_none()


def role_of(connection: Connection, person_id: str) -> str | None:
    """None where there is no such person."""
    return connection.execute(select(_PERSON.role).where(_PERSON.person_id == person_id)).scalar_one_or_none()


def has_admin(connection: Connection) -> bool:
    return connection.execute(select(_PERSON.person_id).where(_PERSON.role == roles.ADMIN).limit(1)).first() is not None


def add_token(
    connection: Connection, person_id: str, sha256: str, now_ms: int,
    label: str = "", scope: str = roles.ALL, expires_at_ms: int | None = None,
) -> str:  # fmt: skip
    """The token's id. The same token of the same person again changes nothing. Raises Taken where it is another's."""
    owner = connection.execute(select(_TOKEN.person_id).where(_TOKEN.sha256 == sha256)).scalar_one_or_none()
    if owner is None:
        row: dict[str, Any] = {
            "token_id": id_of(sha256), "sha256": sha256, "person_id": person_id, "scope": scope, "label": label,
            "created_at_ms": now_ms, "expires_at_ms": expires_at_ms,
        }  # fmt: skip
        connection.execute(insert(TOKENS), row)
    elif owner != person_id:
        raise Taken("this token is somebody else's; make another one")
    return id_of(sha256)


def was_given(connection: Connection, person_id: str) -> set[str]:
    """The hashes of all tokens that this person ever had."""
    return set(connection.execute(select(_TOKEN.sha256).where(_TOKEN.person_id == person_id)).scalars())


def person_of(connection: Connection, sha256: str, now_ms: int) -> Person | None:
    """Who shows this token; None where it is unknown, revoked or expired."""
    wanted = (
        select(_PERSON.person_id, _PERSON.role, _TOKEN.scope, _PERSON.all_sites)
        .join(TOKENS, _TOKEN.person_id == _PERSON.person_id)
        .where(_TOKEN.sha256 == sha256, _holds(now_ms))
    )
    found = connection.execute(wanted).one_or_none()
    if found is None:
        return None
    person_id, role, scope, all_sites = found
    return Person(person_id, role, scope, sha256, sites_of(connection, person_id, role, all_sites))


def those_that_hold(connection: Connection, hashes: Collection[str], now_ms: int) -> dict[str, Sites]:
    """Of these tokens' hashes, each with the sites that its person serves now."""
    columns = (_TOKEN.sha256, _PERSON.person_id, _PERSON.role, _PERSON.all_sites)
    wanted = select(*columns).join(PEOPLE, _TOKEN.person_id == _PERSON.person_id)
    found = connection.execute(wanted.where(_TOKEN.sha256.in_(hashes), _holds(now_ms))).all()
    return {sha256: sites_of(connection, *whose) for sha256, *whose in found}


def revoke(connection: Connection, now_ms: int, *, token_id: str | None = None, sha256: str | None = None) -> bool:
    """By its id, or by its hash. False where there is none that holds."""
    which = _TOKEN.token_id == token_id if sha256 is None else _TOKEN.sha256 == sha256
    done = connection.execute(update(TOKENS).where(which, _holds(now_ms)).values(revoked_at_ms=now_ms))
    return done.rowcount == 1


def list_people(connection: Connection) -> list[dict[str, Any]]:
    """person_id, role, sites (None: all), has_password and created_at_ms, the eldest first; drivers not: they are in
    the books.
    """
    has_password = _PERSON.password_hash.is_not(None).label("has_password")
    columns = (_PERSON.person_id, _PERSON.role, _PERSON.all_sites, has_password, _PERSON.created_at_ms)
    wanted = select(*columns).where(_PERSON.role != roles.DRIVER).order_by(_PERSON.created_at_ms, _PERSON.person_id)
    people = [dict(row) for row in connection.execute(wanted).mappings()]
    named = named_sites(connection, [each["person_id"] for each in people])
    return [
        {**each, "sites": None if each["all_sites"] else named.get(each["person_id"], frozenset())} for each in people
    ]


def list_tokens(
    connection: Connection, limit: int, person_id: str | None = None, after: After | None = None
) -> Page:
    """The newest first: columns of Tokens but the hash, and the person's role."""
    columns = (
        _TOKEN.token_id, _TOKEN.person_id, _PERSON.role, _TOKEN.scope, _TOKEN.label, _TOKEN.created_at_ms,
        _TOKEN.expires_at_ms, _TOKEN.revoked_at_ms,
    )  # fmt: skip
    wanted = select(*columns).join(PEOPLE, _TOKEN.person_id == _PERSON.person_id)
    if person_id is not None:
        wanted = wanted.where(_TOKEN.person_id == person_id)
    return read_page(connection, wanted, ((_TOKEN.created_at_ms, True), (_TOKEN.token_id, False)), limit, after, dict)


def _holds(now_ms: int) -> ColumnElement[bool]:
    return and_(
        _TOKEN.revoked_at_ms.is_(None), or_(_TOKEN.expires_at_ms.is_(None), _TOKEN.expires_at_ms > now_ms)
    )
