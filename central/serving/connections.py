"""Who may stay connected to the API, so that connections which ask nothing keep nobody out.

uvicorn closes a connection that is silent after a request, but waits for ever for the first one, and for the rest of
one that was begun; and its limit counts connections, whatever they do. Here a request must be complete soon, and where
there is no room a connection that asks nothing makes room for a new one: first one that never asked, the oldest first.
An address has a share, so that one machine cannot take every place. A connection whose request is in work is never
closed for another.
"""

import asyncio
import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from central.api.errors import ApiError

MAX_CONNECTIONS = 1_000  # followers among them
MAX_PER_ADDRESS = 800  # all drivers of one machine or one gateway, and 500 may follow
REQUEST_WITHIN_S = 10.0  # from the connection, or the request's first byte, to the end of its headers
STALLED_AFTER_S = 30.0  # nothing of an answer was read

logger = logging.getLogger(__name__)


class Connected(Protocol):
    """A connection, as `Places` sees it. `has_asked`: a request was complete at least once."""

    address: str
    has_asked: bool

    @property
    def is_working(self) -> bool: ...

    def give_way(self) -> None: ...


class Places:
    """The connections that are there, in the order in which they came."""

    def __init__(self, total: int = MAX_CONNECTIONS, per_address: int = MAX_PER_ADDRESS) -> None:
        self._total = total
        self._per_address = per_address
        self._here: dict[str, dict[Connected, None]] = {}
        self._count = 0

    def take(self, connection: Connected) -> bool:
        """False where everybody has a request in work, and there is no room for one more."""
        own = self._here.get(connection.address, {})
        if len(own) >= self._per_address:
            crowd: Iterable[Connected] = own
        elif self._count >= self._total:
            crowd = max(self._here.values(), key=len)  # the address that has most gives
        else:
            crowd = ()
        if crowd:
            idle = min((each for each in crowd if not each.is_working), key=lambda each: each.has_asked, default=None)
            if idle is None:
                return False
            self.leave(idle)
            idle.give_way()
        self._here.setdefault(connection.address, {})[connection] = None
        self._count += 1
        return True

    def leave(self, connection: Connected) -> None:
        """Again does nothing."""
        own = self._here.get(connection.address, {})
        if connection in own:
            del own[connection]
            self._count -= 1
            if not own:
                del self._here[connection.address]


class LimitedConfig(uvicorn.Config):
    """uvicorn's, and the places of all connections."""

    def __init__(self, app: Any, places: Places, **more: Any) -> None:
        super().__init__(app, http=LimitedProtocol, **more)
        self.places = places


class LimitedProtocol(H11Protocol):
    """One connection."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        assert isinstance(config, LimitedConfig)
        self._places = config.places
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self.address = ""
        self.has_asked = False

    @property
    def is_working(self) -> bool:
        """Also while its answer is on its way out."""
        cycle: Any = self.cycle  # None before the first request, whatever its annotation says
        is_asked = cycle is not None and not cycle.response_complete
        return is_asked or self.transport.get_write_buffer_size() > 0

    def give_way(self) -> None:
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        if self._places.take(self):
            self._expect_request()
        else:
            transport.write(_FULL)
            transport.close()

    def send_400_response(self, msg: str) -> None:
        """uvicorn's own answer is plain text."""
        logger.debug("%s: %s", self.address, msg)
        self.transport.write(_NO_HTTP)
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(STALLED_AFTER_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._request_came()
        self._read_on()
        self._places.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.is_working:
            self.has_asked = True
            self._request_came()
        else:
            self._expect_request()

    def _expect_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_WITHIN_S, self._too_late)

    def _request_came(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _read_on(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _too_late(self) -> None:
        self._deadline = None
        if not self.is_working:
            logger.debug("%s: no request within %g s; the connection is closed", self.address, REQUEST_WITHIN_S)
            self.transport.abort()


def _last_words(error: ApiError) -> bytes:
    """A whole answer, after which the connection is closed: nobody else writes it."""
    response = error.response()
    first = f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}\r\nConnection: close\r\n".encode()
    headers = [b"%b: %b\r\n" % header for header in response.raw_headers]
    return b"".join([first, *headers, b"\r\n", response.body])


_FULL = _last_words(
    ApiError(503, "too_many_connections", "too many requests are in work; try again", retry=True)
)
_NO_HTTP = _last_words(ApiError(400, "refused", "these bytes are no HTTP/1.1 request"))
