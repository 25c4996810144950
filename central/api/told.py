"""What is said of each route beside it: the description of the API is made of it, and bodies are judged by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from wire.check import check_field
from wire.kinds.fields import Field
from wire.kinds.log import KINDS

from central.api.errors import ApiError, bad_field
from central.api.fields import decimal_price
from central.api.guard import read_object
from central.model.records import Message

MOST_DIGITS = 18
JSON = "application/json"
NO_LOG = ((503, "log_away"), (503, "other_log"))  # of whatever appends to the log, or reads it


@dataclass(frozen=True)
class Told:
    """`does`: one sentence. `answer`: a schema of central/api/answers.py, under one of `statuses`. `body`: its fields;
    None: there is none. `query`: what may stand after the `?`. `errors`: status and code of what it may refuse beside
    what every route may. `takes_key`: an Idempotency-Key. `media`: what the
    answer is written in; what is no JSON is text.
    `more_of_body`: what a JSON schema must say of it beside its fields.
    """

    does: str
    answer: str
    body: tuple[Field, ...] | None = None
    query: tuple[Field, ...] = ()
    statuses: tuple[int, ...] = (200,)
    errors: tuple[tuple[int, str], ...] = ()
    is_stream: bool = False
    takes_key: bool = False
    media: str = JSON
    more_of_body: Mapping[str, Any] = field(default_factory=dict[str, Any])


def of_kind(kind: str) -> tuple[Field, ...]:
    """The fields of a kind of message, as a body of the API has them."""
    return tuple(each for each in KINDS[kind].fields if each.name not in ("type", "v"))


def query_of(request: Request, fields: tuple[Field, ...]) -> Message:
    """What stands after the `?`, each field as its row wants it, whole numbers as such. Raises ApiError."""
    rows = {each.name: each for each in fields}
    asked: Message = {}
    for name, text in request.query_params.multi_items():
        if name not in rows:
            known = ", ".join(rows) or "nothing"
            raise ApiError(400, "unknown_field", f"{name[:64]}: expected only {known}", name[:64])
        if name in asked:
            raise bad_field(name, "expected it once")
        is_number = rows[name].sort == "int" and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
        asked[name] = int(text) if is_number else text
    return judged(asked, fields)


def judged(told: Message, fields: tuple[Field, ...]) -> Message:
    """Raises ApiError where a field is not as its row wants it."""
    for each in fields:
        wrong = check_field(told, each)
        if wrong is not None:
            raise ApiError(400, wrong[0], f"{each.name}: {wrong[1]}", each.name)
    return told


async def body_of(request: Request, fields: tuple[Field, ...]) -> Message:
    """The JSON object in the body, each field as its row wants it. Raises ApiError."""
    return judged(whole(decimal_price(await read_object(request, [each.name for each in fields])), fields), fields)


def whole(body: Message, fields: tuple[Field, ...]) -> Message:
    """The body with 5.0 as 5 where a whole number is asked for: to JSON both are the same."""
    numbers = {each.name for each in fields if each.sort == "int"}
    return {
        name: int(value) if name in numbers and isinstance(value, float) and value.is_integer() else value
        for name, value in body.items()
    }
