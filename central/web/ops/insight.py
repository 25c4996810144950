"""`/ops/insight`: what works, what it earns, where people are lost. One site and one month, chosen in the address."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from wire.kinds.fields import Field, may

from central.api.context import context_of, now_ms
from central.api.errors import ApiError, bad_field
from central.api.told import query_of
from central.outbound.insight.month import Month
from central.outbound.insight.months import Months
from central.outbound.insight.period import Period, parsed, this_month
from central.outbound.insight.queries import SiteRow
from central.people.roles import SEE_ALL
from central.people.sites import Sites
from central.views.csv_text import csv_text
from central.web.access import PageRoute, person_at
from central.web.ops.frame import ops_page
from central.web.ops.insight_pictures import funnel_of, heat_of, posts_of
from central.web.ops.insight_tables import TABLES
from central.web.ops.insight_texts import headlines_of
from central.web.pages import pages_of

PATH = "/ops/insight"
TEMPLATE = "ops/insight.html"
FIELDS: tuple[Field, ...] = (may("site", "text", 0, 64), may("month", "text", 1, 16), may("csv", "text", 1, 16))


async def show(request: Request) -> Response:
    """Raises ApiError."""
    asked = query_of(request, FIELDS)
    months = pages_of(request).months
    if months is None or not await run_in_threadpool(lambda: months.is_there):
        return ops_page(request, TEMPLATE, sites=None)
    sites = await run_in_threadpool(_seen, months, person_at(request).sites)
    if not sites:
        return ops_page(request, TEMPLATE, sites=())
    site = _site(sites, asked.get("site"))
    now = now_ms()
    period = _period(asked.get("month"), site, now)
    month = await run_in_threadpool(months.month, site, period, now)
    if "csv" in asked:
        return _file(asked["csv"], month)
    names = await run_in_threadpool(months.names, site, now)
    return ops_page(
        request, TEMPLATE, sites=sites, site=site, month=month, currency=context_of(request).currency,
        names=sorted({*names, period.name}, reverse=True), headlines=headlines_of(month), heat=heat_of(month.load),
        funnel=funnel_of(month.now), posts=posts_of(month),
    )  # fmt: skip


def _seen(months: Months, sites: Sites) -> list[SiteRow]:
    """The posts on no site come last."""
    found = [each for each in months.sites() if sites is None or each.site_id in sites]
    return sorted(found, key=lambda each: (not each.site_id, each.name or each.site_id))


def _site(sites: list[SiteRow], asked: str | None) -> SiteRow:
    """The one of this id, or the first; one that is not seen is not there. Raises ApiError."""
    found = next((each for each in sites if asked in (None, each.site_id)), None)
    if found is None:
        raise ApiError(404, "unknown_site", "there is no such site in the figures", "site")
    return found


def _period(asked: str | None, site: SiteRow, now: int) -> Period:
    """The month that is asked for, or the one that runs at the site. Raises ApiError."""
    if asked is None:
        return this_month(now, site.zone)
    try:
        period = parsed(asked)
    except ValueError as error:
        raise bad_field("month", f"{error}") from error
    if not period.is_month:
        raise bad_field("month", "expected a month, not a day; for example 2026-11")
    return period


def _file(name: str, month: Month) -> Response:
    """Raises ApiError."""
    table = TABLES.get(name)
    if table is None:
        raise bad_field("csv", f"expected one of {', '.join(TABLES)}")
    begins = {"site": month.now.site.site_id, "month": month.now.period.name}
    text = csv_text((*begins, *table.columns), [{**begins, **row} for row in table.rows(month)])
    file = f"wattline-{name}-{month.now.period.name}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


ROUTES = [PageRoute("GET", PATH, show, SEE_ALL)]
