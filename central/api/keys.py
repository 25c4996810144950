"""`Idempotency-Key`: what a client repeats under the same key is done once, also after this process started anew.

A key stands for the id of a request, which is made of the person and the key. The fold carries an id out once, and
keeps what was asked under it; what is kept here only tells sooner.
"""

import json
from collections import OrderedDict
from collections.abc import Generator, Hashable
from contextlib import contextmanager
from uuid import UUID, uuid5

from starlette.requests import Request

from central.api.errors import ApiError, bad_field
from central.people.register import Person

HEADER = "Idempotency-Key"
MAX_CHARACTERS = 255
MAX_KEPT = 10_000
NAMESPACE = UUID("0c1c2ff7-5a0a-5f6e-9a47-6d9f1f2a7c10")


def key_in(request: Request) -> str | None:
    """The key, without the quotes that the IETF's draft wants around it and that many leave out. Raises ApiError."""
    given = request.headers.getlist(HEADER)
    if not given:
        return None
    key = _unquoted(given[0])
    if len(given) > 1 or not (1 <= len(key) <= MAX_CHARACTERS and key.isascii() and key.isprintable()):
        raise bad_field(HEADER, f"expected one text of 1 to {MAX_CHARACTERS} printable ASCII characters")
    return key


def request_id_of(person: Person, key: str) -> str:
    """The same person's same key is the same request."""
    return str(uuid5(NAMESPACE, f"{person.person_id} {key}"))


def key_reused() -> ApiError:
    return ApiError(422, "key_reused", f"{HEADER}: this key asked for something else before; take a new one", HEADER)


class InWork:
    """What is being answered, and what the newest MAX_KEPT ids asked for. Lives on one event loop."""

    def __init__(self) -> None:
        self._now: set[str] = set()
        self._asked: OrderedDict[str, Hashable] = OrderedDict()

    @contextmanager
    def hold(self, request_id: str, asked: Hashable) -> Generator[None]:
        """Raises ApiError 409 where the same id is being answered already, 422 where it asked for something else."""
        if request_id in self._now:
            text = f"{HEADER}: a request with this key is being answered; ask again in a moment"
            raise ApiError(409, "in_work", text, HEADER, retry=True)
        if self._asked.setdefault(request_id, asked) != asked:
            raise key_reused()
        while len(self._asked) > MAX_KEPT:
            self._asked.popitem(last=False)
        self._now.add(request_id)
        try:
            yield
        finally:
            self._now.discard(request_id)


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            inner = json.loads(text)
        except ValueError:
            return ""
        return inner if isinstance(inner, str) else ""
    return text
