"""Every page on a year of books, beside the bare SQL that it asks and a template with nothing in it."""

import asyncio
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any, NamedTuple

import httpx
from sqlalchemy import event

from central import settings as central_settings
from central.api.guard import Sites
from central.api.log_writer import LogWriter
from central.people.opening import people_of
from central.people.roles import ADMIN, DRIVER
from central.serving.app import make_app
from central.store.opening import database_of
from central.web.access import PageRoute
from central.web.routes import ROUTES
from central.web.templates import environment
from runtime.config import ConfigManager
from runtime.shutdown import Shutdown
from runtime.values import DEFAULT_PORTS
from tools.bench.figures import Figure, Yardstick
from tools.bench.pages.served import Served, asked_ms
from tools.bench.pages.year import Year
from tools.bench.percentiles import percentile
from tools.services.ports import LOOPBACK

LIMIT = Yardstick("limit", 100.0)
PERCENT = 99
OPENS_S = 0.01
NOT_PAGES = ("/live", "/export", "/oidc", ".csv", "/assets/")  # streams, files, and a way to elsewhere
REDIRECTS = ("/", "/p")  # whoever looks is sent on


class Asked(NamedTuple):
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
    with closing(sqlite3.connect(year.database)) as rows:
        return [_figure(year, server, rows, *each, times, empty_ms) for each in paths(year)]


def _figure(
    year: Year, server: Served, rows: sqlite3.Connection, route: str, path: str, role: str, times: int,
    empty_ms: float,
) -> Figure:  # fmt: skip
    taken_ms = asked_ms(server, path, role, times)
    asked = asyncio.run(statements_of(year, path, server.headers(role)))
    bare = Yardstick(f"sqlite3 alone, {len(asked)} queries", percentile(_replayed_ms(rows, asked, times), PERCENT))
    beside = (LIMIT, bare, Yardstick("a template with nothing in it", empty_ms))
    return Figure(f"page {route}, p{PERCENT}", "embedded", percentile(taken_ms, PERCENT), "ms", beside)


async def statements_of(year: Year, path: str, headers: dict[str, str]) -> list[Asked]:
    """What a page asks of the books."""
    config = ConfigManager({**year.settings})
    database, people = database_of(config), people_of(config)
    asked: list[Asked] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append(Asked(statement, parameters))

    log = LogWriter(config, Shutdown(), database)
    log.start()
    try:
        while not await log.is_usable():  # noqa: ASYNC110  # who opens it tells nobody
            await asyncio.sleep(OPENS_S)
        sites = Sites.of(LOOPBACK, DEFAULT_PORTS["http"], None)
        app = make_app(database, people, log, sites, config[central_settings.CURRENCY])
        event.listen(database.reader, "before_cursor_execute", note)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{LOOPBACK}") as client:
            (await client.get(path, headers=headers)).raise_for_status()
    finally:
        log.close()
        database.dispose()
        people.dispose()
    return [each for each in asked if each.statement.lstrip().upper().startswith(("SELECT", "WITH"))]


def _replayed_ms(rows: sqlite3.Connection, asked: list[Asked], times: int) -> list[float]:
    taken: list[float] = []
    for _ in range(times):
        began_s = time.perf_counter()
        for each in asked:
            rows.execute(each.statement, each.parameters).fetchall()
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
