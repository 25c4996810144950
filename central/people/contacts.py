"""Where somebody wants to be told: addresses by channel, beside his password and tokens, and never in the log."""

import re
from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from central.people.tables import CONTACTS

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


def is_contact(channel: str, address: str) -> bool:
    return len(address) <= MAX_CHARACTERS and FORMS[channel][0].fullmatch(address) is not None


def read_contacts(connection: Connection, person_id: str) -> dict[str, str]:
    """The address of each channel that has one."""
    wanted = select(_CONTACT.channel, _CONTACT.address).where(_CONTACT.person_id == person_id)
    return {row.channel: row.address for row in connection.execute(wanted)}


def set_contacts(connection: Connection, person_id: str, contacts: Mapping[str, str], now_ms: int) -> None:
    """These, and no others any more. `contacts`: judged by `is_contact`."""
    connection.execute(delete(CONTACTS).where(_CONTACT.person_id == person_id))
    for channel, address in contacts.items():
        row = {"person_id": person_id, "channel": channel, "address": address, "set_at_ms": now_ms}
        connection.execute(insert(CONTACTS), row)
