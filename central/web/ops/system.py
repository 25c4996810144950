"""What is wrong with the system itself: a part of `/ops` that is asked for again and again, since no row tells it."""

import time
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from central.api.context import context_of
from central.api.errors import ApiError
from central.people.roles import SEE_ALL
from central.web.access import PageRoute, person_at
from central.web.ops.dead import seen_in
from central.web.ops.eyes import eyes_of
from central.web.ops.overview import shown
from central.web.ops.problems import Problem, Reach, Workings, of_workings, sorted_by_reach
from central.web.ops.watch import Ends, behind, ends_of, read_folded
from central.web.pages import page, pages_of
from eventlog.clock import APART_MS


async def read_system(request: Request) -> list[Problem]:
    context, eyes = context_of(request), eyes_of(person_at(request))
    folded = await context.read(read_folded)
    try:
        ends: Ends | None = await context.log.read(ends_of)
    except ApiError:
        ends = None
    is_open = ends is not None and await context.log.is_usable()
    waiting = 0 if ends is None else behind(ends, folded)
    is_moving = pages_of(request).watch.is_moving(folded, waiting > 0, time.monotonic())
    ahead_ms = max(folded.ahead_ms, context.log.clock.ahead_ms or 0, key=abs)
    dead = 0 if ends is None or eyes.sites is not None else min(ends.dead.kept, ends.dead.total - seen_in(request))
    workings = Workings(is_open, waiting, is_moving, None, ahead_ms, max(0, dead))
    return sorted_by_reach(of_workings(workings, APART_MS))


async def show_urgent(request: Request) -> Response:
    return page(request, "ops/system_urgent.html", **await system_of(request))


async def show_quiet(request: Request) -> Response:
    return page(request, "ops/system_quiet.html", **await system_of(request))


async def system_of(request: Request) -> Mapping[str, Any]:
    """As templates show it: what stops somebody, and what does not."""
    may_act, found = eyes_of(person_at(request)).may_act, await read_system(request)
    return {
        "urgent": [shown(each, may_act) for each in found if each.reach != Reach.NOBODY],
        "quiet": [shown(each, may_act) for each in found if each.reach == Reach.NOBODY],
    }


ROUTES = [
    PageRoute("GET", "/ops/system/urgent", show_urgent, SEE_ALL),
    PageRoute("GET", "/ops/system/quiet", show_quiet, SEE_ALL),
]
