"""A charge as it changes, as server-sent events: `charge` with the charge object, until it has ended."""

import json
from collections.abc import AsyncGenerator

from sse_starlette import EventSourceResponse, ServerSentEvent

from central.api.context import Context
from central.api.errors import ApiError
from central.api.followers import Follower
from central.people.register import Person
from central.views.charge import Charge, is_final
from central.views.queries import ChargeKey

COMMENT_INTERVAL_S = 5
WAIT_S = 60.0  # between two looks at a charge that does not change; comments go out meanwhile


def follow_charge(context: Context, key: ChargeKey, now: Charge, person: Person) -> EventSourceResponse:
    """`now`: the charge as it is, the first event. `person`: who asks; the stream ends with his token.

    Raises ApiError 503 where too many follow.
    """
    if context.followers.is_full:
        raise ApiError(503, "too_many_followers", "too many follow already; ask for the charge itself", retry=True)

    async def stream() -> AsyncGenerator[ServerSentEvent]:
        with context.followers.follow(key) as follower, context.revocation.watch(person, follower.end):
            async for charge in _changes(follower, now):
                yield ServerSentEvent(json.dumps(charge), event="charge")

    return EventSourceResponse(stream(), ping=COMMENT_INTERVAL_S)


async def _changes(follower: Follower[Charge], now: Charge) -> AsyncGenerator[Charge]:
    follower.show(now)
    while not follower.has_ended:
        charge = await follower.next(WAIT_S)
        if charge is not None:
            yield charge
            if is_final(charge):
                return
