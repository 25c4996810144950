"""The operator's lists: what the API lists, as tables that filter, page and are taken along as CSV. One table "
   "of them."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from wire.kinds.fields import Field

from central.api.context import Context, context_of
from central.api.errors import ApiError
from central.api.lists import LISTINGS, NO_NOTICES, Asked, Listing
from central.api.paging import PAGING, place_of
from central.api.told import MOST_DIGITS, judged
from central.model.records import Message
from central.people.roles import SEE_ALL
from central.store.paging import After, Page, cursor_of
from central.views.sites import zones_at
from central.web.access import Endpoint, PageRoute, person_at
from central.web.languages import N_
from central.web.ops.acts import SESSION_ACTS, UNPARK_ACT, Act
from central.web.ops.csv import line_of
from central.web.ops.eyes import eyes_of
from central.web.ops.frame import ops_page
from central.web.ops.reasons import REASONS
from central.web.ops.words import CHANNELS, DELIVERY_STATES, DROPPED_WHY, EVENTS, SESSION_STATES, StateWord

ON_A_PAGE = 50
AT_ONCE = 500
MOST_ROWS = 200_000  # of a CSV file

# What came of freeing what was put aside, by what the address says of it.
FREED = {"done": UNPARK_ACT.sent, "logged": N_("It is in the log, and not carried out yet.")}

_OF_PATH = {each.path: each for each in LISTINGS}


@dataclass(frozen=True)
class Column:
    """`name`: in the row. `sort`: how it is shown (templates/ops/cell.html). `words`: of a `word`."""

    name: str
    title: str
    sort: str = "text"
    words: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Filter:
    """`kind`: of its input; `choices`: what may be chosen, with its words."""

    name: str
    title: str
    kind: str = "text"
    choices: Mapping[str, StateWord] | None = None


@dataclass(frozen=True)
class ListPage:
    """`does`: what is listed and what can be done about it. `empty`: what is said where there is nothing. `acts`: of a
    row that `key` names, by the word in the address. `states`: of its column. `absent`: what is said where the rows are
    another process's, which never ran.
    """

    path: str
    title: str
    does: str
    empty: str
    listing: Listing
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    key: str = "session_id"
    acts: tuple[tuple[str, Act], ...] = ()
    states: Mapping[str, StateWord] = field(default_factory=lambda: SESSION_STATES)
    absent: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*self.listing.query, *PAGING)


_CP = Column("cp_id", N_("Charge point"), "post")
_DRIVER = Column("driver_name", N_("Driver"), "driver")
PAGES = (
    ListPage(
        "/ops/sessions", N_("Charges"), N_("All charges, the newest first."), N_("No charge fits this."),
        _OF_PATH["/v1/sessions"],
        (
            Column("requested_at", N_("Asked for"), "moment"), _CP, _DRIVER, Column("state", N_("State"), "state"),
            Column("energy_wh", N_("Energy"), "energy"), Column("cost_minor", N_("Cost"), "money"),
            Column("reason", N_("Ended by"), "word", REASONS), Column("held_wh", N_("Held"), "some_energy"),
            Column("session_id", N_("Receipt"), "session"),
        ),
        (
            Filter("cp_id", N_("Charge point")), Filter("driver_id", N_("Driver's id")),
            Filter("state", N_("State"), "choice", SESSION_STATES), Filter("from", N_("From"), "date"),
            Filter("to", N_("To, not included"), "date"), Filter("held", N_("With something held"), "flag"),
        ),
    ),
    ListPage(
        "/ops/held", N_("Held"),
        N_("What a meter told beyond what can have flowed. Nobody is billed for it until you decide."),
        N_("Nothing is held."), _OF_PATH["/v1/held"],
        (
            Column("ended_at", N_("Ended"), "moment"), _CP, _DRIVER, Column("held_wh", N_("Held"), "energy"),
            Column("billed_wh", N_("Billed so far"), "energy"),
            Column("cost_if_accepted_minor", N_("Costs if accepted"), "money"), Column("why", N_("Why"), "held_why"),
        ),
        acts=(("accept-held", SESSION_ACTS["accept-held"]), ("drop-held", SESSION_ACTS["drop-held"])),
    ),
    ListPage(
        "/ops/parked", N_("Put aside"),
        N_("What we made a mistake with waits here, in order, while all else goes on. At the command line: "
           "wattline-central unpark KEY."),
        N_("Nothing is put aside."), _OF_PATH["/v1/parked"],
        (
            Column("key", N_("Of whom")), Column("since", N_("Since"), "moment"),
            Column("records", N_("Messages that wait"), "number"), Column("error", N_("What went wrong")),
            Column("topic", N_("Topic"), "id"),
        ),
        key="key", acts=(("unpark", UNPARK_ACT),),
    ),
    ListPage(
        "/ops/deliveries", N_("Notices"),
        N_("What people were told, by which channel, and whether it arrived. Each writes down where at “Me”."),
        N_("Nobody was told anything of this kind."), _OF_PATH["/v1/deliveries"],
        (
            Column("at", N_("When"), "moment"), Column("state", N_("State"), "state"),
            Column("event", N_("What"), "word", EVENTS), Column("cp_id", N_("Charge point"), "some_post"),
            Column("person_name", N_("To whom")), Column("channel", N_("By"), "word", CHANNELS),
            Column("tries", N_("Tries"), "number"), Column("error", N_("What went wrong")),
            Column("why", N_("Why dropped"), "word", DROPPED_WHY), Column("next_try_at", N_("Next try"), "moment"),
        ),
        (Filter("state", N_("State"), "choice", DELIVERY_STATES),),
        key="delivery_id", states=DELIVERY_STATES,
        absent=N_("Nobody was told anything yet: the program that tells people has never run. Start it with "
                  "“wattline-central notify”."),
    ),
)  # fmt: skip


def _asked(request: Request, fields: tuple[Field, ...]) -> Message:
    """What stands after the `?`. A form sends its empty fields too: they are none. Raises ApiError."""
    rows = {each.name: each for each in fields}
    asked: Message = {}
    for name, text in request.query_params.items():
        if name in rows and text.strip():
            is_number = rows[name].sort == "int" and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
            asked[name] = int(text) if is_number else text.strip()
    return judged(asked, fields)


def _endpoints(this: ListPage) -> tuple[Endpoint, Endpoint]:
    async def show(request: Request) -> Response:
        asked = _asked(request, this.fields)
        eyes, context = eyes_of(person_at(request)), context_of(request)
        after = place_of(this.path, this.listing.sorts, asked)
        empty = this.empty
        try:
            found = await _read(context, this, eyes.sites, asked, asked.get("limit", ON_A_PAGE), after)
        except ApiError as error:
            if error.code != NO_NOTICES:
                raise
            found, empty = Page([], None), this.absent
        points = {row["cp_id"] for row in found.rows if row.get("cp_id")}
        zones = await context.read(lambda connection: zones_at(connection, points))
        told = {name: value for name, value in asked.items() if name != "cursor"}
        cursor = cursor_of(this.path, found.after)
        return ops_page(
            request, "ops/list.html", this=this, rows=found.rows, zones=zones, told=told, currency=context.currency,
            next_page=None if cursor is None else f"?{urlencode({**told, 'cursor': cursor})}",
            is_first="cursor" not in asked, export=f"{this.path}.csv?{urlencode(told)}", may_act=eyes.may_act,
            state_words=this.states, empty=empty, note=FREED.get(request.query_params.get("freed", "")),
        )  # fmt: skip

    async def export(request: Request) -> Response:
        """Written as it is read, so that its size costs nothing."""
        asked = _asked(request, this.fields)
        name = f"wattline-{this.path.rpartition('/')[2]}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        context, sites = context_of(request), eyes_of(person_at(request)).sites
        first = await _read(context, this, sites, asked, AT_ONCE, None)  # refused before the answer begins
        lines = _lines(context, this, sites, asked, first)
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)

    return show, export


async def _lines(context: Context, this: ListPage, sites: Any, asked: Message, first: Page) -> AsyncGenerator[str]:
    found, names = first, list(first.rows[0]) if first.rows else []
    if names:
        yield line_of(names)
    for written in range(AT_ONCE, MOST_ROWS + 1, AT_ONCE):
        yield "".join(line_of([row[name] for name in names]) for row in found.rows)
        if found.after is None:
            return
        if written >= MOST_ROWS:
            yield line_of([f"cut after {MOST_ROWS} rows; ask for less at a time"])
            return
        found = await _read(context, this, sites, asked, AT_ONCE, found.after)


async def _read(context: Context, this: ListPage, sites: Any, asked: Message, limit: int, after: After | None) -> Page:
    return await run_in_threadpool(this.listing.read, Asked(context, sites, asked, limit, after))


def _routes(this: ListPage) -> list[PageRoute]:
    show, export = _endpoints(this)
    return [PageRoute("GET", this.path, show, SEE_ALL), PageRoute("GET", f"{this.path}.csv", export, SEE_ALL)]


ROUTES = [route for each in PAGES for route in _routes(each)]
