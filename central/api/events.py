"""What changes, as server-sent events: one charge until it has ended; all charge points, for who operates them.

An event's id names the state that it told, by its content: so whoever comes back with `Last-Event-ID` is told only what
is news, whichever process he comes to, and nothing need be remembered of him.
"""

import hashlib
import json
from collections.abc import AsyncGenerator
from typing import TypeVar

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from central.api.context import Context
from central.api.errors import ApiError
from central.api.followers import Follower
from central.people.register import Person
from central.views.charge import Charge, is_final, lasting
from central.views.overview import Points, lasting_points
from central.views.queries import ChargeKey

COMMENT_INTERVAL_S = 5
WAIT_S = 60.0  # between two looks at what does not change; comments go out meanwhile
LAST_EVENT_ID = "Last-Event-ID"
_ID_CHARACTERS = 16

T = TypeVar("T")


def last_event_id(request: Request) -> str | None:
    """Whatever it is: one that was never given names no state."""
    return request.headers.get(LAST_EVENT_ID)


def id_of_state(state: object) -> str:
    """The same for equal states."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:_ID_CHARACTERS]


def follow_charge(context: Context, key: ChargeKey, now: Charge, person: Person, last_id: str | None) -> Response:
    """`now`: the charge as it is, the first event, unless `last_id` is its. `person`: who asks; the stream ends with
    his token. 204 where the last event was told: programs that follow by the standard then come back no more.

    Raises ApiError 503 where too many follow.
    """
    is_known = last_id == id_of_state(lasting(now))
    if is_known and is_final(now):
        return Response(status_code=204)
    _check_room(context.followers.is_full)

    async def stream() -> AsyncGenerator[ServerSentEvent]:
        with context.followers.follow(key) as follower, context.revocation.watch(person, follower.end):
            async for charge in _changes(follower, now, is_known=is_known):
                yield ServerSentEvent(json.dumps(charge), event="charge", id=id_of_state(lasting(charge)))
                if is_final(charge):
                    return

    return EventSourceResponse(stream(), ping=COMMENT_INTERVAL_S)


def follow_points(context: Context, now: Points, person: Person, last_id: str | None) -> Response:
    """`charge_point` for each that is new or differs, and `removed` for each that is gone: at first for all, unless
    `last_id` names that state. The id stands at the last event of each change.

    Raises ApiError 503 where too many follow.
    """
    _check_room(context.point_followers.is_full)

    async def stream() -> AsyncGenerator[ServerSentEvent]:
        is_known = last_id == id_of_state(lasting_points(now))
        told: Points = now if is_known else {}
        with context.point_followers.follow(person.sites) as follower, context.revocation.watch(person, follower.end):
            async for points in _changes(follower, now, is_known=is_known):
                events = _differences(told, points)
                for number, (event, data) in enumerate(events, 1):
                    state = id_of_state(lasting_points(points)) if number == len(events) else None
                    yield ServerSentEvent(json.dumps(data), event=event, id=state)
                told = points

    return EventSourceResponse(stream(), ping=COMMENT_INTERVAL_S)


def _differences(told: Points, points: Points) -> list[tuple[str, dict[str, object]]]:
    before, now = lasting_points(told), lasting_points(points)
    changed = [("charge_point", points[cp_id]) for cp_id in points if before.get(cp_id) != now[cp_id]]
    return changed + [("removed", {"cp_id": cp_id}) for cp_id in told if cp_id not in points]


def _check_room(is_full: bool) -> None:
    if is_full:
        raise ApiError(503, "too_many_followers", "too many follow already; ask again later", retry=True)


async def _changes(follower: Follower[T], now: T, *, is_known: bool) -> AsyncGenerator[T]:
    if is_known:
        follower.has_seen(now)
    else:
        follower.show(now)
    while not follower.has_ended:
        value = await follower.next(WAIT_S)
        if value is not None:
            yield value
