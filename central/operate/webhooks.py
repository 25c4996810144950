"""Webhooks as an operator handles them: added, shown, tried and removed."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

from central import settings
from central.operate.failures import NotDone
from central.outbound.notify.audience import NOBODY, WEBHOOK
from central.outbound.notify.events import DRIVER, OPERATORS, told_to
from central.outbound.notify.posting import Reach
from central.outbound.notify.queue import Delivery
from central.outbound.notify.target import BadTarget, target_of
from central.outbound.notify.ways import NotSent
from central.outbound.notify.webhooks import TEST, send_webhook
from central.people.webhooks import (
    MAX_WEBHOOKS,
    add_webhook,
    find_webhook,
    list_webhooks,
    new_secret,
    remove_webhook,
)
from central.store.database import Database
from central.views.moments import iso
from runtime.config import ConfigManager

NS_PER_MS = 1_000_000


def added(config: ConfigManager, people: Database, url: str, events: Sequence[str]) -> dict[str, Any]:
    """Its id, and the secret, which is shown this once. Raises NotDone."""
    known = (*told_to(DRIVER), *told_to(OPERATORS))
    if strange := sorted(set(events) - set(known)):
        raise NotDone(f"there is no event {strange[0][:40]!a}; there are {', '.join(known)}")
    try:
        target_of(url, private_ok=config[settings.NOTICES_PRIVATE_ADDRESSES])
    except BadTarget as error:
        raise NotDone(f"this webhook was not added: {error}") from None
    except OSError as error:
        raise NotDone(f"this webhook was not added: its host is not known ({error.strerror or error})") from None
    secret = new_secret()
    with people.writer.begin() as connection:
        if len(list_webhooks(connection)) >= MAX_WEBHOOKS:
            raise NotDone(f"there are {MAX_WEBHOOKS} webhooks already; remove one first")
        webhook_id = add_webhook(connection, url, secret, events, _now_ms())
    return {"webhook_id": webhook_id, "secret": secret}


def removed(people: Database, webhook_id: str) -> None:
    """Raises NotDone."""
    with people.writer.begin() as connection:
        if not remove_webhook(connection, webhook_id):
            raise NotDone(f"there is no webhook {webhook_id[:40]!a}; `webhook` lists them")


def tried(config: ConfigManager, people: Database, webhook_id: str) -> None:
    """Sends one that says nothing. Raises NotDone where it was not taken."""
    with people.reader.connect() as connection:
        webhook = find_webhook(connection, webhook_id)
    if webhook is None:
        raise NotDone(f"there is no webhook {webhook_id[:40]!a} in use; `webhook` lists them")
    told = Delivery(str(uuid.uuid4()), TEST, "", NOBODY, WEBHOOK, WEBHOOK, _now_ms(), {}, 0)
    try:
        send_webhook(webhook, told, _now_ms(), Reach(config[settings.NOTICES_PRIVATE_ADDRESSES]))
    except NotSent as error:
        raise NotDone(f"{webhook_id} did not take it: {error}") from None


def shown(people: Database) -> list[dict[str, Any]]:
    with people.reader.connect() as connection:
        rows = list_webhooks(connection)
    return [
        {
            "webhook_id": row["webhook_id"],
            "url": row["url"],
            "events": row["events"],
            "since": iso(row["created_at_ms"]),
            "disabled_at": iso(row["disabled_at_ms"]),
            "why": row["disabled_why"] or "",
        }
        for row in rows
    ]


def _now_ms() -> int:
    return time.time_ns() // NS_PER_MS
