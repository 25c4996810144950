"""All figures of one site over one period: what the tables hold, given to the rules."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from central.outbound.insight import queries
from central.outbound.insight.attempts import Verdict
from central.outbound.insight.judgement import Judgement, judge, passed_of
from central.outbound.insight.local_time import Span
from central.outbound.insight.lost import Lost
from central.outbound.insight.metering import Metering
from central.outbound.insight.period import Period
from central.outbound.insight.queries import SiteRow, Sums
from central.outbound.insight.usage import Peak, Stay, utilisation
from central.outbound.insight.visits import FirstAttempts, VisitResult

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
    judgement: Judgement | None = None,
) -> SiteSummary:
    """`now_ms`: no later time counts as passed. `lost_after_ms`: of silence, after which an attempt is given up.

    `unavailable`: the requests for a charge that were answered 503 within a span, by charge point, which no record of
    the log tells of. `judgement`: of the period, where it was made ahead.
    """
    span = period.span(site.zone)
    passed = passed_of(span, now_ms)
    if judgement is None:
        judgement = judge(connection, site.site_id, site.zone, period, now_ms, lost_after_ms)
    stays = queries.stays_of(connection, site.site_id)
    posts = _posts_of(_sums_of(connection, site, period), passed, stays, judgement.metering)
    return SiteSummary(
        site=site,
        period=period,
        sums=_total([post.sums for post in posts]),
        utilisation=utilisation({post.cp_id: post.sums.in_use_ms for post in posts}, stays, passed),
        peak=queries.peak_of(connection, site.site_id, span),
        first=judgement.first,
        attempts=judgement.attempts,
        visits=judgement.visits,
        unavailable=_unavailable(unavailable(span), posts) if unavailable is not None else 0,
        lost=judgement.lost,
        posts=tuple(posts),
    )


def _unavailable(requests: Mapping[str, int], posts: Sequence[PostSummary]) -> int:
    return sum(requests.get(post.cp_id, 0) for post in posts)


def _posts_of(
    sums: Sequence[Sums], passed: Span, stays: Sequence[Stay], metered: Sequence[Metering]
) -> list[PostSummary]:
    """Those that were there in the period, or charged."""
    own_sums = {each.cp_id: each for each in sums}
    judged = {each.cp_id: each for each in metered}
    own_stays: dict[str, list[Stay]] = defaultdict(list)
    for stay in stays:
        own_stays[stay.cp_id].append(stay)
    there = {stay.cp_id for stay in stays if passed.within(stay.since_ms, stay.until_ms).lasts_ms}
    found: list[PostSummary] = []
    for cp_id in sorted({*own_sums, *there}):
        own = own_sums.get(cp_id, Sums(cp_id, 0, 0, 0, 0))
        used = utilisation({cp_id: own.in_use_ms}, own_stays[cp_id], passed)
        found.append(PostSummary(cp_id, own, used, judged.get(cp_id)))
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
