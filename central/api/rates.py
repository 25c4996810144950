"""How many requests somebody may make: a token, and an address, has a bucket that fills at a steady rate.

A burst may empty it; what comes then is told when to come back. Both buckets must have one left. Loopback has none of
its own: the programs of this machine, and a reverse proxy that does not say for whom it asks.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from central.api.errors import ApiError
from runtime.tokens import id_of, sha256_of

BURST_S = 10  # a bucket holds as many as come in this time
MAX_KEPT = 10_000  # buckets; the one that was used longest ago goes first, and would be full again soon
NOT_COUNTED = ("/health",)  # whoever watches this server must not be told to wait


class Rate(NamedTuple):
    """Requests a second, of one token and of one address; 0: no limit."""

    per_token: int
    per_address: int


UNLIMITED = Rate(0, 0)


class Buckets:
    def __init__(self, per_s: int) -> None:
        self._per_s = per_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how many, and when that was

    def wait_s(self, who: str, now_s: float) -> float:
        """How long until there is one to take; 0: now."""
        return max(0.0, (1.0 - self._filled(who, now_s)) / self._per_s) if self._per_s else 0.0

    def take(self, who: str, now_s: float) -> None:
        if not self._per_s:
            return
        self._left[who] = (self._filled(who, now_s) - 1.0, now_s)
        self._left.move_to_end(who)
        while len(self._left) > MAX_KEPT:
            self._left.popitem(last=False)

    def _filled(self, who: str, now_s: float) -> float:
        most = float(self._per_s * BURST_S)
        left, at_s = self._left.get(who, (most, now_s))
        return min(most, left + (now_s - at_s) * self._per_s)


class Rates:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, rate: Rate, now_s: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._now_s = now_s
        self._of_tokens = Buckets(rate.per_token)
        self._of_addresses = Buckets(rate.per_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(NOT_COUNTED):
            wait_s = self._wait_s(scope)
            if wait_s > 0:
                seconds = math.ceil(wait_s)
                text = f"too many requests; come again in {seconds} s"
                refused = ApiError(429, "too_many_requests", text, headers={"Retry-After": str(seconds)})
                await refused.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _wait_s(self, scope: Scope) -> float:
        """0 where there is one of each, which then is taken."""
        now_s = self._now_s()
        asked = [(self._of_addresses, address) for address in _addresses(scope)]
        asked += [(self._of_tokens, id_of(sha256_of(token))) for token in Headers(scope=scope).getlist("authorization")]
        wait_s = max((buckets.wait_s(who, now_s) for buckets, who in asked), default=0.0)
        if wait_s == 0:
            for buckets, who in asked:
                buckets.take(who, now_s)
        return wait_s


def _addresses(scope: Scope) -> list[str]:
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return []
    if address.is_loopback:
        return []
    # A household or a depot has a /64, and could draw a new address for each request.
    return [str(ipaddress.ip_network(f"{host}/64", strict=False) if address.version == 6 else address)]
