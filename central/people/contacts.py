"""Where somebody wants to be told: addresses by channel, beside his password and tokens, and never in the log."""

import json
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from central.people.checking import ask
from central.people.tables import CONTACTS, UNWANTED
from central.store.upsert import upsert

MAX_CHARACTERS = 200
_PART = r"[^@\s<>,;:\"]+"
_EMAIL = rf"{_PART}@{_PART}\.{_PART}"
# By channel: what an address of it looks like, and how that is said.
FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "email": (re.compile(_EMAIL), "an e-mail address, such as ada@example.org"),
    "ntfy": (re.compile(r"[A-Za-z0-9_-]{1,64}"), "the name of an ntfy topic: letters, digits, - and _"),
    "telegram": (re.compile(r"-?[0-9]{1,20}"), "the number of a Telegram chat, such as 123456789"),
}
CHANNELS = tuple(FORMS)
_CONTACT = CONTACTS.c


class Contact(NamedTuple):
    """verified_at_ms: None: nothing is told there yet. asked_at_ms: of the code that would show it."""

    channel: str
    address: str
    verified_at_ms: int | None
    asked_at_ms: int | None


def is_contact(channel: str, address: str) -> bool:
    return len(address) <= MAX_CHARACTERS and FORMS[channel][0].fullmatch(address) is not None


def read_contacts(connection: Connection, person_id: str) -> dict[str, str]:
    """The address of each channel that has one."""
    wanted = select(_CONTACT.channel, _CONTACT.address).where(_CONTACT.person_id == person_id)
    return {row.channel: row.address for row in connection.execute(wanted)}


def list_contacts(connection: Connection, person_id: str) -> list[Contact]:
    columns = [_CONTACT[name] for name in Contact._fields]
    wanted = select(*columns).where(_CONTACT.person_id == person_id).order_by(_CONTACT.channel)
    return [Contact(*row) for row in connection.execute(wanted)]


def set_contacts(connection: Connection, person_id: str, contacts: Mapping[str, str], now_ms: int) -> None:
    """These, and no others any more. `contacts`: judged by `is_contact`. To each that is new a code is asked for.

    Raises TooManyCodes.
    """
    before = read_contacts(connection, person_id)
    for channel in before.keys() | contacts.keys():
        if before.get(channel) == contacts.get(channel):
            continue
        connection.execute(delete(CONTACTS).where(_CONTACT.person_id == person_id, _CONTACT.channel == channel))
        if channel in contacts:
            row = {"person_id": person_id, "channel": channel, "address": contacts[channel], "set_at_ms": now_ms}
            connection.execute(insert(CONTACTS), row)
            ask(connection, person_id, channel, now_ms)


def read_unwanted(connection: Connection, person_id: str) -> dict[str, frozenset[str]]:
    """By channel, the events of which he is not told by it."""
    wanted = select(UNWANTED.c.channel, UNWANTED.c.events).where(UNWANTED.c.person_id == person_id)
    return {channel: frozenset(json.loads(events)) for channel, events in connection.execute(wanted)}


def set_unwanted(connection: Connection, person_id: str, channel: str, events: Collection[str]) -> None:
    upsert(connection, UNWANTED, [{"person_id": person_id, "channel": channel, "events": json.dumps(sorted(events))}])
