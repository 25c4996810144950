"""Passwords, by argon2id: RFC 9106's second recommended option, as `argon2-cffi` has it (64 MiB, 3 passes, 4 lanes)."""

from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MIN_CHARACTERS, MAX_CHARACTERS = 12, 256
PASSWORD_RULE = f"a text of {MIN_CHARACTERS} to {MAX_CHARACTERS} characters"

_hasher = PasswordHasher(type=Type.ID)


def is_password(text: str) -> bool:
    return MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS


def hash_of(password: str) -> str:
    return _hasher.hash(password)


def fits(password: str, stored: str | None) -> bool:
    """Takes tens of milliseconds and 64 MiB, whether or not there is one. stored: None where there is none."""
    try:
        _hasher.verify(stored or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache  # a program that asks nobody for a password need not wait for it
def _nobodys() -> str:
    """Of a password that nobody has: who tries a name that does not exist waits as long as for one that does."""
    return _hasher.hash("nobody's password, and not a secret")
