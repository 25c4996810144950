"""The lists, a page at a time: one table of what they show, by whom they may be seen, and where their pages end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from wire.ids import is_id
from wire.kinds import DEAD
from wire.kinds.fields import Field, may, may_id

from central.actions.people import list_tokens, list_users
from central.api.access import Endpoint, GuardedRoute, person_in, serves_point
from central.api.context import Context, context_of
from central.api.errors import ApiError, bad_field, no_point
from central.api.paging import LIMIT, MOST, PAGING, place_of
from central.api.told import NO_LOG, Told, query_of
from central.model.records import Message
from central.model.states import SESSION_STATES
from central.people.roles import MANAGE_PEOPLE, SEE_ALL
from central.people.sites import Sites
from central.store import parked
from central.store.notice_tables import STATES
from central.store.paging import After, Page, cursor_of, page_of
from central.store.tables import CHARGING_POINTS
from central.views.dead_letters import read_before, shown_letter
from central.views.deliveries import SORTS, Wanted, has_deliveries, list_deliveries, points_at, with_names
from central.views.drivers import list_drivers
from central.views.events import list_alarms, list_commands, list_faults
from central.views.held import list_held
from central.views.moments import iso
from central.views.overview import list_points, site_id_of
from central.views.points import read_points
from central.views.reports import Wanted as WantedReports
from central.views.reports import list_reports
from central.views.sessions import Wanted as WantedSessions
from central.views.sessions import list_sessions
from central.views.sites import at_sites
from central.views.words import list_words

NO_NOTICES = "no_notices"
_OF_POINT = (may_id("cp_id"),)


@dataclass(frozen=True)
class Asked:
    """`sites`: of whoever asks; None: all. `told`: the query, and what stands in the path."""

    context: Context
    sites: Sites
    told: Message
    limit: int
    after: After | None

    def read(self, query: Callable[[Connection], Page]) -> Page:
        with self.context.database.reader.connect() as connection:
            return query(connection)


@dataclass(frozen=True)
class Listing:
    """`name`: of the list in the answer. `item`: what it lists. `sorts`: of what its cursor holds. `read`: in a thread.
    """

    path: str
    name: str
    does: str
    item: str
    right: str | None
    sorts: tuple[type, ...]
    read: Callable[[Asked], Page]
    query: tuple[Field, ...] = ()
    limit: int = LIMIT
    errors: tuple[tuple[int, str], ...] = ()


def _by_id(row: dict[str, Any]) -> After:
    return (row["cp_id"],)


def _points(asked: Asked) -> Page:
    def query(connection: Connection) -> Page:
        points = read_points(connection, asked.context.currency, site_id=asked.told.get("site"))
        return page_of(points, asked.limit, asked.after, _by_id)

    return asked.read(query)


def _overview(asked: Asked) -> Page:
    def query(connection: Connection) -> Page:
        points = list_points(connection, asked.context.currency)
        own = [each for each in points if asked.sites is None or site_id_of(each) in asked.sites]
        return page_of(own, asked.limit, asked.after, _by_id)

    return asked.read(query)


def _sessions(asked: Asked) -> Page:
    told = asked.told
    wanted = WantedSessions(
        told.get("cp_id"), told.get("driver_id"), told.get("state"), _time_of(told, "from"), _time_of(told, "to"),
        told.get("flag"), told.get("held") == 1, asked.sites,
    )  # fmt: skip
    return asked.read(lambda it: list_sessions(it, wanted, asked.limit, asked.after))


def _reports(asked: Asked) -> Page:
    wanted = WantedReports(asked.told.get("cp_id"), asked.told.get("driver_id"), asked.sites)
    return asked.read(lambda it: list_reports(it, wanted, asked.limit, asked.after))


def _drivers(asked: Asked) -> Page:
    return asked.read(lambda it: list_drivers(it, asked.sites, asked.limit, asked.after, asked.told.get("driver_id")))


def _held(asked: Asked) -> Page:
    return asked.read(lambda it: list_held(it, asked.context.plant_speed, asked.limit, asked.after, asked.sites))


def _faults(asked: Asked) -> Page:
    cp_id, only_open = asked.told.get("cp_id"), asked.told.get("open") == 1
    return asked.read(lambda it: list_faults(it, cp_id, only_open, asked.limit, asked.after, asked.sites))


def _alarms(asked: Asked) -> Page:
    return asked.read(lambda it: list_alarms(it, asked.told.get("cp_id"), asked.limit, asked.after, asked.sites))


def _commands(asked: Asked) -> Page:
    return asked.read(lambda it: list_commands(it, asked.told["cp_id"], asked.limit, asked.after))


def _words(asked: Asked) -> Page:
    return asked.read(lambda it: list_words(it, asked.told["cp_id"], asked.limit, asked.after))


def _parked(asked: Asked) -> Page:
    def query(connection: Connection) -> Page:
        own = select(CHARGING_POINTS.c.cp_id).where(at_sites(CHARGING_POINTS.c.cp_id, asked.sites))
        seen = None if asked.sites is None else set(connection.execute(own).scalars())
        keys = sorted(parked.list_keys(connection), key=lambda each: (each.key, each.topic))
        rows = [
            {"key": each.key, "topic": each.topic, "records": each.records, "since": iso(each.since_ms),
             "error": each.error}
            for each in keys
            if seen is None or each.key in seen
        ]  # fmt: skip
        return page_of(rows, asked.limit, asked.after, lambda row: (row["key"], row["topic"]))

    return asked.read(query)


def _deliveries(asked: Asked) -> Page:
    """Two databases: of whom and where by the books, the rest by that of notices. Raises ApiError."""
    notices = asked.context.notices
    if notices is None or not has_deliveries(notices.reader):
        raise ApiError(503, NO_NOTICES, "nothing was told yet; start wattline-central notify, which tells people")
    with asked.context.database.reader.connect() as books, notices.reader.connect() as connection:
        wanted = Wanted(asked.told.get("state"), points_at(books, asked.sites))
        page = list_deliveries(connection, wanted, asked.limit, asked.after)
        return Page(with_names(books, page.rows), page.after)


def _people(asked: Asked) -> Page:
    rows = sorted(list_users(asked.context.people), key=lambda row: row["name"])
    return page_of(rows, asked.limit, asked.after, lambda row: (row["name"],))


def _tokens(asked: Asked) -> Page:
    return list_tokens(asked.context.people, asked.limit, asked.told.get("of"), asked.after)


def _time_of(asked: Message, name: str) -> int | None:
    """Raises ApiError."""
    text = asked.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000)
    except (ValueError, OverflowError):
        raise bad_field(name, "expected a time as ISO 8601 has it, such as 2026-01-31T12:00:00Z") from None


LISTINGS: tuple[Listing, ...] = (
    Listing(
        "/v1/charge-points", "charge_points", "The charge points, as drivers see them.", "ChargePoint", None, (str,),
        _points, (may_id("site"),),
        limit=MOST,
    ),
    Listing(
        "/v1/overview", "charge_points", "The charge points, each with its open sessions and what it holds.",
        "PointOverview", SEE_ALL, (str,),
        _overview,
    ),
    Listing(
        "/v1/sessions", "sessions", "The sessions, the newest first.", "Session", SEE_ALL, (int, str),
        _sessions,
        (*_OF_POINT, may_id("driver_id"), may("state", "choice", choices=SESSION_STATES), may("from", "text", 1, 40),
         may("to", "text", 1, 40), may_id("flag"), may("held", "int", 0, 1)),
    ),
    Listing(
        "/v1/held", "sessions", "The sessions of which energy is held, with what accepting it would cost.", "Held",
        SEE_ALL, (int, str),
        _held,
    ),
    Listing(
        "/v1/drivers", "drivers", "The drivers, the newest first; whoever serves sites sees those who were at them.",
        "Driver", SEE_ALL, (int, str),
        _drivers,
        (may_id("driver_id"),),
    ),
    Listing(
        "/v1/reports", "reports", "What drivers said went wrong with a charge, the newest first.", "Report", SEE_ALL,
        (int, str, int),
        _reports,
        (*_OF_POINT, may_id("driver_id")),
    ),
    Listing(
        "/v1/faults", "faults", "The faults, the newest first; one row for each fault of a charge point.", "Fault",
        SEE_ALL, (int, str, str),
        _faults,
        (*_OF_POINT, may("open", "int", 0, 1)),
    ),
    Listing(
        "/v1/alarms", "alarms", "What somebody should look at, the newest first.", "Alarm", SEE_ALL,
        (int, str, str, str),
        _alarms,
        _OF_POINT,
    ),
    Listing(
        "/v1/charge-points/{cp_id}/commands", "commands", "What was sent to its engine, the newest first.", "Command",
        SEE_ALL, (int,),
        _commands,
    ),
    Listing(
        "/v1/charge-points/{cp_id}/requests", "requests", "What operators asked of it: who, what, why, when; the "
        "newest first.", "OperatorRequest", SEE_ALL, (int, str),
        _words,
    ),
    Listing(
        "/v1/parked", "parked", "The keys whose folds failed, and how many records wait.", "Parked", SEE_ALL,
        (str, str), _parked,
    ),
    Listing(
        "/v1/deliveries", "deliveries", "What was told to whom, and by which channel, the newest first.",
        "Delivery", SEE_ALL, SORTS,
        _deliveries, (may("state", "choice", choices=STATES),), errors=((503, NO_NOTICES),),
    ),
    Listing(
        "/v1/people", "people", "Who operates this system; drivers not.", "PersonListed", MANAGE_PEOPLE, (str,),
        _people,
    ),
    Listing(
        "/v1/tokens", "tokens", "The tokens, the newest first; never the tokens themselves.", "TokenListed",
        MANAGE_PEOPLE, (int, str),
        _tokens,
        (may_id("of"),),
    ),
)  # fmt: skip


def _endpoint(listing: Listing) -> Endpoint:
    async def show(request: Request) -> JSONResponse:
        asked = query_of(request, (*listing.query, *PAGING))
        context, sites = context_of(request), None if listing.right is None else person_in(request).sites
        for name, value in request.path_params.items():
            if not is_id(value) or (sites is not None and not await serves_point(context, person_in(request), value)):
                raise no_point(value)
            asked[name] = value
        after = place_of(listing.path, listing.sorts, asked)
        limit: int = asked.get("limit", listing.limit)
        page = await run_in_threadpool(listing.read, Asked(context, sites, asked, limit, after))
        return JSONResponse({listing.name: page.rows, "next": cursor_of(listing.path, page.after)})

    show.__name__ = f"list_{listing.path.rpartition('/')[2].replace('-', '_')}"
    return show


async def dead_letters(request: Request) -> JSONResponse:
    """Of the log, not of the books: a page ends at an offset of each partition. They are of no site, but of all."""
    if person_in(request).sites is not None:
        raise ApiError(403, "not_allowed", "dead letters are seen by those who serve all sites")
    asked = query_of(request, PAGING)
    context, limit = context_of(request), asked.get("limit", LIMIT)
    count = await context.log.read(lambda log: log.partitions(DEAD))
    after = place_of("/v1/dead-letters", (int,) * count, asked)
    before = {} if after is None else {number: int(offset) for number, offset in enumerate(after)}
    letters, left = await context.log.read(lambda log: read_before(log, limit, before))
    place = None if left is None else tuple(left[number] for number in range(count))
    shown = [shown_letter(letter) for letter in letters]
    return JSONResponse({"dead_letters": shown, "next": cursor_of("/v1/dead-letters", place)})


def _told(listing: Listing) -> Told:
    errors = (*listing.errors, *(((404, "unknown_charge_point"),) if "{cp_id}" in listing.path else ()))
    return Told(listing.does, f"{listing.item}s:{listing.name}", query=(*listing.query, *PAGING), errors=errors)


ROUTES = [
    *(GuardedRoute("GET", each.path, _endpoint(each), each.right, _told(each)) for each in LISTINGS),
    GuardedRoute(
        "GET", "/v1/dead-letters", dead_letters, SEE_ALL,
        Told("The records that could not be folded, and why; the newest first.", "DeadLetters:dead_letters",
             query=PAGING, errors=NO_LOG),
    ),
]  # fmt: skip
