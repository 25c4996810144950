"""Where other programs want to be told: their addresses and the secrets that sign what they get.

They lie beside people's contacts: losing the notices' own database loses none of them.
"""

import json
import secrets
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from central.people.tables import WEBHOOKS

SECRET_BYTES = 32
MAX_WEBHOOKS = 20
_HOOK = WEBHOOKS.c


class Webhook(NamedTuple):
    """events: names; none is all. secret: as Standard Webhooks writes it, `whsec_` and base64."""

    webhook_id: str
    url: str
    secret: str
    events: frozenset[str]

    def wants(self, event: str) -> bool:
        return not self.events or event in self.events


def new_secret() -> str:
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def add_webhook(connection: Connection, url: str, secret: str, events: Sequence[str], now_ms: int) -> str:
    """Its id."""
    webhook_id = f"wh_{secrets.token_hex(4)}"
    row: dict[str, Any] = {
        "webhook_id": webhook_id, "url": url, "secret": secret, "events": json.dumps(sorted(events)),
        "created_at_ms": now_ms,
    }  # fmt: skip
    connection.execute(insert(WEBHOOKS), row)
    return webhook_id


def remove_webhook(connection: Connection, webhook_id: str) -> bool:
    """False where there is none of that id."""
    return connection.execute(delete(WEBHOOKS).where(_HOOK.webhook_id == webhook_id)).rowcount == 1


def disable_webhook(connection: Connection, webhook_id: str, now_ms: int, why: str) -> bool:
    """False where it was not in use."""
    this = (_HOOK.webhook_id == webhook_id, _HOOK.disabled_at_ms.is_(None))
    done = connection.execute(update(WEBHOOKS).where(*this).values(disabled_at_ms=now_ms, disabled_why=why))
    return done.rowcount == 1


def read_webhooks(connection: Connection) -> list[Webhook]:
    """Those in use."""
    wanted = select(WEBHOOKS).where(_HOOK.disabled_at_ms.is_(None)).order_by(_HOOK.webhook_id)
    return [_webhook(dict(row)) for row in connection.execute(wanted).mappings()]


def find_webhook(connection: Connection, webhook_id: str) -> Webhook | None:
    """One in use."""
    return next((each for each in read_webhooks(connection) if each.webhook_id == webhook_id), None)


def list_webhooks(connection: Connection) -> list[dict[str, Any]]:
    """All, the eldest first: all columns but the secret."""
    columns = [column for column in _HOOK if column.name != "secret"]
    rows = connection.execute(select(*columns).order_by(_HOOK.created_at_ms, _HOOK.webhook_id)).mappings()
    return [{**row, "events": json.loads(row["events"])} for row in rows]


def _webhook(row: dict[str, Any]) -> Webhook:
    return Webhook(row["webhook_id"], row["url"], row["secret"], frozenset(json.loads(row["events"])))
