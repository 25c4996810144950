"""A token as text: a mark by which secret scanners find a lost one, and 256 random bits."""

import base64
import binascii
import hashlib
import secrets

MARK = "wl_"
BYTES = 32
TOKEN_RULE = f"{MARK} and 43 characters of base64url: 256 random bits"
_CHARACTERS = 43
_ID_CHARACTERS = 12


def new_token() -> str:
    return MARK + secrets.token_urlsafe(BYTES)


def is_token(text: str) -> bool:
    """Whether it has the form of one."""
    body = text.removeprefix(MARK)
    if not text.startswith(MARK) or len(body) != _CHARACTERS or not body.isascii():
        return False
    try:
        return base64.urlsafe_b64encode(base64.b64decode(body + "=", b"-_", validate=True)) == (body + "=").encode()
    except binascii.Error:
        return False


def sha256_of(token: str) -> str:
    """What is kept of it. No salt and no stretching: nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def id_of(sha256: str) -> str:
    """By which people name it: enough of its hash to be one's own, and too little to be of use to anybody."""
    return sha256[:_ID_CHARACTERS]
