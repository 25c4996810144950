"""Browsers that show notices: what the push service of each gave out for it, beside its person's other contacts.

Who knows an endpoint can push to it, so it is shown to nobody; a device is named by a hash of it.
"""

import ipaddress
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Column, Connection, Select, delete, select

from central.people.tables import DEVICES, TOKENS
from central.store.upsert import upsert

PUSH = "webpush"  # the channel
MAX_DEVICES = 10  # of one person; the eldest gives way
MAX_ENDPOINT = 1_000
ID_CHARACTERS = 16
_ENDPOINT = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*")
_BASE64 = re.compile(r"[A-Za-z0-9_-]+")
_POINT_BYTES, _AUTH_BYTES, _UNCOMPRESSED = 65, 16, 4
_DEVICE, _TOKEN = DEVICES.c, TOKENS.c


class Device(NamedTuple):
    """endpoint: where it is pushed to. p256dh, auth: what for whom only this browser can read (RFC 8291), base64url."""

    device_id: str
    endpoint: str
    p256dh: str
    auth: str


class Subscription(NamedTuple):
    """As a browser's PushSubscription says it."""

    endpoint: str
    p256dh: str
    auth: str


def wrong_in(told: Subscription) -> str | None:
    """What is wrong with it: a field's name. Push services have names, so that a numeric address is none."""
    if len(told.endpoint) > MAX_ENDPOINT or _ENDPOINT.fullmatch(told.endpoint) is None or not _has_name(told.endpoint):
        return "endpoint"
    point = _decoded(told.p256dh)
    if len(point) != _POINT_BYTES or point[0] != _UNCOMPRESSED:
        return "p256dh"
    return None if len(_decoded(told.auth)) == _AUTH_BYTES else "auth"


def device_id_of(endpoint: str) -> str:
    return sha256(endpoint.encode()).hexdigest()[:ID_CHARACTERS]


def add_device(
    connection: Connection, person_id: str, token_id: str, told: Subscription, label: str, now_ms: int
) -> str:
    """Its id. A browser is its last one's: whoever signs in there takes it over."""
    device_id = device_id_of(told.endpoint)
    row: dict[str, Any] = {
        "device_id": device_id, "person_id": person_id, "token_id": token_id, **told._asdict(), "label": label,
        "set_at_ms": now_ms,
    }  # fmt: skip
    upsert(connection, DEVICES, [row])
    mine = select(_DEVICE.device_id).where(_DEVICE.person_id == person_id)
    newest_first = mine.order_by(_DEVICE.set_at_ms.desc(), _DEVICE.device_id)
    for too_many in connection.execute(newest_first.offset(MAX_DEVICES)).scalars().all():
        connection.execute(delete(DEVICES).where(_DEVICE.device_id == too_many))
    return device_id


def remove_device(connection: Connection, device_id: str, person_id: str | None = None) -> bool:
    """`person_id`: whose it must be. False where there is none such."""
    this = [_DEVICE.device_id == device_id, *([] if person_id is None else [_DEVICE.person_id == person_id])]
    return connection.execute(delete(DEVICES).where(*this)).rowcount == 1


def find_device(connection: Connection, device_id: str) -> Device | None:
    """None where it is told nothing any more."""
    columns = [_DEVICE[name] for name in Device._fields]
    found = connection.execute(_told(*columns).where(_DEVICE.device_id == device_id)).one_or_none()
    return None if found is None else Device(*found)


def devices_of(connection: Connection, persons: Iterable[str]) -> list[tuple[str, str]]:
    """(person_id, device_id) of those that are told."""
    wanted = _told(_DEVICE.person_id, _DEVICE.device_id).where(_DEVICE.person_id.in_(sorted(persons)))
    return [(row[0], row[1]) for row in connection.execute(wanted.order_by(_DEVICE.person_id, _DEVICE.device_id))]


def list_devices(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    """device_id, label and set_at_ms, the newest first."""
    wanted = _told(_DEVICE.device_id, _DEVICE.label, _DEVICE.set_at_ms).where(_DEVICE.person_id == person_id)
    rows = connection.execute(wanted.order_by(_DEVICE.set_at_ms.desc(), _DEVICE.device_id)).mappings()
    return [dict(row) for row in rows]


def _told(*columns: Column[Any]) -> Select[*tuple[Any, ...]]:
    """Of those whose sign-in was not revoked since: one that is lost is told nothing."""
    joined = select(*columns).join(TOKENS, _TOKEN.token_id == _DEVICE.token_id)
    return joined.where(_TOKEN.revoked_at_ms.is_(None), _TOKEN.person_id == _DEVICE.person_id)


def _has_name(endpoint: str) -> bool:
    try:
        host = urlsplit(endpoint).hostname or ""
        _ = urlsplit(endpoint).port
    except ValueError:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host.strip(".")
    return False


def _decoded(text: str) -> bytes:
    """Nothing where it is no base64url."""
    if _BASE64.fullmatch(text) is None or len(text) % 4 == 1:
        return b""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
