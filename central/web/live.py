"""Parts of pages that change by themselves: written once for all who look at the same, and sent as they change.

A part is a fragment of HTML with an id; the browser morphs it in, so that focus and order stay. Whoever adds one gives
its template and what it reads in `parts.py`.
"""

import hashlib
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from central.api.context import Context
from central.api.errors import ApiError
from central.api.followers import Follower, Followers
from central.outbound.insight.visits import FirstAttempts
from central.people.register import Person

BEAT_S = 2  # the browser calls a page stale after 5 s without a word
WAIT_S = 60.0
DIGEST_CHARACTERS = 16


class PartKey(NamedTuple):
    """Those who have the same key see the same. `part`: its name. `subject`: what it is about, such as a session.

    `viewer`: what makes it another for some: the sites that an operator serves; "" where all see the same.
    """

    part: str
    subject: str
    language: str
    viewer: str = ""


@dataclass(frozen=True)
class Shown:
    """A part as it is now. `is_final`: it will not change any more. What is sent of it is made once for all."""

    html: str
    is_final: bool = False

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.html.encode()).hexdigest()[:DIGEST_CHARACTERS]

    @cached_property
    def event(self) -> bytes:
        """As it goes over the stream: an overview of 100 posts has two thousand lines."""
        return ServerSentEvent(self.html, id=self.digest).encode()


def _unknown(sites: Collection[str] | None, since_ms: int) -> FirstAttempts | None:
    del sites, since_ms
    return None


def _never(values: Mapping[str, Any]) -> bool:
    del values
    return False


class Beside(NamedTuple):
    """What parts show that is not in the books. `first_attempts`: of insight, at these sites (None: all) since then."""

    currency: str
    first_attempts: Callable[[Collection[str] | None, int], FirstAttempts | None] = _unknown


class Part(NamedTuple):
    """`read`: what its template shows, or None where there is no such thing. `is_final`: whether that is the last."""

    template: str
    read: Callable[[Connection, PartKey, Beside], Mapping[str, Any] | None]
    is_final: Callable[[Mapping[str, Any]], bool] = _never


def follow(
    request: Request, followers: Followers[PartKey, Shown], context: Context, key: PartKey, now: Shown,
    viewer: Person | None,
) -> EventSourceResponse:  # fmt: skip
    """`now`: the part as it is; not told again to a browser that has it. `viewer`: the stream ends with his token.

    Raises ApiError 503 where too many follow.
    """
    if followers.is_full:
        raise ApiError(503, "too_many_followers", "too many follow already; look again in a while", retry=True)
    known = request.headers.get("last-event-id")

    async def stream() -> AsyncGenerator[ServerSentEvent | bytes]:
        with followers.follow(key) as follower, _held(follower):
            async for event in _events(follower, now, known):
                yield event

    def _held(follower: Follower[Shown]) -> AbstractContextManager[None]:
        return nullcontext() if viewer is None else context.revocation.watch(viewer, follower.end)

    return EventSourceResponse(stream(), ping=BEAT_S, ping_message_factory=_beat)


async def _events(follower: Follower[Shown], now: Shown, known: str | None) -> AsyncGenerator[ServerSentEvent | bytes]:
    follower.show(now)
    while not follower.has_ended:
        shown = await follower.next(WAIT_S)
        if shown is None:
            continue
        if shown.digest != known:
            yield shown.event
        known = None
        if shown.is_final:
            yield ServerSentEvent("", event="ended")
            return


def _beat() -> ServerSentEvent:
    return ServerSentEvent("", event="beat")
