"""The HTTP API, version 1: reads the tables, appends requests to the log, writes nothing but names."""

from collections.abc import Collection, Sequence

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from central.api import charge_points, charges, drivers, own_data, sign_in
from central.api.access import GuardedRoute
from central.api.changes import changes_of
from central.api.context import Context, Pending, charges_of, context_of, now_ms
from central.api.errors import (
    ApiError,
    answer_api_error,
    answer_database_error,
    answer_gone,
    answer_http_error,
    answer_mistake,
)
from central.api.followers import Followers
from central.api.guard import Guard, Sites
from central.api.log_writer import LogWriter
from central.api.revocation import Revocation
from central.api.tries import Tries
from central.people.register import those_that_hold
from central.store.database import Database
from central.store.log_identity import read_clock
from central.store.version import version_of
from central.views.charge import Charge
from central.views.queries import ChargeKey
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
    GuardedRoute("GET", "/", root, None),
    GuardedRoute("GET", "/health", health, None),
    *sign_in.ROUTES,
    *drivers.ROUTES,
    *own_data.ROUTES,
    *charge_points.ROUTES,
    *charges.ROUTES,
]


def make_app(database: Database, people: Database, log: LogWriter, sites: Sites, currency: str) -> Starlette:
    def read(keys: Sequence[ChargeKey]) -> dict[ChargeKey, Charge]:
        with database.reader.connect() as connection:
            return dict(charges_of(connection, keys, currency))

    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Guard, sites=sites)],
        exception_handlers={
            ApiError: answer_api_error,
            ClientDisconnect: answer_gone,
            HTTPException: answer_http_error,
            SQLAlchemyError: answer_database_error,
            Exception: answer_mistake,
        },
    )
    def holding(hashes: Collection[str]) -> set[str]:
        with people.reader.connect() as connection:
            return those_that_hold(connection, hashes, now_ms())

    followers = Followers(read, lambda: changes_of(database.reader))
    app.state.context = Context(
        database, people, log, followers, Pending(), Revocation(holding), Tries(), currency
    )
    return app
