"""`/ops/dead`: what could not be understood, why, and who said it. Read from the log, not from the books."""

from starlette.requests import Request
from starlette.responses import Response
from wire.kinds import DEAD
from wire.kinds.fields import Field

from central.api.context import context_of
from central.api.errors import ApiError
from central.api.paging import PAGING, place_of
from central.api.told import query_of
from central.people.roles import SEE_ALL
from central.store.paging import cursor_of
from central.views.dead_letters import read_before, shown_letter
from central.web.access import PageRoute, person_at
from central.web.cookies import keep_choice
from central.web.ops.frame import ops_page
from central.web.ops.watch import dead_of

PATH = "/ops/dead"
ON_A_PAGE = 50
SHOWN_CHARACTERS = 2_000  # of what was said
SEEN = "dead_seen"  # a cookie: how many there were when somebody last looked
FIELDS: tuple[Field, ...] = PAGING


async def show(request: Request) -> Response:
    """They are of no site, but of all. Raises ApiError."""
    if person_at(request).sites is not None:
        raise ApiError(404, "not_found", "there is nothing here")
    asked, context = query_of(request, FIELDS), context_of(request)
    count = await context.log.read(lambda log: log.partitions(DEAD))
    after = place_of(PATH, (int,) * count, asked)
    before = {} if after is None else {number: int(offset) for number, offset in enumerate(after)}
    limit: int = asked.get("limit", ON_A_PAGE)
    letters, left = await context.log.read(lambda log: read_before(log, limit, before))
    cursor = cursor_of(PATH, None if left is None else tuple(left[number] for number in range(count)))
    answer = ops_page(
        request, "ops/dead.html", letters=[shown_letter(each) for each in letters], is_first=after is None,
        next_page=None if cursor is None else f"?cursor={cursor}", most=SHOWN_CHARACTERS,
    )  # fmt: skip
    if after is None:
        keep_choice(request, answer, SEEN, str((await context.log.read(dead_of)).total))
    return answer


def seen_in(request: Request) -> int:
    text = request.cookies.get(SEEN, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


ROUTES = [PageRoute("GET", PATH, show, SEE_ALL)]
