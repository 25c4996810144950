"""GET /metrics, for Prometheus: whoever scrapes shows a token that may see everything, as an auditor's.

Figures of a month are made of thousands of rows where insight has not judged it yet, so they are kept for a while; what
counts at once is counted anew.
"""

import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from central.api.access import GuardedRoute, person_in
from central.api.context import Context, context_of, now_ms
from central.api.errors import ApiError
from central.api.told import Told
from central.outbound.insight.version import MIGRATIONS
from central.outbound.metrics.exposition import CONTENT_TYPE, exposition
from central.outbound.metrics.sources import Figures, Places, Sources, lags, read_books, read_figures
from central.outbound.metrics.table import families
from central.people.roles import SEE_ALL
from central.people.unavailable import total
from central.store.database import Database
from central.store.version import is_current

FIGURES_KEPT_S = 120.0


class Metrics:
    """`insight`: the figures' database, which may have no tables yet: then there are no figures. None: neither."""

    def __init__(self, insight: Database | None = None, lost_after_ms: int = 0) -> None:
        self._insight = insight
        self._lost_after_ms = lost_after_ms
        self._figures = Figures()
        self._made_at = -FIGURES_KEPT_S

    def read_figures(self) -> Figures:
        """In a thread."""
        if self._insight is not None and time.monotonic() - self._made_at >= FIGURES_KEPT_S:
            self._made_at = time.monotonic()
            self._figures = Figures()
            if is_current(self._insight.reader, MIGRATIONS):
                with self._insight.reader.connect() as connection:
                    self._figures = read_figures(connection, now_ms(), self._lost_after_ms)
        return self._figures


async def show(request: Request) -> Response:
    person = person_in(request)
    if person.sites is not None:
        raise ApiError(403, "not_allowed", f"metrics are of every site, and {person.person_id} serves some alone")
    context, metrics = context_of(request), _metrics_of(request)
    books = await context.read(read_books)
    figures = await run_in_threadpool(metrics.read_figures)
    behind, is_open = await _lags(context, {"worker": books.positions, "insight": figures.positions})
    unavailable = await run_in_threadpool(_unavailable, context.people)
    text = exposition(families(Sources(books, figures, behind, is_open, unavailable)))
    return Response(text, media_type=None, headers={"Content-Type": CONTENT_TYPE})


def _metrics_of(request: Request) -> Metrics:
    return request.app.state.metrics


async def _lags(context: Context, readers: dict[str, Places]) -> tuple[dict[tuple[str, str], int], bool]:
    """Those that are known, and whether the log could be asked."""
    try:
        return await context.log.read(lambda log: lags(log, readers)), True
    except ApiError:
        return {}, False


def _unavailable(people: Database) -> int:
    with people.reader.connect() as connection:
        return total(connection)


ROUTES = [
    GuardedRoute(
        "GET", "/metrics", show, SEE_ALL,
        Told("What Prometheus scrapes, in its text format; of all sites, so for those who see all.", "text",
             media=CONTENT_TYPE),
    )
]  # fmt: skip
