"""The one application: the API's routes and the pages', and what they share."""

from collections.abc import Collection, Sequence

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect

from central.api.changes import changes_of
from central.api.context import Context, Pending, charges_of, now_ms
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
from central.api.routes import ROUTES
from central.api.tries import Tries
from central.people.register import those_that_hold
from central.store.database import Database
from central.views.charge import Charge, is_same
from central.views.queries import ChargeKey


def make_app(database: Database, people: Database, log: LogWriter, sites: Sites, currency: str) -> Starlette:
    def read(keys: Sequence[ChargeKey]) -> dict[ChargeKey, Charge]:
        with database.reader.connect() as connection:
            return dict(charges_of(connection, keys, currency))

    def holding(hashes: Collection[str]) -> set[str]:
        with people.reader.connect() as connection:
            return those_that_hold(connection, hashes, now_ms())

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
    followers = Followers(read, is_same, lambda: changes_of(database.reader))
    app.state.context = Context(
        database, people, log, followers, Pending(), Revocation(holding), Tries(), currency
    )
    return app
