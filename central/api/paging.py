"""How a page of a list is asked for: how many rows, and behind which."""

from wire.kinds.fields import may

from central.api.errors import bad_field
from central.model.records import Message
from central.store.paging import MAX_CURSOR, After, BadCursor, after_of

LIMIT, MOST = 50, 500
PAGING = (may("limit", "int", 1, MOST), may("cursor", "text", 1, MAX_CURSOR))


def place_of(name: str, sorts: tuple[type, ...], asked: Message) -> After | None:
    """Where the page that is asked for begins. Raises ApiError for a cursor that this list did not give."""
    cursor = asked.get("cursor")
    if cursor is None:
        return None
    try:
        return after_of(name, cursor, sorts)
    except BadCursor:
        raise bad_field("cursor", "expected the `next` of a page of this list") from None
