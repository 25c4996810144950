"""People and their tokens, as the operator adds, sees and revokes them."""

import time
from typing import Any

from sqlalchemy import Connection

from central.actions.refusal import Refusal
from central.actions.served_sites import check_bound
from central.people import register
from central.people.passwords import PASSWORD_RULE, hash_of, is_password
from central.people.sites import Sites, set_sites
from central.store.database import Database
from central.store.paging import After, Page
from central.views.moments import iso
from runtime.tokens import new_token, sha256_of

DAY_MS = 24 * 3_600_000


def add_user(people: Database, name: str, role: str, password: str, sites: Sites = None) -> None:
    """`sites`: those that somebody of this role serves alone. Raises Refusal where the name is taken, the password is
    none, or sites do not bind the role.
    """
    if sites is not None:
        check_bound(role)
    _check_password(password)
    with people.writer.begin() as connection:
        if not _added(connection, name, role, hash_of(password)):
            raise Refusal(409, "already_known", f"{name} is known already; `user password {name}` sets a new password")
        if sites is not None:
            set_sites(connection, name, sites)


def set_password(people: Database, name: str, password: str) -> None:
    """Raises Refusal."""
    _check_password(password)
    with people.writer.begin() as connection:
        if not register.set_password(connection, name, hash_of(password)):
            raise Refusal(404, "unknown_person", f"nobody is called {name}; `user` lists who is")


def list_users(people: Database) -> list[dict[str, Any]]:
    with people.reader.connect() as connection:
        found = register.list_people(connection)
    return [
        {
            "name": each["person_id"], "role": each["role"], "since": iso(each["created_at_ms"]),
            "signs_in": "by password" if each["has_password"] else "by token",
            "sites": None if each["sites"] is None else sorted(each["sites"]),
        }
        for each in found
    ]  # fmt: skip


def add_token(
    people: Database, person_id: str, role: str, scope: str, label: str, days: int | None, sites: Sites = None
) -> dict[str, Any]:
    """The new token, which is nowhere else; its person is made where there was none, and then serves these `sites`.

    Raises Refusal.
    """
    if sites is not None:
        check_bound(role)
    token, now_ms = new_token(), _now_ms()
    expires_at_ms = None if days is None else now_ms + days * DAY_MS
    with people.writer.begin() as connection:
        is_new = _added(connection, person_id, role, None)
        if sites is not None and not is_new:
            text = f"{person_id} is known already; `user sites {person_id}` says which sites are served"
            raise Refusal(409, "already_known", text)
        if sites is not None:
            set_sites(connection, person_id, sites)
        token_id = register.add_token(connection, person_id, sha256_of(token), now_ms, label, scope, expires_at_ms)
    return {
        "token": token, "token_id": token_id, "of": person_id, "role": role, "scope": scope,
        "expires_at": iso(expires_at_ms),
    }  # fmt: skip


def list_tokens(people: Database, limit: int, person_id: str | None, after: After | None = None) -> Page:
    with people.reader.connect() as connection:
        found = register.list_tokens(connection, limit, person_id, after)
    now_ms = _now_ms()
    shown = [
        {
            "token_id": each["token_id"], "of": each["person_id"], "role": each["role"], "scope": each["scope"],
            "label": each["label"], "since": iso(each["created_at_ms"]), "expires_at": iso(each["expires_at_ms"]),
            "state": _state(each["expires_at_ms"], each["revoked_at_ms"], now_ms),
        }
        for each in found.rows
    ]  # fmt: skip
    return Page(shown, found.after)


def revoke_token(people: Database, token_id: str) -> None:
    """Raises Refusal."""
    with people.writer.begin() as connection:
        if not register.revoke(connection, _now_ms(), token_id=token_id):
            raise Refusal(404, "unknown_token", f"no token {token_id} holds; `token` lists them by their id")


def _check_password(password: str) -> None:
    if not is_password(password):
        raise Refusal(400, "bad_field", f"the password must be {PASSWORD_RULE}, not {len(password)}", "password")


def _added(connection: Connection, person_id: str, role: str, password_hash: str | None) -> bool:
    try:
        return register.add_person(connection, person_id, role, _now_ms(), password_hash)
    except register.Taken as taken:
        raise Refusal(409, "already_known", str(taken)) from None


def _state(expires_at_ms: int | None, revoked_at_ms: int | None, now_ms: int) -> str:
    if revoked_at_ms is not None:
        return "revoked"
    return "expired" if expires_at_ms is not None and expires_at_ms <= now_ms else "holds"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
