"""Who may ask, and with what: the API has no tokens yet, so it answers only what this machine's own programs send.

A `Host` other than its own is refused (a page of the web cannot bind its name to this address), and so is any foreign
`Origin`, and every body that is not JSON (a form of a foreign page never is).
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from wire.frame import FrameError, parse

from central.api.errors import ApiError

MAX_BODY_BYTES = 16 * 1024
BODY_TIMEOUT_S = 10.0
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Hosts:
    """`names`: what the API may be called. `port`: its port; None where it is published under another one."""

    names: frozenset[str]
    port: int | None

    def has(self, authority: str) -> bool:
        """Whether `host[:port]` is this API."""
        try:
            parts = urlsplit(f"//{authority}")
            name, port = parts.hostname, parts.port
        except ValueError:
            return False
        plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
        return plain and name in self.names and self.port in (None, port or 80)


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            wrong = self._wrong(Headers(scope=scope))
            if wrong is not None:
                await wrong.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _wrong(self, headers: Headers) -> ApiError | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._hosts.has(hosts[0]):
            return ApiError(421, "wrong_host", "the Host header does not name this API", "Host")
        for origin in headers.getlist("origin"):
            scheme, separator, authority = origin.partition("://")
            if scheme != "http" or not separator or not self._hosts.has(authority):
                return ApiError(403, "foreign_origin", "requests from other sites are refused", "Origin")
        return None


async def read_object(request: Request, fields: Iterable[str]) -> dict[str, object]:
    """The JSON object in the body, with no field but these. Raises ApiError."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise ApiError(415, "not_json", "expected Content-Type: application/json", "Content-Type")
    try:
        body = parse(await _read_body(request))
    except FrameError as error:
        raise ApiError(400, error.code, error.text) from error
    known = tuple(fields)
    unknown = next((name for name in body if name not in known), None)
    if unknown is not None:
        shown = unknown[:64]
        raise ApiError(400, "unknown_field", f"{shown}: expected only {', '.join(known)}", shown)
    return {name: value for name, value in body.items() if value is not None}


async def _read_body(request: Request) -> bytes:
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
