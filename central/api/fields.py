"""What may stand in bodies and queries: the table of kinds judges it, and a few bounds of the API's own."""

from starlette.requests import Request
from wire.check import check
from wire.ids import ID_RULE, is_id
from wire.ids import parse as parse_board_id

from central.api.errors import ApiError, bad_field
from central.model.names import NAME_RULE, is_name
from central.model.records import Message
from central.money.formats import price_e4
from runtime.tokens import TOKEN_RULE, is_token


def checked(message: Message) -> Message:
    """The message, if the table of kinds admits it. Raises ApiError."""
    problem = check(message)
    if problem is not None:
        raise ApiError(400, problem.code, problem.text, problem.field)
    if parse_board_id(message["message_id"]) is not None:
        raise bad_field("message_id", "expected an id of your own, such as a UUID, not one of a board's form")
    return message


def decimal_price(body: Message) -> Message:
    """The body with its price as a number; it may come as the text that was shown. Raises ApiError."""
    shown = body.get("price_per_kwh")
    if not isinstance(shown, str):
        return body
    try:
        return {**body, "price_per_kwh": price_e4(shown) / 10_000}
    except ValueError as error:
        raise bad_field("price_per_kwh", str(error)) from error


def username_of(body: Message) -> str:
    """Raises ApiError."""
    name = body.get("username")
    if name is None:
        raise ApiError(400, "missing_field", "username: it is required", "username")
    if not isinstance(name, str) or not is_name(name):
        raise bad_field("username", f"expected {NAME_RULE}")
    return name.strip()


def token_of(body: Message) -> str | None:
    """The token that the client made itself, if it brings one. Raises ApiError."""
    token = body.get("token")
    if token is not None and not (isinstance(token, str) and is_token(token)):
        raise bad_field("token", f"expected {TOKEN_RULE}; leave it out to be given one")
    return token


def driver_in_query(request: Request) -> str | None:
    """The driver_id that the query names, if it does. Raises ApiError."""
    driver_id = request.query_params.get("driver_id")
    if driver_id is not None and not is_id(driver_id):
        raise bad_field("driver_id", f"expected {ID_RULE}")
    return driver_id
