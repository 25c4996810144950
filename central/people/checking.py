"""Whether a contact is its person's: a code goes there, and until it was typed nothing else does.

Anybody may write down anybody's address. So codes are bounded: for one address, whoever asks; for one person, whatever
he asks for; and for all together.
"""

import hmac
import secrets
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, true, update

from central.people.tables import CODES_ASKED, CONTACTS

DIGITS = 6
VALID_MS = 3_600_000
MOST_TRIES = 5
DAY_MS = 86_400_000
MOST_FOR_AN_ADDRESS, MOST_FOR_A_PERSON, MOST_FOR_ALL = 3, 10, 2_000  # in a day
_CONTACT, _ASKED = CONTACTS.c, CODES_ASKED.c


class TooManyCodes(Exception):
    """No more in this day."""


class Asked(NamedTuple):
    person_id: str
    channel: str
    asked_at_ms: int


def ask(connection: Connection, person_id: str, channel: str, now_ms: int) -> bool:
    """For a code to the contact that there is; one that was sent before counts no more. False where there is nothing
    to show. Raises TooManyCodes.
    """
    this = (_CONTACT.person_id == person_id, _CONTACT.channel == channel, _CONTACT.verified_at_ms.is_(None))
    address = connection.execute(select(_CONTACT.address).where(*this)).scalar_one_or_none()
    if address is None:
        return False
    hashed = sha256(f"{channel}:{_mailbox(address)}".encode()).hexdigest()
    connection.execute(delete(CODES_ASKED).where(_ASKED.at_ms < now_ms - DAY_MS))
    bounds = (
        (MOST_FOR_AN_ADDRESS, _ASKED.address_sha256 == hashed), (MOST_FOR_A_PERSON, _ASKED.person_id == person_id),
        (MOST_FOR_ALL, true()),
    )  # fmt: skip
    for most, whose in bounds:
        if connection.execute(select(func.count()).select_from(CODES_ASKED).where(whose)).scalar_one() >= most:
            raise TooManyCodes
    row = {"code_id": secrets.token_hex(8), "person_id": person_id, "address_sha256": hashed, "at_ms": now_ms}
    connection.execute(insert(CODES_ASKED), row)
    connection.execute(update(CONTACTS).where(*this).values(asked_at_ms=now_ms, code_sha256=None, tries=0))
    return True


def asked_for(connection: Connection, now_ms: int) -> list[Asked]:
    """Codes that may still be sent."""
    wanted = select(_CONTACT.person_id, _CONTACT.channel, _CONTACT.asked_at_ms).where(
        _CONTACT.asked_at_ms > now_ms - VALID_MS, _CONTACT.verified_at_ms.is_(None)
    )
    return [Asked(*row) for row in connection.execute(wanted)]


def address_to_check(connection: Connection, asked: Asked) -> str | None:
    """None where it was changed, shown or asked for again since."""
    return connection.execute(select(_CONTACT.address).where(*_this(asked))).scalar_one_or_none()


def new_code(connection: Connection, asked: Asked) -> str:
    """It is kept as a hash, so that whoever sends it must make it."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    connection.execute(update(CONTACTS).where(*_this(asked)).values(code_sha256=_hash(code)))
    return code


def check(connection: Connection, person_id: str, channel: str, code: str, now_ms: int) -> bool:
    """Whether that was it. After MOST_TRIES wrong ones, and after an hour, only a new one counts."""
    this = (_CONTACT.person_id == person_id, _CONTACT.channel == channel, _CONTACT.verified_at_ms.is_(None))
    wanted = select(_CONTACT.code_sha256, _CONTACT.asked_at_ms, _CONTACT.tries).where(*this)
    found = connection.execute(wanted).one_or_none()
    if found is None or found.code_sha256 is None:
        return False
    is_open = found.tries < MOST_TRIES and now_ms - found.asked_at_ms <= VALID_MS
    if is_open and hmac.compare_digest(found.code_sha256, _hash(code)):
        verify(connection, person_id, channel, now_ms)
        return True
    connection.execute(update(CONTACTS).where(*this).values(tries=found.tries + 1))
    return False


def verify(connection: Connection, person_id: str, channel: str, now_ms: int) -> None:
    this = (_CONTACT.person_id == person_id, _CONTACT.channel == channel)
    shown = {"verified_at_ms": now_ms, "asked_at_ms": None, "code_sha256": None, "tries": 0}
    connection.execute(update(CONTACTS).where(*this).values(**shown))


def _this(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return (
        _CONTACT.person_id == asked.person_id, _CONTACT.channel == asked.channel,
        _CONTACT.asked_at_ms == asked.asked_at_ms, _CONTACT.verified_at_ms.is_(None),
    )  # fmt: skip


def _mailbox(address: str) -> str:
    """Many servers deliver ada+anything@ to ada@, and care for no capitals: the same person would get them."""
    name, at, host = address.lower().rpartition("@")
    return f"{name.partition('+')[0]}{at}{host}"


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
