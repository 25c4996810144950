"""All figures of one site over one period: what the tables hold, given to the rules."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from central.outbound.insight import queries
from central.outbound.insight.attempts import Verdict, verdict
from central.outbound.insight.local_time import Span
from central.outbound.insight.lost import LOST_RESULTS, Lost, lost
from central.outbound.insight.metering import WINDOW_MS, Metering, metering
from central.outbound.insight.period import Period
from central.outbound.insight.queries import SiteRow, Sums
from central.outbound.insight.usage import Peak, Stay, utilisation
from central.outbound.insight.visits import FirstAttempts, Judged, VisitResult, first_attempts, visits

DAY_MS = 86_400_000
BILLS_MS = 84 * DAY_MS  # twelve of each hour of the week
# Visits are whole: what was asked for so long before and after may belong to one that began in the period.
AROUND_MS = DAY_MS


Unavailable = Callable[[Span], Mapping[str, int]]


@dataclass(frozen=True)
class PostSummary:
    """`metering` is None where nothing was charged in the 28 days before."""

    cp_id: str
    sums: Sums
    utilisation: float | None
    metering: Metering | None


@dataclass(frozen=True)
class SiteSummary:
    """`attempts`: of the period, by what became of them. `visits`: that began in it, by what came of them.

    `unavailable`: requests for a charge at its posts that were answered 503.
    """

    site: SiteRow
    period: Period
    sums: Sums
    utilisation: float | None
    peak: Peak | None
    first: FirstAttempts
    attempts: Mapping[Verdict, int]
    visits: Mapping[VisitResult, int]
    unavailable: int
    lost: Lost
    posts: tuple[PostSummary, ...]

    @property
    def lowest_metering(self) -> float | None:
        """Of its posts that can be compared."""
        ratios = (post.metering.ratio for post in self.posts if post.metering is not None)
        return min((each for each in ratios if each is not None), default=None)

    @property
    def meters_low(self) -> tuple[str, ...]:
        return tuple(post.cp_id for post in self.posts if post.metering is not None and post.metering.is_low)


def summary_of(
    connection: Connection,
    site: SiteRow,
    period: Period,
    now_ms: int,
    lost_after_ms: int,
    unavailable: Unavailable | None = None,
) -> SiteSummary:
    """`now_ms`: no later time counts as passed. `lost_after_ms`: of silence, after which an attempt is given up.

    `unavailable`: the requests for a charge that were answered 503 within a span, by charge point, which no record of
    the log tells of.
    """
    span = period.span(site.zone)
    asked = Span(span.from_ms - AROUND_MS, span.to_ms + AROUND_MS)
    attempts = queries.attempts_of(connection, site.site_id, asked)
    judged: list[Judged] = [(each, verdict(each, now_ms, lost_after_ms)) for each in attempts]
    begun = [each for each in visits(judged) if span.from_ms <= each.began_at_ms < span.to_ms]
    is_lost = any(visit.result in LOST_RESULTS for visit in begun)
    bills = queries.bills_of(connection, site.site_id, Span(span.to_ms - BILLS_MS, span.to_ms)) if is_lost else []
    passed = Span(span.from_ms, max(span.from_ms, min(span.to_ms, now_ms)))
    stays = queries.stays_of(connection, site.site_id)
    posts = _posts_of(connection, site, period, passed, stays)
    return SiteSummary(
        site=site,
        period=period,
        sums=_total([post.sums for post in posts]),
        utilisation=utilisation({post.cp_id: post.sums.in_use_ms for post in posts}, stays, passed),
        peak=queries.peak_of(connection, site.site_id, span),
        first=first_attempts(begun),
        attempts=Counter(each for attempt, each in judged if span.from_ms <= attempt.asked_at_ms < span.to_ms),
        visits=Counter(visit.result for visit in begun),
        unavailable=_unavailable(unavailable(span), posts) if unavailable is not None else 0,
        lost=lost(begun, bills, site.zone),
        posts=tuple(posts),
    )


def _unavailable(requests: Mapping[str, int], posts: Sequence[PostSummary]) -> int:
    return sum(requests.get(post.cp_id, 0) for post in posts)


def _posts_of(
    connection: Connection, site: SiteRow, period: Period, passed: Span, stays: Sequence[Stay]
) -> list[PostSummary]:
    """Those that were there in the period, or charged."""
    sums = {each.cp_id: each for each in _sums_of(connection, site, period)}
    there = {stay.cp_id for stay in stays if passed.within(stay.since_ms, stay.until_ms).lasts_ms}
    charges = queries.metered_of(connection, site.site_id, Span(passed.to_ms - WINDOW_MS, passed.to_ms))
    judged = {each.cp_id: each for each in metering(charges)}
    found: list[PostSummary] = []
    for cp_id in sorted({*sums, *there}):
        own = sums.get(cp_id, Sums(cp_id, 0, 0, 0, 0))
        own_stays = [stay for stay in stays if stay.cp_id == cp_id]
        found.append(PostSummary(cp_id, own, utilisation({cp_id: own.in_use_ms}, own_stays, passed), judged.get(cp_id)))
    return found


def _sums_of(connection: Connection, site: SiteRow, period: Period) -> list[Sums]:
    read = queries.month_sums if period.is_month else queries.day_sums
    return read(connection, site.site_id, period.name)


def _total(of: Sequence[Sums]) -> Sums:
    return Sums(
        cp_id="",
        energy_wh=sum(each.energy_wh for each in of),
        in_use_ms=sum(each.in_use_ms for each in of),
        charges=sum(each.charges for each in of),
        cost_minor=sum(each.cost_minor for each in of),
    )
