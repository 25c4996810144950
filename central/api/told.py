"""What is said of each route beside it: the description of the API is made of it, and bodies are judged by it."""

from dataclasses import dataclass

from starlette.requests import Request
from wire.check import check_field
from wire.kinds.fields import Field
from wire.kinds.log import KINDS

from central.api.errors import ApiError
from central.api.fields import decimal_price
from central.api.guard import read_object
from central.model.records import Message


@dataclass(frozen=True)
class Told:
    """`does`: one sentence. `answer`: a schema of central/api/answers.py, under one of `statuses`. `body`: its fields;
    None: there is none. `query`: what may stand after the `?`. `errors`: status and code of what it may refuse beside
    what every route may. `takes_key`: an Idempotency-Key.
    """

    does: str
    answer: str
    body: tuple[Field, ...] | None = None
    query: tuple[Field, ...] = ()
    statuses: tuple[int, ...] = (200,)
    errors: tuple[tuple[int, str], ...] = ()
    is_stream: bool = False
    takes_key: bool = False


def of_kind(kind: str) -> tuple[Field, ...]:
    """The fields of a kind of message, as a body of the API has them."""
    return tuple(each for each in KINDS[kind].fields if each.name not in ("type", "v"))


async def body_of(request: Request, fields: tuple[Field, ...]) -> Message:
    """The JSON object in the body, each field as its row wants it. Raises ApiError."""
    body = decimal_price(await read_object(request, [each.name for each in fields]))
    for each in fields:
        wrong = check_field(body, each)
        if wrong is not None:
            raise ApiError(400, wrong[0], f"{each.name}: {wrong[1]}", each.name)
    return body
