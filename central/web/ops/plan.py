"""A plan of each site on `/ops`, drawn by us from where its charge points stand: a file of the operator's (SITE_PLAN)
says it in per cent, as CSV. No picture is taken from anybody. A list beside it says the same in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from central.api.context import context_of
from central.people.roles import SEE_ALL
from central.web.access import PageRoute, person_at
from central.web.ops.eyes import eyes_of
from central.web.ops.facts import PostFacts, read_posts
from central.web.ops.places import WHOLE, Place
from central.web.ops.words import POINT_STATES, StateWord
from central.web.pages import page, pages_of

WIDTH, HEIGHT, MARGIN = 360, 240, 24  # of the drawing
# Of a state's look: its shape around 0,0, the same as before its word (static/app.css).
SHAPES: Mapping[str, str] = {
    "ready": "M-7,0a7,7 0 1,0 14,0a7,7 0 1,0 -14,0z",
    "charging": "M-3,-9h6v18h-6z",
    "waiting": "M0,-9L9,0L0,9L-9,0z",
    "fault": "M0,-9L9,7H-9z",
    "offline": "M-7,-7h14v14h-14z",
}


@dataclass(frozen=True)
class Dot:
    """A charge point as it is drawn. `number`: by which the list beside the drawing names it."""

    number: int
    cp_id: str
    location: str
    x: float
    y: float
    state: StateWord

    @property
    def shape(self) -> str:
        return SHAPES[self.state.look]


@dataclass(frozen=True)
class SitePlan:
    """`site`: its name; "" where it has none."""

    site: str
    dots: Sequence[Dot]


def plans_of(posts: Sequence[PostFacts], places: Mapping[str, Place]) -> list[SitePlan]:
    """Of each site that has a charge point with a place. `posts`: by site, as `read_posts` gives them."""
    placed = [each for each in posts if each.cp_id in places]
    return [
        SitePlan(site, [_dot(number, each, places[each.cp_id]) for number, each in enumerate(there, 1)])
        for site, there in groupby(placed, key=lambda each: each.site)
    ]


def _dot(number: int, post: PostFacts, place: Place) -> Dot:
    x = MARGIN + place.x * (WIDTH - 2 * MARGIN) / WHOLE
    y = MARGIN + place.y * (HEIGHT - 2 * MARGIN) / WHOLE
    return Dot(number, post.cp_id, post.location, round(x, 1), round(y, 1), POINT_STATES[post.status])


async def plan_at(request: Request) -> Mapping[str, Any]:
    """As its template shows it, for the eyes that look."""
    places, sites = pages_of(request).places, eyes_of(person_at(request)).sites
    posts = await context_of(request).read(lambda it: read_posts(it, sites)) if places else []
    return {"plans": plans_of(posts, places), "plan_size": (WIDTH, HEIGHT)}


async def show(request: Request) -> Response:
    return page(request, "ops/plan.html", **await plan_at(request))


ROUTES = [PageRoute("GET", "/ops/plan", show, SEE_ALL)]
