"""From a commit to the screen: how long until a browser shows what was committed, while many others follow as well."""

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright
from sqlalchemy import update

from central.people.roles import ADMIN
from central.store.database import Database, open_database
from central.store.tables import CHARGING_POINTS
from tools.bench.figures import Figure, Yardstick
from tools.bench.pages.served import COOKIE, Served
from tools.bench.pages.year import Year
from tools.bench.percentiles import percentile
from tools.services.ports import LOOPBACK
from tools.testing.browsers import ARGUMENTS, CHROMIUM
from tools.testing.deadlines import DEADLINE_S

PAGE, STREAM = "/ops", "/ops/live"
LIMIT = Yardstick("limit", 1_000.0)
PERCENTS = (50, 99)
# What the page shows, and when it last changed, by the browser's own clock, which is this machine's.
WATCH = """() => {
  window.seen = [];
  const look = () => window.seen.push([Date.now(), document.getElementById('main').textContent]);
  const all = {subtree: true, childList: true, characterData: true};
  new MutationObserver(look).observe(document.getElementById('main'), all);
}"""
SEEN = "text => (window.seen.find(([, shown]) => shown.includes(text)) || [0])[0]"


def measure(year: Year, server: Served, watchers: int, changes: int) -> list[Figure]:
    if shutil.which(CHROMIUM) is None:
        return []
    taken_ms = asyncio.run(_measured(year, server, watchers, changes))
    what = f"commit to screen beside {watchers} who follow"
    return [Figure(f"{what}, p{each}", "embedded", percentile(taken_ms, each), "ms", (LIMIT,)) for each in PERCENTS]


async def _measured(year: Year, server: Served, watchers: int, changes: int) -> list[float]:
    database = open_database(f"sqlite:///{year.database}")
    try:
        async with _followed(server, watchers), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which(CHROMIUM), args=ARGUMENTS)
            context = await browser.new_context(bypass_csp=True)
            await context.add_cookies([{"name": COOKIE, "value": server.tokens[ADMIN], "url": server.url}])
            page = await context.new_page()
            await page.goto(server.url + PAGE)
            await page.evaluate(WATCH)
            taken = [await _shown_ms(page, database, year.cp_id, f"Bay {number:04}") for number in range(changes)]
            await browser.close()
            return taken
    finally:
        database.dispose()


async def _shown_ms(page: Page, database: Database, cp_id: str, text: str) -> float:
    """Of a charge point whose location is another now. Raises playwright's TimeoutError where it is never shown."""
    await asyncio.to_thread(_commit, database, cp_id, text)
    committed_s = time.time()
    await page.wait_for_function(SEEN, arg=text, timeout=DEADLINE_S * 1_000)
    return max(0.0, await page.evaluate(SEEN, text) - committed_s * 1_000)


def _commit(database: Database, cp_id: str, text: str) -> None:
    with database.writer.begin() as connection:
        connection.execute(update(CHARGING_POINTS).where(CHARGING_POINTS.c.cp_id == cp_id).values(location=text))


@asynccontextmanager
async def _followed(server: Served, watchers: int) -> AsyncGenerator[None]:
    """So many others have the same stream open, and read it."""
    reading = [asyncio.create_task(_read(server)) for _ in range(watchers)]
    try:
        await asyncio.sleep(0)
        yield
        ended = [task for task in reading if task.done()]
        if ended:
            raise RuntimeError(f"{len(ended)} of {watchers} streams ended: {ended[0].exception()}")
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _read(server: Served) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, server.port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in server.headers(ADMIN).items())
    writer.write(f"GET {STREAM} HTTP/1.1\r\nHost: {LOOPBACK}:{server.port}\r\n{lines}\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(f"{STREAM}: {status.decode().strip()}")
    while await reader.read(65_536):
        pass
    raise RuntimeError(f"{STREAM} ended")
