"""The figures of insight as rows: of sites, or of their posts."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection

from central import settings
from central.operate.failures import NotDone
from central.operate.program import PROGRAM
from central.outbound.insight import queries
from central.outbound.insight.figures import FIGURES, Figure
from central.outbound.insight.local_time import Span
from central.outbound.insight.period import Period, this_month
from central.outbound.insight.summary import SiteSummary, summary_of
from central.outbound.insight.version import MIGRATIONS
from central.people.unavailable import by_point
from central.store.opening import database_of
from central.store.version import is_current
from runtime.config import ConfigManager

MS_PER_S = 1_000
NO_SITE = "(no site)"  # how a table names the posts that are on none
LOW = "LOW"


class Shown(NamedTuple):
    """`columns`, `rows`: names and exact values; `headings`, `texts`: the same as a table shows them."""

    columns: Sequence[str]
    rows: Sequence[dict[str, Any]]
    headings: Sequence[str]
    texts: Sequence[dict[str, str]]


@contextmanager
def opened_insight(config: ConfigManager) -> Generator[Connection]:
    """Raises NotDone where there are no figures yet, BadPlace where its file cannot be used."""
    database = database_of(config, settings.INSIGHT)
    try:
        if not is_current(database.reader, MIGRATIONS):
            raise NotDone(f"there are no figures in {database.place} yet; start {PROGRAM} insight, which makes them")
        with database.reader.connect() as connection:
            yield connection
    finally:
        database.dispose()


def summaries(
    connection: Connection,
    people: Connection,
    config: ConfigManager,
    period: Period | None,
    site_id: str | None,
    now_ms: int,
) -> list[SiteSummary]:
    """`period`: None is this month, by each site's own calendar. `site_id`: None is all. Raises NotDone."""
    sites = [site for site in queries.sites_of(connection) if site_id in (None, site.site_id)]
    if not sites and site_id is not None:
        raise NotDone(f"there is no site {site_id} in the figures")
    lost_after_ms = round(config[settings.LOST_AFTER_S] * MS_PER_S)

    def unavailable(span: Span) -> dict[str, int]:
        return by_point(people, span.from_ms, span.to_ms)

    return [
        summary_of(connection, site, period or this_month(now_ms, site.zone), now_ms, lost_after_ms, unavailable)
        for site in sites
    ]


def of_sites(of: Sequence[SiteSummary]) -> Shown:
    shown = [figure for figure in FIGURES if figure.of_site is not None]
    keys = [{"site": each.site.site_id, "period": each.period.name} for each in of]
    return _shown(shown, keys, [[_value(figure.of_site, each) for figure in shown] for each in of])


def of_posts(of: Sequence[SiteSummary]) -> Shown:
    shown = [figure for figure in FIGURES if figure.of_post is not None]
    posts = [(each, post) for each in of for post in each.posts]
    keys = [{"site": each.site.site_id, "period": each.period.name, "post": post.cp_id} for each, post in posts]
    found = _shown(shown, keys, [[_value(figure.of_post, post) for figure in shown] for _, post in posts])
    lows = [post.metering is not None and post.metering.is_low for _, post in posts]
    rows = [{**row, "meters_low": low} for row, low in zip(found.rows, lows, strict=True)]
    texts = [{**row, "meters_low": LOW if low else ""} for row, low in zip(found.texts, lows, strict=True)]
    return Shown((*found.columns, "meters_low"), rows, (*found.headings, "meters_low"), texts)


def _value(of: Callable[[Any], Any] | None, summary: object) -> Any:
    assert of is not None
    return of(summary)


def _shown(figures: Sequence[Figure], keys: Sequence[dict[str, str]], values: Sequence[Sequence[Any]]) -> Shown:
    rows = [
        {**key, **dict(zip((figure.name for figure in figures), own, strict=True))}
        for key, own in zip(keys, values, strict=True)
    ]
    texts = [
        {**key, "site": key["site"] or NO_SITE, **{figure.title: figure.shown(row[figure.name]) for figure in figures}}
        for key, row in zip(keys, rows, strict=True)
    ]
    names = tuple(keys[0]) if keys else ("site", "period")
    columns = (*names, *(figure.name for figure in figures))
    headings = (*names, *(figure.title for figure in figures))
    return Shown(columns, rows, headings, texts)
