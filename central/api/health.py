"""What this server is, and whether it can work."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from central.api.access import GuardedRoute
from central.api.context import context_of
from central.api.log_writer import OTHER_LOG
from central.api.told import NO_LOG, Told
from central.store.log_identity import read_clock
from central.store.version import version_of
from eventlog.clock import APART_MS, apart_text

_LOGS = {"log_away": "away", OTHER_LOG: "another than the books were folded from"}


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
    trouble = await context.log.trouble()
    log = "open" if trouble is None else _LOGS[trouble.code]
    if trouble is not None and trouble.code == OTHER_LOG:
        alarms.append(trouble.message)
    return JSONResponse({"status": "ok", "tables": version, "log": log, "alarms": alarms})


async def live(request: Request) -> Response:
    """Whether the process answers at all: who restarts it asks here, and a database that is away restarts nothing."""
    del request
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """Whether requests are worth sending here: the database can be read, and the log takes what is asked.

    Raises ApiError 503.
    """
    context = context_of(request)
    await context.read(version_of)
    trouble = await context.log.trouble()
    if trouble is not None:
        raise trouble
    return JSONResponse({"status": "ok", "database": "open", "log": "open"})


ROUTES = [
    GuardedRoute("GET", "/v1", root, None, Told("What this server is.", "Root")),
    GuardedRoute("GET", "/health", health, None, Told("What this server can do now, and what is wrong.", "Health")),
    GuardedRoute("GET", "/health/live", live, None, Told("Whether this process answers.", "Alive")),
    GuardedRoute(
        "GET", "/health/ready", ready, None,
        Told("Whether requests are worth sending here.", "Ready", errors=NO_LOG),
    ),
]  # fmt: skip
