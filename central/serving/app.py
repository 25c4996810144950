"""The one application: the API's routes and the pages', and what they share."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect

from central.api.changes import Changes, Paced, changes_of
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
from central.api.rates import UNLIMITED, Rate, Rates
from central.api.revocation import Revocation
from central.api.tries import Tries
from central.api.unavailable import Unavailable
from central.outbound.insight.months import Months
from central.outbound.insight.visits import FirstAttempts
from central.people.register import those_that_hold
from central.people.sites import Sites as SitesServed
from central.serving.metrics import Metrics
from central.serving.routes import API_ROUTES
from central.store.database import Database
from central.views.charge import Charge, is_same
from central.views.overview import Points, points_at
from central.views.overview import is_same as is_same_points
from central.views.queries import ChargeKey
from central.web.errors import as_page_where_wanted
from central.web.headers import PageHeaders
from central.web.issuer import Oidc
from central.web.live import Beside, PartKey, Shown
from central.web.ops.places import Place
from central.web.pages import Pages
from central.web.parts import read_parts
from central.web.routes import ROUTES as PAGE_ROUTES
from runtime.values import Url

POINTS_EACH_S = 0.5  # all charge points are read at most so often for those who follow them


def make_app(
    database: Database, people: Database, log: LogWriter, sites: Sites, currency: str,
    public: Url | None = None, oidc: Oidc | None = None, plant_speed: int = 1, rate: Rate = UNLIMITED,
    metrics: Metrics | None = None, months: Months | None = None, notices: Database | None = None,
    places: Mapping[str, Place] | None = None,
) -> Starlette:  # fmt: skip
    """`public`: what people call this server. `oidc`: who signs people in beside it. `rate`: of requests.

    `metrics`, `months`: the figures of insight, where there may be some. `notices`: what people were told. `places`: of
    charge points, on plans.
    """

    beside = Beside(currency) if months is None else Beside(currency, partial(_first_attempts, months))

    def read(keys: Sequence[ChargeKey]) -> dict[ChargeKey, Charge]:
        with database.reader.connect() as connection:
            return dict(charges_of(connection, keys, currency))

    def read_shown(keys: Sequence[PartKey]) -> dict[PartKey, Shown]:
        with database.reader.connect() as connection:
            return read_parts(connection, keys, beside)

    def holding(hashes: Collection[str]) -> dict[str, frozenset[str] | None]:
        with people.reader.connect() as connection:
            return those_that_hold(connection, hashes, now_ms())

    app = Starlette(
        routes=[*API_ROUTES, *PAGE_ROUTES],
        middleware=[Middleware(PageHeaders), Middleware(Guard, sites=sites), Middleware(Rates, rate=rate)],
        exception_handlers={
            ApiError: answer_api_error,
            ClientDisconnect: answer_gone,
            HTTPException: as_page_where_wanted(answer_http_error),
            SQLAlchemyError: as_page_where_wanted(answer_database_error),
            Exception: as_page_where_wanted(answer_mistake),
        },
    )
    def open_changes() -> Changes:
        return changes_of(database.reader)

    def read_all_points(keys: Sequence[SitesServed]) -> dict[SitesServed, Points]:
        with database.reader.connect() as connection:
            return points_at(connection, currency, keys)

    followers = Followers(read, is_same, open_changes)
    point_followers = Followers(read_all_points, is_same_points, lambda: Paced(open_changes(), POINTS_EACH_S))
    app.state.context = Context(
        database, people, log, followers, point_followers, Pending(), Revocation(holding), Tries(),
        Unavailable(people, now_ms), currency, plant_speed,
        notices,
    )
    app.state.metrics = metrics or Metrics()
    part_followers = Followers(read_shown, Shown.__eq__, open_changes)
    app.state.pages = Pages(public, oidc, part_followers, beside, months=months, places=places or {})
    return app


def _first_attempts(months: Months, sites: Collection[str] | None, since_ms: int) -> FirstAttempts | None:
    return months.first_attempts(sites, since_ms, now_ms())
