"""The key by which push services know this server (VAPID, RFC 8292): made once, since browsers subscribe to it.

It lies beside passwords and contacts, and in their backup: under another one no browser is told any more.
"""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from central.people.tables import PUSH_KEYS
from central.store.database import Database, lock_for_writing

_VAPID = "vapid"
_KEY = PUSH_KEYS.c


class PushKey(NamedTuple):
    """Of the curve P-256, base64url: 32 bytes; and the point, 65 bytes, as browsers want it."""

    private: str
    public: str


def read_push_key(connection: Connection) -> PushKey | None:
    """None where nobody has ever told people here."""
    wanted = select(_KEY.private_key, _KEY.public_key).where(_KEY.key_id == _VAPID)
    found = connection.execute(wanted).one_or_none()
    return None if found is None else PushKey(*found)


def push_key_of(people: Database, make: Callable[[], PushKey], now_ms: int) -> PushKey:
    """The one that there is, else a new one; of two who begin at once the first makes it."""
    with people.writer.begin() as connection:
        lock_for_writing(connection)
        found = read_push_key(connection)
        if found is not None:
            return found
        made = make()
        row = {"key_id": _VAPID, "private_key": made.private, "public_key": made.public, "made_at_ms": now_ms}
        connection.execute(insert(PUSH_KEYS), row)
        return made
