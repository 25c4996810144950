"""The operator's pages that change by themselves: the overview, and a charge point's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from wire.ids import is_id

from central.api.context import context_of
from central.api.errors import ApiError, no_point
from central.people.roles import SEE_ALL
from central.web.access import PageRoute, person_at
from central.web.languages import language_of
from central.web.live import PartKey, follow
from central.web.ops import overview, post
from central.web.ops.eyes import eyes_of
from central.web.ops.frame import ops_page
from central.web.ops.history import Event, read_history, read_names
from central.web.ops.plan import plan_at
from central.web.ops.system import system_of
from central.web.ops.words import SESSION_STATES
from central.web.pages import pages_of
from central.web.parts import shown_of, values_of

ASKED = "asked"  # in the address: the id of what was asked for on the page before


async def show_overview(request: Request) -> Response:
    values = await _values(request, _overview(request))
    return ops_page(request, "ops/index.html", **await system_of(request), **await plan_at(request), **values)


async def follow_overview(request: Request) -> Response:
    return await _follow(request, _overview(request))


async def show_post(request: Request) -> Response:
    values, context = await _values(request, _post(request)), context_of(request)
    history = await context.read(lambda connection: read_history(connection, request.path_params["cp_id"]))
    return ops_page(
        request, "ops/post.html", asked=request.query_params.get(ASKED, ""), history=history,
        names=await _names(request, history), session_states=SESSION_STATES, **values,
    )  # fmt: skip


async def follow_post(request: Request) -> Response:
    return await _follow(request, _post(request))


async def _names(request: Request, history: Sequence[Event]) -> Mapping[str, str]:
    """Who they were that asked, by the ids of their tokens."""
    people, by = context_of(request).people, {each.row["by"] for each in history if each.row.get("by")}

    def read() -> Mapping[str, str]:
        with people.reader.connect() as connection:
            return read_names(connection, by)

    return await run_in_threadpool(read) if by else {}


def _overview(request: Request) -> PartKey:
    return PartKey(overview.PART, "", language_of(request), eyes_of(person_at(request)).text)


def _post(request: Request) -> PartKey:
    """Raises ApiError 404 for what can be no charge point's id."""
    cp_id: str = request.path_params["cp_id"]
    asked = request.query_params.get(ASKED, "")
    if not is_id(cp_id):
        raise no_point(cp_id)
    if asked and not is_id(asked):
        raise ApiError(404, "not_found", "there is no such request")
    subject = f"{cp_id} {asked}" if asked else cp_id
    return PartKey(post.PART, subject, language_of(request), eyes_of(person_at(request)).text)


async def _values(request: Request, key: PartKey) -> Mapping[str, Any]:
    """Raises ApiError 404 where there is no such thing for these eyes."""
    context = context_of(request)
    values = await context.read(lambda connection: values_of(connection, key, pages_of(request).beside))
    if values is None:
        raise no_point(key.subject)
    return values


async def _follow(request: Request, key: PartKey) -> Response:
    now = shown_of(key, await _values(request, key))
    return follow(request, pages_of(request).followers, context_of(request), key, now, person_at(request))


ROUTES = [
    PageRoute("GET", "/ops", show_overview, SEE_ALL),
    PageRoute("GET", "/ops/live", follow_overview, SEE_ALL),
    PageRoute("GET", "/ops/posts/{cp_id}", show_post, SEE_ALL),
    PageRoute("GET", "/ops/posts/{cp_id}/live", follow_post, SEE_ALL),
]
