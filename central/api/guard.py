"""From where it may be asked: by the names that the API has, and by no page of another site.

A `Host` other than its own is refused (a page of the web cannot bind its name to this address), and so is any foreign
`Origin`, and every body that is not JSON (a form of a foreign page never is). Who asks is access.py's business.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from wire.frame import FrameError, parse

from central.api.errors import ApiError
from runtime.values import DEFAULT_PORTS, Url

MAX_BODY_BYTES = 16 * 1024
BODY_TIMEOUT_S = 10.0
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class Site(NamedTuple):
    """Where the API is: `http`, `localhost`, 8080."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True)
class Sites:
    """All that the API is known as."""

    own: frozenset[Site]

    @classmethod
    def of(cls, host: str, port: int, public: Url | None) -> "Sites":
        """`host`, `port`: where it listens. `public`: what people call it."""
        listened = {Site("http", name, port) for name in (*LOOPBACK_NAMES, host.lower())}
        return cls(frozenset(listened | ({Site(*public)} if public else set())))

    def has_host(self, authority: str) -> bool:
        """Whether a Host header's `host[:port]` is one of them; a reverse proxy may have taken the scheme away."""
        return any(self.has_origin(f"{scheme}://{authority}") for scheme in DEFAULT_PORTS)

    def has_origin(self, origin: str) -> bool:
        try:
            parts = urlsplit(origin)
            port = parts.port or DEFAULT_PORTS[parts.scheme]
        except (ValueError, KeyError):
            return False
        if origin != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
            return False
        return (parts.scheme, parts.hostname, port) in self.own


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, sites: Sites) -> None:
        self._app = app
        self._sites = sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            wrong = self._wrong(Headers(scope=scope))
            if wrong is not None:
                await wrong.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _wrong(self, headers: Headers) -> ApiError | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._sites.has_host(hosts[0]):
            return ApiError(421, "wrong_host", "the Host header does not name this API", "Host")
        for origin in headers.getlist("origin"):
            if not self._sites.has_origin(origin):
                return ApiError(403, "foreign_origin", "requests from other sites are refused", "Origin")
        return None


async def read_object(request: Request, fields: Iterable[str]) -> dict[str, object]:
    """The JSON object in the body, with no field but these. Raises ApiError."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise ApiError(415, "not_json", "expected Content-Type: application/json", "Content-Type")
    try:
        body = parse(await read_body(request))
    except FrameError as error:
        raise ApiError(400, error.code, error.text) from error
    known = tuple(fields)
    unknown = next((name for name in body if name not in known), None)
    if unknown is not None:
        shown = unknown[:64]
        raise ApiError(400, "unknown_field", f"{shown}: expected only {', '.join(known)}", shown)
    return {name: value for name, value in body.items() if value is not None}


async def read_body(request: Request) -> bytes:
    """Raises ApiError 413 where it is too large, 408 where it does not come."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise ApiError(413, "too_large", f"a body of at most {MAX_BODY_BYTES} bytes is accepted")
    except TimeoutError as error:
        raise ApiError(408, "too_slow", f"the body did not arrive within {BODY_TIMEOUT_S:g} s") from error
    return bytes(body)
