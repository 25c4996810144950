"""What this server is, and whether it can work."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from central.api.access import GuardedRoute
from central.api.context import context_of
from central.store.log_identity import read_clock
from central.store.version import version_of
from eventlog.clock import APART_MS, apart_text


async def root(request: Request) -> Response:
    del request
    return JSONResponse({"name": "wattline-central", "versions": ["v1"], "health": "/health"})


async def health(request: Request) -> Response:
    """503 where the database cannot be read; the log being away is told, and stops no reading.

    `alarms`: texts for whoever watches; the clocks of the log and of its hosts should never be apart.
    """
    context = context_of(request)
    version = await context.read(version_of)
    clocks = {"the worker's host": await context.read(read_clock), "the API's host": context.log.clock.ahead_ms}
    alarms = [apart_text(ahead, host) for host, ahead in clocks.items() if ahead and abs(ahead) > APART_MS]
    log = "open" if await context.log.is_usable() else "away"
    return JSONResponse({"status": "ok", "tables": version, "log": log, "alarms": alarms})


ROUTES = [
    GuardedRoute("GET", "/v1", root, None),
    GuardedRoute("GET", "/health", health, None),
]
