"""Every page on a year of books, beside the bare SQL that it asks and a template with nothing in it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from sqlalchemy import event

from central import settings as central_settings
from central.api.guard import Sites
from central.api.log_writer import LogWriter
from central.outbound.insight.local_time import Span
from central.outbound.insight.months import Months
from central.outbound.insight.tables import MONTHS
from central.people.opening import people_of
from central.people.roles import ADMIN, DRIVER
from central.serving.app import make_app
from central.store.opening import database_of
from central.web.access import PageRoute
from central.web.ops import insight
from central.web.routes import ROUTES
from central.web.templates import environment
from runtime.config import ConfigManager
from runtime.shutdown import Shutdown
from runtime.values import DEFAULT_PORTS
from tools.bench.figures import Figure, Yardstick
from tools.bench.pages import charges
from tools.bench.pages.served import Served, asked_ms
from tools.bench.pages.year import Year
from tools.bench.percentiles import percentile
from tools.services.ports import LOOPBACK

LIMIT = Yardstick("limit", 100.0)
PERCENT = 99
OPENS_S = 0.01
FIRST_VIEWS = 20  # by which it is known how much of the processor a page takes
NEVER = "2031-01"  # a month without figures
NOT_PAGES = ("/live", "/export", "/oidc", ".csv", "/assets/")  # streams, files, and a way to elsewhere
REDIRECTS = ("/", "/p")  # whoever looks is sent on


class Asked(NamedTuple):
    """`of`: which database."""

    of: Path
    statement: str
    parameters: Any


def paths(year: Year) -> Iterable[tuple[str, str, str]]:
    """(route, path, role) of each page that is looked at."""
    filled = {"cp_id": year.cp_id, "session": year.session_id, "session_id": year.session_id}
    for route in ROUTES:
        wanted = isinstance(route, PageRoute) and route.methods and "GET" in route.methods
        if not wanted or route.path in REDIRECTS or any(each in route.path for each in NOT_PAGES):
            continue
        if is_of_a_thing_that_is_not_there(route.path):
            continue
        role = ADMIN if route.path.startswith("/ops") else DRIVER
        yield route.path, route.path.format_map(filled), role


def is_of_a_thing_that_is_not_there(path: str) -> bool:
    """A page of what a year of good charges does not have, such as a fault to clear."""
    return any(name not in ("cp_id", "session", "session_id") for name in _names_in(path))


def _names_in(path: str) -> list[str]:
    return [part.partition("}")[0].partition(":")[0] for part in path.split("{")[1:]]


def measure(year: Year, server: Served, times: int) -> list[Figure]:
    empty_ms = _empty_template_ms(times)
    with ExitStack() as stack:
        rows = {file: stack.enter_context(closing(sqlite3.connect(file))) for file in (year.database, year.insight)}
        return [
            _first_looks(year, server), Figure("insight judges a month, processor", "embedded", year.judging_ms, "ms"),
            *(each for page in paths(year) for each in _figures(year, server, rows, *page, times, empty_ms)),
        ]  # fmt: skip


def _first_looks(year: Year, server: Served) -> Figure:
    """At each month of the figures, which no one has looked at before."""
    with closing(sqlite3.connect(year.insight)) as rows:
        months = [month for (month,) in rows.execute(f'SELECT DISTINCT month FROM "{MONTHS.name}"')]
    address = f"{insight.PATH}?site={charges.SITE_ID}&month="
    asked_ms(server, address + NEVER, ADMIN, 1)  # reads the template
    began_ms = server.processor_ms()
    taken_ms = [each for month in months for each in asked_ms(server, address + month, ADMIN, 1, warm=False)]
    used_ms = (server.processor_ms() - began_ms) / len(months)
    burnt_ms = [burnt(used_ms) for _ in months]
    what = f"page {insight.PATH}, first look at each of {len(months)} months, at most"
    return Figure(what, "embedded", max(taken_ms), "ms", (LIMIT, _alone(used_ms, max(burnt_ms))))


def _alone(used_ms: float, taken_ms: float) -> Yardstick:
    """How long this machine, with all else that it does, takes over as much work without a server around it."""
    return Yardstick(f"as much of the processor alone, {used_ms:.0f} ms", taken_ms)


def burnt(used_ms: float) -> float:
    """The ms that pass until this thread has had so many of the processor."""
    began_s, until_s = time.perf_counter(), time.thread_time() + used_ms / 1_000
    while time.thread_time() < until_s:
        pass
    return (time.perf_counter() - began_s) * 1_000


def _figures(
    year: Year, server: Served, rows: Mapping[Path, sqlite3.Connection], route: str, path: str, role: str,
    times: int, empty_ms: float,
) -> list[Figure]:  # fmt: skip
    asked_ms(server, path, role, 1)
    began_ms = server.processor_ms()
    asked_ms(server, path, role, min(times, FIRST_VIEWS), warm=False)
    used_ms = (server.processor_ms() - began_ms) / min(times, FIRST_VIEWS)
    taken_ms, burnt_ms = list[float](), list[float]()
    for _ in range(times):  # in turn, so that both meet the same load
        taken_ms += asked_ms(server, path, role, 1, warm=False)
        burnt_ms.append(burnt(used_ms))
    asked = asyncio.run(statements_of(year, path, server.headers(role)))
    alone = _alone(used_ms, percentile(burnt_ms, PERCENT))
    beside = [LIMIT, alone, Yardstick("a template with nothing in it", empty_ms)]
    if asked:
        bare_ms = percentile(_replayed_ms(rows, asked, times), PERCENT)
        beside.append(Yardstick(f"sqlite3 alone, {len(asked)} queries", bare_ms))
    figures = [
        Figure(f"page {route}, p{PERCENT}", "embedded", percentile(taken_ms, PERCENT), "ms", tuple(beside)),
        Figure("  p50", "embedded", percentile(taken_ms, 50), "ms"),
    ]
    return [*figures, Figure("  processor", "embedded", used_ms, "ms")] if used_ms > 0 else figures


def _nobody(_: Span) -> Mapping[str, int]:
    """Was answered 503."""
    return {}


async def statements_of(year: Year, path: str, headers: dict[str, str]) -> list[Asked]:
    """What a page asks of the books and of the figures."""
    config = ConfigManager({**year.settings})
    database, people, figures = database_of(config), people_of(config), database_of(config, central_settings.INSIGHT)
    months = Months(figures, charges.LOST_AFTER_MS, _nobody)
    asked: list[Asked] = []

    def noting(of: Path) -> Callable[..., None]:
        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            asked.append(Asked(of, statement, parameters))

        return note

    log = LogWriter(config, Shutdown(), database)
    log.start()
    try:
        while not await log.is_usable():  # noqa: ASYNC110  # who opens it tells nobody
            await asyncio.sleep(OPENS_S)
        sites = Sites.of(LOOPBACK, DEFAULT_PORTS["http"], None)
        app = make_app(database, people, log, sites, config[central_settings.CURRENCY], months=months)
        for opened, file in ((database, year.database), (figures, year.insight)):
            event.listen(opened.reader, "before_cursor_execute", noting(file))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{LOOPBACK}") as client:
            (await client.get(path, headers=headers)).raise_for_status()
    finally:
        log.close()
        database.dispose()
        people.dispose()
        figures.dispose()
    return [each for each in asked if each.statement.lstrip().upper().startswith(("SELECT", "WITH"))]


def _replayed_ms(rows: Mapping[Path, sqlite3.Connection], asked: list[Asked], times: int) -> list[float]:
    taken: list[float] = []
    for _ in range(times):
        began_s = time.perf_counter()
        for each in asked:
            rows[each.of].execute(each.statement, each.parameters).fetchall()
        taken.append((time.perf_counter() - began_s) * 1_000)
    return taken


def _empty_template_ms(times: int) -> float:
    """The frame of all pages, with nothing in it, for nobody."""
    template = environment("en").get_template("base.html")
    taken: list[float] = []
    for _ in range(times):
        began_s = time.perf_counter()
        template.render(viewer=None, path="/", status=200)
        taken.append((time.perf_counter() - began_s) * 1_000)
    return percentile(taken, PERCENT)
